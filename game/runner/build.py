# SPDX-License-Identifier: Apache-2.0
"""The build before the run: what the game needs, and nothing else."""
import contextlib
import fcntl
import re
import signal
import sys
import time

from runner.process import ROOT, STOP_TIMEOUT_S, Failed, Interrupted, Process, end

COMMAND = "cmake --preset release && cmake --build --preset release --target play"
PLAIN_LINE_EVERY_S = 15


@contextlib.contextmanager
def alone(path, interrupt):
    """Two runs in one clone build one after the other."""
    with open(path, "w", encoding="utf-8") as lock:
        is_told = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not is_told:
                    print("Another run builds in this folder; waiting for it.", flush=True)
                is_told = True
                interrupt.check()
                time.sleep(0.2)
        yield


class Progress:
    """How far a build is, read from its log: one line that moves on a terminal, a line now and then elsewhere."""

    def __init__(self, process, out):
        self.process = process
        self.out = out
        self.moves = out.isatty()
        self.started = self.told = time.monotonic()
        self.steps = None

    def look(self):
        steps = re.findall(r"^\[(\d+)/(\d+)\]", self.process.text(), re.MULTILINE)
        if steps:
            self.steps = steps[-1]
        seconds = time.monotonic() - self.started
        line = f"  step {self.steps[0]} of {self.steps[1]}, {seconds:.0f} s" if self.steps else f"  {seconds:.0f} s"
        if self.moves:
            self.out.write(f"\r{line}\033[K")
            self.out.flush()
        elif time.monotonic() - self.told >= PLAIN_LINE_EVERY_S:
            self.told = time.monotonic()
            print(line, file=self.out, flush=True)

    def close(self):
        if self.moves:
            self.out.write("\r\033[K")
            self.out.flush()


def run_build(logs, interrupt):
    """Its process, which has ended."""
    process = Process("build", ["sh", "-c", COMMAND], logs)
    progress = Progress(process, sys.stdout)
    try:
        while process.popen.poll() is None:
            interrupt.check()
            progress.look()
            time.sleep(0.1)
    except Interrupted:
        for pid in process.family():
            end(pid, signal.SIGTERM)
        process.end_family(STOP_TIMEOUT_S)
        raise
    finally:
        progress.close()
    return process


def known_reason(log):
    """Why a build has failed, in a sentence; None where the log has to be read."""
    if "No space left on device" in log:
        return "the disk is full: the build needs about 100 MB in build/"
    if "is different than the directory" in log:
        return f"{ROOT}/build/release was made when this folder was elsewhere: delete it, and start again"
    return None


def build(interrupt):
    """Configure and build the release preset; its output goes into a log."""
    logs = ROOT / "build"
    logs.mkdir(exist_ok=True)
    with alone(logs / "build.lock", interrupt):
        print("Building the game. The first time takes a minute or two; the output goes into build/build.log.", flush=True)
        process = run_build(logs, interrupt)
    if process.popen.returncode == 0:
        return
    text = process.text()
    if reason := known_reason(text):
        raise Failed(reason)
    print("\n".join(text.splitlines()[-40:]), file=sys.stderr)
    raise Failed("the build failed; the whole log is build/build.log")
