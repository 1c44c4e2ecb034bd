# SPDX-License-Identifier: Apache-2.0
"""./game/run.sh without its build, as a process that is read line by line."""
import os
import pathlib
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])


def command(*options):
    return ["/usr/bin/python3", ROOT / "game" / "run.py", "--build-dir", BUILD, *options]


def alive(text):
    """The processes that have this text in their command line or environment."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class Run:
    """A run in a person's way, read line by line."""

    def __init__(self, logs, *options):
        self.process = subprocess.Popen(
            command("--logs", logs, *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.output = ""

    def until(self, text):
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return line
        raise AssertionError(f'it ended without "{text}":\n{self.output}')

    def end(self):
        self.output += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def close(self):
        """What a test that failed has left running is stopped too, with all that belongs to it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.end()
        self.process.stdout.close()


class RunCase(unittest.TestCase):
    def start(self, logs, *options):
        run = Run(logs, *options)
        self.addCleanup(run.close)
        return run

    def service(self, run):
        """The service's own address names everything that belongs to this run."""
        run.until("Play")
        return run.until("gamelift-local").split()[1].removeprefix("http://").rstrip("/")

    def refused(self, *options, wrapper=()):
        """One that does not begin: its exit code, and all that it says."""
        run = subprocess.run([*wrapper, *command("--logs", "run-refused", *options)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        self.assertEqual([], alive(str(BUILD / "run-refused")))
        return run.returncode, run.stdout
