#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over everything that is shipped: tidy.py [--long] BUILD-FOLDER [FILE ...]

The checks are those of .clang-tidy; its static analyzer, which takes most of the time, with --long only. Prints what was
found, and fails; nothing when there is nothing. FILE: only files whose path ends so.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHIPPED = ("sdk/", "plugin/", "bindings/", "game/host/")


def commands(build):
    """One for each file: the Lua binding is built five times."""
    found = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        path = pathlib.Path(entry["file"])
        if path.is_relative_to(ROOT) and path.relative_to(ROOT).as_posix().startswith(SHIPPED):
            found.setdefault(path, entry)
    return found


def tidy(database, path, options):
    run = subprocess.run(["clang-tidy", "--quiet", *options, "-p", database, path], capture_output=True, text=True,
                         check=False)
    if run.returncode == 0 and not run.stdout.strip():
        return ""
    return run.stdout.strip() or run.stderr.strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    wanted = {path: entry for path, entry in commands(arguments.build).items()
              if not arguments.files or path.as_posix().endswith(tuple(arguments.files))}
    if not wanted:
        print(f"{arguments.build} builds none of these files")
        return 1
    options = [] if arguments.long else ["--checks=-clang-analyzer-*"]
    with tempfile.TemporaryDirectory() as database:
        pathlib.Path(database, "compile_commands.json").write_text(json.dumps(list(wanted.values())), encoding="utf-8")
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            findings = pool.map(lambda path: tidy(database, path, options), sorted(wanted))
            found = [finding for finding in findings if finding]
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
