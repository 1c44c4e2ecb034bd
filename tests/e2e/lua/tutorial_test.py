#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What bindings/lua/README.md has a reader type, typed: its shell blocks one after another, with its programs in the
folder that they name. The block of text after one is what appears. Once with Lua, once with LuaJIT."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

from document import Document, Reader, make_program
from plain_test import MODULES, PATIENCE_S, VERSIONS, preloaded

BUILD = MODULES.parent
ROOT = pathlib.Path(__file__).resolve().parents[3]
README = Document(ROOT / "bindings" / "lua" / "README.md")


def make_checkout(folder, lua, version):
    """What a checkout has after a build, as far as the README uses it, and the folder "guess" of its programs."""
    build = folder / "build" / "release"
    for there, here in ((MODULES / "gamelift", "lua/gamelift"), (MODULES / version, "lua/5.4"),
                        (MODULES / "testing" / "gamelift", "lua/testing/gamelift"),
                        (MODULES / "testing" / version, "lua/testing/5.4")):
        (build / here).parent.mkdir(parents=True, exist_ok=True)
        (build / here).symlink_to(there)
    # Whatever else runs on this machine: a port that is free.
    make_program(build / "gamelift-local", f"{BUILD}/gamelift-local --port 0")
    variables = " ".join(f"{name}={value}" for name, value in preloaded().items())
    make_program(build / "lua5.4", f"env {variables} {shutil.which(lua)}")
    # The reader builds first. Here all is built already.
    for name in ("game/install.sh", "bin/cmake"):
        (folder / name).parent.mkdir()
        make_program(folder / name, "true")
    (folder / "guess").mkdir()
    for name, text in README.files():
        (folder / "guess" / name).write_text(text, encoding="utf-8")


class LuaReader(Reader):
    """Types a block as soon as a person would."""

    def has_ready_process(self):
        environment = (self.folder / "guess" / "gamelift.env").read_text()
        url = re.search(r"GAMELIFT_LOCAL_URL=(\S+)", environment).group(1)
        with urllib.request.urlopen(url + "/_local/state", timeout=PATIENCE_S) as state:
            return any(process["state"] == "READY" for process in json.load(state)["processes"])

    def type(self, block, expected=""):
        if "create-game-session" in block:
            self.wait(self.has_ready_process, "a process is ready")
        super().type(block, expected)


class Tutorial(unittest.TestCase):
    def read(self, lua, version):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        make_checkout(pathlib.Path(folder.name), lua, version)
        reader = LuaReader(pathlib.Path(folder.name), {"LUA_INIT": "", "PATH": f"{folder.name}/bin:{os.environ['PATH']}"})
        self.addCleanup(reader.close)
        typed = list(README.shell_blocks())
        self.assertGreater(len(typed), 5)
        for block, expected in typed:
            reader.type(block, expected)
        self.assertEqual(0, reader.leave(), reader.output)

    @unittest.skipUnless("5.4" in VERSIONS and shutil.which("lua5.4"), "Lua 5.4 is not installed")
    def test_in_lua(self):
        self.read("lua5.4", "5.4")

    @unittest.skipUnless("5.1" in VERSIONS and shutil.which("luajit"), "LuaJIT is not installed")
    def test_in_luajit(self):
        self.read("luajit", "5.1")

    @unittest.skipUnless(shutil.which("luacheck"), "luacheck is not installed")
    def test_its_programs_have_no_lint(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in README.files():
                pathlib.Path(folder, name).write_text(text, encoding="utf-8")
            found = subprocess.run(["luacheck", "--no-config", "--no-color", "-q", "--std", "max+busted", folder],
                                   capture_output=True, text=True, check=False)
            self.assertEqual(0, found.returncode, found.stdout)

    def test_its_settings_are_json(self):
        for text in README.of("json"):
            json.loads(text)


if __name__ == "__main__":
    unittest.main()
