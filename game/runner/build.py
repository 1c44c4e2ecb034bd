# SPDX-License-Identifier: Apache-2.0
"""The build before the run."""
import signal
import sys
import time

from runner.process import ROOT, STOP_TIMEOUT_S, Failed, Interrupted, Process, end


def build(interrupt):
    """Configure and build the release preset; its output goes into a log."""
    logs = ROOT / "build"
    logs.mkdir(exist_ok=True)
    print("Building; the first time takes some minutes. Output: build/build.log", flush=True)
    process = Process("build", ["sh", "-c", "cmake --preset release && cmake --build --preset release"], logs)
    try:
        while process.popen.poll() is None:
            interrupt.check()
            time.sleep(0.05)
    except Interrupted:
        for pid in process.family():
            end(pid, signal.SIGTERM)
        process.end_family(STOP_TIMEOUT_S)
        raise
    if process.popen.returncode != 0:
        print("\n".join(process.text().splitlines()[-40:]), file=sys.stderr)
        raise Failed("the build failed; the whole log is build/build.log")
