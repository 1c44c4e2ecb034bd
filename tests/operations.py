#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of operations in sdk/local/README.md, made from the operation tables of sdk/local/api: operations.py [--fix]

Without --fix it fails where the README says something else than the sources. The names of all operations of the API are in
gamelift_operations.txt; where botocore is installed, they are held against its model, too. A row of an operation table says
its rules in a comment behind it: {"CreateFleet", members, handler}, /* S18 */
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "sdk/local/README.md"
NAMES = ROOT / "tests/gamelift_operations.txt"
BEGIN, END = "<!-- operations: made by tests/operations.py -->\n", "<!-- end of operations -->\n"

TABLE = re.compile(r"^const api_operation api_\w+_operations\[\] = \{\n(.*?)^\};", re.S | re.M)
ROW = re.compile(r'\{\s*"(\w+)",\s*\w+,\s*\w+\s*\},[ \t]*(?:/\*\s*(.*?)\s*\*/)?', re.S)


def rows():
    """(operation, its rules or "") of all tables."""
    for path in sorted((ROOT / "sdk/local/api").glob("*.c")):
        for table in TABLE.finditer(path.read_text(encoding="utf-8")):
            yield from ROW.findall(table.group(1))


def faults(here, names):
    seen = set()
    for name, rules in here:
        if name in seen:
            yield f"{name} stands in the operation tables twice"
        if name not in names:
            yield f"{name} is no operation of the API (tests/gamelift_operations.txt)"
        if not re.fullmatch(r"S\d+( to S\d+)?(, S\d+( to S\d+)?)*", rules):
            yield f'the row of {name} has no comment with its rules, "S1, S2 to S4", but "{rules}"'
        seen.add(name)
    try:
        import botocore.session  # pylint: disable=import-outside-toplevel
    except ImportError:
        return
    model = botocore.session.get_session().get_service_model("gamelift")
    for name in sorted(set(model.operation_names) - names):
        yield f"{name}, which botocore knows, is missing in tests/gamelift_operations.txt"


def wrapped(words, width=120):
    line = ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
    yield line


def text(here, names):
    done = dict(here)
    others = sorted(names - set(done))
    lines = [f"{len(done)} of {len(names)} operations are emulated. Each obeys S1 to S6 and S13 to S17, and the rules beside it.", "",
             "| operation | rules |", "|---|---|"]
    lines += [f"| {name} | {done[name]} |" for name in sorted(done)]
    lines += ["", f"The other {len(others)} are answered with `UnknownOperationException` (S87), which names the operation:", ""]
    lines += wrapped([f"`{name}`" + ("," if name != others[-1] else ".") for name in others])
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true")
    fix = parser.parse_args().fix
    here, names = list(rows()), set(NAMES.read_text(encoding="utf-8").split())
    found = list(faults(here, names))
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    table, _, after = rest.partition(END)
    if not rest or not after:
        found.append("sdk/local/README.md has no place for the table of operations")
    elif table != text(here, names):
        if fix:
            README.write_text(before + BEGIN + text(here, names) + END + after, encoding="utf-8")
        else:
            found.append("sdk/local/README.md does not say what the operation tables say: tests/operations.py --fix")
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
