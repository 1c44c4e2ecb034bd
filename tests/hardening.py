#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads back from every program and library that a build installs how it was hardened: hardening.py BUILD-FOLDER

Prints what is missing, and fails; nothing when nothing is. For optimised builds without sanitizers.
"""
import argparse
import pathlib
import platform
import re
import subprocess
import sys
import tempfile


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def installed(build, prefix):
    run("cmake", "--install", str(build), "--prefix", str(prefix))
    for path in sorted(prefix.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def begins_with_a_landing_pad(path, function):
    """Where indirect jumps are checked (Intel CET), each function that may be called so begins with endbr64."""
    lines = run("objdump", "--disassemble=" + function, "--no-show-raw-insn", str(path)).splitlines()
    start = next((number for number, line in enumerate(lines) if line.endswith(f"<{function}>:")), None)
    return start is not None and "endbr64" in lines[start + 1]


def missing(path):
    """Of one file."""
    head = run("readelf", "-hlW", str(path))
    dynamic = run("readelf", "-dW", str(path))
    symbols = run("readelf", "--dyn-syms", "-W", str(path))
    is_program = "INTERP" in head
    if not re.search(r"Type:\s+DYN", head) or (is_program and not re.search(r"FLAGS_1.*\bPIE\b", dynamic)):
        yield "position independent code (PIE)"
    if "GNU_RELRO" not in head or not re.search(r"\(FLAGS(_1)?\).*\b(BIND_)?NOW\b", dynamic):
        yield "full RELRO (-z relro -z now)"
    if not re.search(r"GNU_STACK(\s+0x\w+){5}\s+RW\s", head):
        yield "a stack that is not executable"
    if re.search(r"LOAD(\s+0x\w+){5}\s+RWE", head):
        yield "no segment that is both written and executed"
    if "TEXTREL" in dynamic:
        yield "no relocation of code"
    for run_path in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", dynamic):
        if not all(folder.startswith("$ORIGIN") for folder in run_path.split(":")):
            yield f"no run path into foreign folders ({run_path})"
    if "__stack_chk_fail" not in symbols:
        yield "-fstack-protector-strong"
    if not re.search(r"UND __\w+_chk(@|\s|$)", symbols, re.M):
        yield "_FORTIFY_SOURCE"
    exported = re.findall(r"FUNC\s+GLOBAL\s+DEFAULT\s+\d+ ((?:glift|luaopen)_\w+)", symbols)
    if platform.machine() == "x86_64" and not begins_with_a_landing_pad(path, "main" if is_program else exported[0]):
        yield "-fcf-protection"


def main(build):
    faults = files = 0
    with tempfile.TemporaryDirectory() as prefix:
        for path in installed(pathlib.Path(build), pathlib.Path(prefix)):
            files += 1
            for what in missing(path):
                faults += 1
                print(f"{path.relative_to(prefix)} lacks {what}")
    if files == 0:
        print(f"{build} installs no program")
    return 1 if faults or files == 0 else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="the build folder")
    sys.exit(main(parser.parse_args().build))
