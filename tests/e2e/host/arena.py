# SPDX-License-Identifier: Apache-2.0
"""An arena as a real process, with a script of the test's own."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
WITH_TSAN = "GLIFT_SANITIZE_THREAD:BOOL=ON" in (BUILD / "CMakeCache.txt").read_text()
OFFLINE = ("--set", "gamelift.offline=1")


class Arena:
    """Started at once; its log is read while it runs."""

    def __init__(self, *arguments, environment=None, wrapper=()):
        self.lines = []
        self.process = subprocess.Popen(
            [*wrapper, str(BUILD / "arena"), *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace",
            env={**clean_environment(), **(environment or {})})
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    @property
    def log(self):
        with self._changed:
            return "\n".join(self.lines)

    def wait_for(self, pattern, timeout_s=10, count=1):
        """The last of `count` matches in the log."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            while True:
                found = list(re.finditer(pattern, "\n".join(self.lines)))
                if len(found) >= count:
                    return found[count - 1]
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"not in the log: {pattern}\n" + "\n".join(self.lines))
                self._changed.wait(left)

    @property
    def port(self):
        return int(self.wait_for(r"(?:players|lobby): http://[\d.]+:(\d+)")[1])

    def signal(self, number):
        self.process.send_signal(number)

    def exit_code(self, timeout_s=15):
        code = self.process.wait(timeout_s)
        self._reader.join(5)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()


def clean_environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith(("GAMELIFT_", "ARENA_", "AWS_"))}


class ArenaCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text or "-- no handlers")  # an empty script is refused
        return path

    def start(self, *arguments, environment=None):
        arena = Arena(*arguments, environment=environment)
        self.addCleanup(arena.stop)
        return arena

    def offline(self, script, *arguments):
        """An arena that runs this text as its script, without GameLift; it is up when this returns."""
        arena = self.start("--script", self.write("main.lua", script), *OFFLINE, *arguments)
        arena.wait_for("players: http|lobby: http")
        return arena

    def finish(self, arena, code=0):
        arena.signal(signal.SIGTERM)
        self.assertEqual(code, arena.exit_code(), arena.log)
        self.assert_clean(arena)

    def assert_clean(self, arena):
        for mark in ("Sanitizer", "runtime error", "tick hooks behind"):
            self.assertNotIn(mark, arena.log)

    def fails(self, *arguments, code=1, within_s=10, environment=None):
        """The error lines of an arena that does not start."""
        arena = self.start(*arguments, environment=environment)
        self.assertEqual(code, arena.exit_code(within_s), arena.log)
        self.assert_clean(arena)
        return arena.log
