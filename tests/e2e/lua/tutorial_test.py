#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bindings/lua/README.md has a reader type, typed: its shell blocks one after another, with its programs in the
folder that they name. The block of text after one is what appears. Once with Lua, once with LuaJIT."""
import contextlib
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
import urllib.request

from local import until
from plain_test import MODULES, PATIENCE_S, VERSIONS, preloaded

BUILD = MODULES.parent
ROOT = pathlib.Path(__file__).resolve().parents[3]
README = (ROOT / "bindings" / "lua" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.M | re.S)


def programs():
    for language, text in BLOCKS:
        if language == "lua":
            yield re.match(r"-- (\w+\.lua)", text).group(1), text


def shell_blocks():
    """Each shell block with the text that appears."""
    for (language, text), (next_language, output) in zip(BLOCKS, BLOCKS[1:] + [("", "")]):
        if language == "sh":
            yield text, output if next_language == "text" else ""


class Reader:
    """A shell in a folder that has what a checkout has after a build."""

    def __init__(self, folder, lua, version):
        self.folder, self.output, self.blocks = folder, "", 0
        build = folder / "build" / "release"
        for there, here in ((MODULES / "gamelift", "lua/gamelift"), (MODULES / version, "lua/5.4"),
                            (MODULES / "testing" / "gamelift", "lua/testing/gamelift"),
                            (MODULES / "testing" / version, "lua/testing/5.4")):
            (build / here).parent.mkdir(parents=True, exist_ok=True)
            (build / here).symlink_to(there)
        # Whatever else runs on this machine: a port that is free.
        self.make_program(build / "gamelift-local", f"{BUILD}/gamelift-local --port 0")
        variables = " ".join(f"{name}={value}" for name, value in preloaded().items())
        self.make_program(build / "lua5.4", f"env {variables} {shutil.which(lua)}")
        (folder / "guess").mkdir()
        for name, text in programs():
            (folder / "guess" / name).write_text(text, encoding="utf-8")
        # What is printed to a terminal comes line by line.
        terminal, output = pty.openpty()
        self.shell = subprocess.Popen(
            ["bash", "-e"], cwd=folder, stdin=subprocess.PIPE, stdout=output, stderr=output, text=True,
            env={**os.environ, "LUA_INIT": "", "AWS_EC2_METADATA_DISABLED": "true"}, start_new_session=True)
        os.close(output)
        self.listener = threading.Thread(target=self.listen, args=[terminal])
        self.listener.start()

    @staticmethod
    def make_program(path, command):
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)

    def listen(self, terminal):
        with open(terminal, "rb", buffering=0) as output, contextlib.suppress(OSError):  # when nobody has it any more
            while text := output.read(4096):
                self.output += text.decode(errors="replace")

    def text(self, since=0):
        return self.output[since:]

    def has_ready_process(self):
        environment = (self.folder / "guess" / "gamelift.env").read_text()
        url = re.search(r"GAMELIFT_LOCAL_URL=(\S+)", environment).group(1)
        with urllib.request.urlopen(url + "/_local/state", timeout=PATIENCE_S) as state:
            return any(process["state"] == "READY" for process in json.load(state)["processes"])

    def type(self, block, expected):
        """Types a block, as soon as a reader would, and waits for its end and for what is expected to appear."""
        if "create-game-session" in block:
            until(self.has_ready_process, PATIENCE_S, f"a process is ready; so far: {self.text()}")
        since, self.blocks = len(self.text()), self.blocks + 1
        end = f"-- end of block {self.blocks}"
        self.shell.stdin.write(f"{block}\necho '{end}'\n")
        self.shell.stdin.flush()
        until(lambda: end in self.text(since) or self.shell.poll() is not None, 60, f"the end of {block}")
        until(lambda: has_lines(self.text(since), expected), PATIENCE_S, f"{expected!r} in {self.text(since)!r}")

    def close(self):
        """Whatever the shell has started ends with it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.shell.pid, signal.SIGKILL)
        self.shell.wait(PATIENCE_S)
        self.shell.stdin.close()
        self.listener.join(PATIENCE_S)


def has_lines(text, expected):
    """All expected lines, in their order. What others print meanwhile may be between them, and on the same line."""
    text, found = " ".join(text.split()), 0
    for line in expected.splitlines():
        at = text.find(" ".join(line.split()), found)
        if at < 0:
            return False
        found = at + 1
    return True


class Tutorial(unittest.TestCase):
    def read(self, lua, version):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        reader = Reader(pathlib.Path(folder.name), lua, version)
        self.addCleanup(reader.close)
        typed = list(shell_blocks())
        self.assertGreater(len(typed), 5)
        for block, expected in typed:
            reader.type(block, expected)
        reader.shell.stdin.write("exit\n")
        reader.shell.stdin.flush()
        self.assertEqual(0, reader.shell.wait(PATIENCE_S), reader.text())

    @unittest.skipUnless("5.4" in VERSIONS and shutil.which("lua5.4"), "Lua 5.4 is not installed")
    def test_in_lua(self):
        self.read("lua5.4", "5.4")

    @unittest.skipUnless("5.1" in VERSIONS and shutil.which("luajit"), "LuaJIT is not installed")
    def test_in_luajit(self):
        self.read("luajit", "5.1")

    @unittest.skipUnless(shutil.which("luacheck"), "luacheck is not installed")
    def test_its_programs_have_no_lint(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in programs():
                pathlib.Path(folder, name).write_text(text, encoding="utf-8")
            found = subprocess.run(["luacheck", "--no-config", "--no-color", "-q", "--std", "max+busted", folder],
                                   capture_output=True, text=True, check=False)
            self.assertEqual(0, found.returncode, found.stdout)

    def test_its_settings_are_json(self):
        for language, text in BLOCKS:
            if language == "json":
                json.loads(text)


if __name__ == "__main__":
    unittest.main()
