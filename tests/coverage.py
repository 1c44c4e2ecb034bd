#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints which share of the lines and branches of each room the tests of a build reached: coverage.py BUILD-FOLDER

For a build of the preset "coverage" whose tests have run. A figure to look at, nothing is asserted of it.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHIPPED = ("sdk/src/", "sdk/local/", "plugin/src/", "bindings/lua/src/", "game/host/")


def main(build):
    filters = [argument for folder in SHIPPED for argument in ("--filter", folder)]
    summary = subprocess.run(["gcovr", "--root", str(ROOT), *filters, "--exclude-unreachable-branches", "--json-summary",
                              "-", str(pathlib.Path(build).resolve())],
                             cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    rooms = collections.defaultdict(collections.Counter)
    for file in json.loads(summary)["files"]:
        for room in (str(pathlib.Path(file["filename"]).parent), "all"):
            for count in ("line_covered", "line_total", "branch_covered", "branch_total"):
                rooms[room][count] += file[count]
    print(f"{'':<20} {'lines':>7} {'reached':>8} {'branches':>9} {'reached':>8}")
    for room, sums in sorted(rooms.items(), key=lambda item: (item[0] == "all", item[0])):
        lines, branches = max(1, sums["line_total"]), max(1, sums["branch_total"])
        print(f"{room:<20} {lines:>7} {sums['line_covered'] / lines:>8.1%} {branches:>9} "
              f"{sums['branch_covered'] / branches:>8.1%}")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="the build folder")
    sys.exit(main(parser.parse_args().build))
