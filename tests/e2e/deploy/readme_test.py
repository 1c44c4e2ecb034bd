#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of game/deploy/README.md, typed one block after another into one shell. Ports are others, which are free.
With GLIFT_LONG by an operator, too, who has nothing but the archive of a bundle."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "packaging"))
import bundle  # noqa: E402  pylint: disable=wrong-import-position
from anywhere_test import CREDENTIALS, PATIENCE_S, ROOT
from local import PROGRAM, free_ports, until

def blocks(readme):
    return re.findall(r"^```sh\n(.*?)^```", readme.read_text(encoding="utf-8"), re.M | re.S)


@unittest.skipUnless(shutil.which("aws", path=CREDENTIALS["PATH"]), "the AWS CLI is not installed (Debian package awscli)")
class Readme(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.blocks = self.lay_out()
        first = free_ports(4)
        self.ports = {"9080": str(first), "20000": str(first + 1), "20010": str(first + 3)}
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.addCleanup(self.log.close)
        environment = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
        self.shell = subprocess.Popen(
            ["bash", "-em"], cwd=self.folder, stdin=subprocess.PIPE, stdout=self.log, stderr=self.log, text=True,
            env={**environment, "PATH": CREDENTIALS["PATH"], "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": ""})
        self.addCleanup(self.end)

    def lay_out(self):
        """What an operator has; the blocks to type."""
        (self.folder / "build").mkdir()
        (self.folder / "build" / "release").symlink_to(PROGRAM.parent)
        (self.folder / "game").symlink_to(ROOT / "game")
        return blocks(ROOT / "game" / "deploy" / "README.md")

    def end(self):
        """Every job of the shell has a group of its own, and is ended by it."""
        if self.shell.poll() is None:
            self.shell.stdin.write("kill -TERM $(jobs -p) 2>/dev/null || true; wait; exit 1\n")
            self.shell.stdin.flush()
            try:
                self.shell.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.shell.send_signal(signal.SIGKILL)
                self.shell.wait()
        self.shell.stdin.close()

    def text(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def type(self, number, block):
        for theirs, ours in self.ports.items():
            block = block.replace(theirs, ours)
        self.shell.stdin.write(f"{block}\necho 'end of block {number}'\n")
        self.shell.stdin.flush()
        until(lambda: f"end of block {number}" in self.text() or self.shell.poll() is not None, PATIENCE_S, self.text())
        self.assertIsNone(self.shell.poll(), self.text())

    def test_its_commands(self):
        self.assertGreaterEqual(len(self.blocks), 3)
        for number, block in enumerate(self.blocks):
            self.type(number, block)
        self.assertEqual(2, self.text().count('"Status": "ACTIVATING"'), self.text())
        self.assertIn("is deregistered", self.text())
        self.shell.stdin.write("kill -TERM %?gamelift-local; wait %?gamelift-local; exit 0\n")
        self.shell.stdin.flush()
        self.assertEqual(0, self.shell.wait(PATIENCE_S), self.text())


class FromTheArchive(Readme):
    """The page says what is where then."""

    def lay_out(self):
        bundle.installed("bundle", self.folder)
        return [block.replace("game/deploy/", "share/gamelift/deploy/").replace("build/release/", "bin/")
                for block in blocks(self.folder / "share/gamelift/deploy/README.md")]


if __name__ == "__main__":
    unittest.main()
