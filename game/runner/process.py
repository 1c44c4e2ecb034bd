# SPDX-License-Identifier: Apache-2.0
"""Programs that are started, watched and ended; and the reasons for which a run ends early."""
import errno
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HANDLER_TIME_S = 1.0
STOP_TIMEOUT_S = 20


class Failed(Exception):
    """A step that did not happen; the text says why."""


class Refused(Failed):
    """A program has ended instead of starting, and has said why; there is nothing to add to its sentence."""


class Interrupted(Exception):
    """Ctrl-C, SIGTERM, or the end of the terminal: everything is to stop, in order."""


def in_words(error):
    """An OSError as a sentence: what could not be had, and why."""
    thing = f"{error.filename}" if error.filename else "a file"
    if error.errno == errno.ENOSPC:
        return f"the disk is full: {thing} cannot be written"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{thing} cannot be written: {error.strerror}; run this in a folder that is yours"
    return f"{thing}: {error.strerror}"


class Interrupt:
    """Signals are noted, and looked at where nothing is half done."""

    def __init__(self):
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores the end of the terminal
                signal.signal(number, self.note)

    def note(self, number, _):
        self.asked = True
        if number == signal.SIGHUP:  # nobody is left to read, and writing would fail
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.dup2(null, sys.stderr.fileno())

    def check(self):
        if self.asked:
            raise Interrupted


class Process:
    """A program with its output in a log file, and a session of its own, where what it starts stays."""

    def __init__(self, name, command, logs, option_names=None, environment=None):
        """`option_names`: what this run calls options that the program may complain of. `environment`: what is added."""
        self.name = name
        self.option_names = option_names or {}
        self.log = logs / f"{name}.log"
        with open(self.log, "wb") as log:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, **(environment or {})})
        self.started = time.monotonic()

    def text(self):
        return self.log.read_text(errors="replace")

    def ask_to_stop(self):
        """SIGTERM. A program that has just been started first gets the time to install its handler."""
        if self.popen.poll() is None:
            time.sleep(max(0.0, self.started + HANDLER_TIME_S - time.monotonic()))
            self.popen.send_signal(signal.SIGTERM)

    def wait(self, timeout_s):
        """The exit code; a program that does not stop is killed, and that is a failure."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failed(f"{self.name} did not stop within {timeout_s} s of SIGTERM") from None

    def ended(self):
        """How it ended, in words; None while it runs."""
        code = self.popen.poll()
        if code is None:
            return None
        return f"{self.name} was ended by {signal.Signals(-code).name}" if code < 0 else \
            f"{self.name} ended with exit code {code}"

    def refusal(self):
        """Why it has not started: its last line without time and name. None where it died without a word."""
        lines = self.text().split("\n")[:-1]
        sentence = re.sub(r"^(\d\S+ +ERROR +)?[\w-]+[: ] *", "", lines[-1]) if lines else None
        if not sentence or self.popen.poll() <= 0:
            return None
        for theirs, ours in self.option_names.items():
            sentence = sentence.replace(theirs, ours)
        return f"{self.name}: {sentence}"

    def family(self):
        """The processes of its session that are alive: itself, and what it has started."""
        members = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue  # it has just ended
            if int(session) == self.popen.pid and state != "Z":
                members.append(int(entry.name))
        return members

    def end_family(self, timeout_s):
        """Wait for what it has started; True if some of that had to be killed."""
        deadline = time.monotonic() + timeout_s
        while self.family() and time.monotonic() < deadline:
            time.sleep(0.05)
        left = self.family()
        for pid in left:
            end(pid, signal.SIGKILL)
        return bool(left)


def end(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it was faster
