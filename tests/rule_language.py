#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of FlexMatch's rule language in sdk/local/README.md, made from its reader: rule_language.py [--fix]

Without --fix it fails where the README says something else than the sources. What a reader function of sdk/local/rules
takes stands in lists of its own: `known`, the properties, and others, the words that one of them may have.
"""
import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = ROOT / "sdk/local/README.md"
BEGIN, END = "<!-- rule language: made by tests/rule_language.py -->\n", "<!-- end of rule language -->\n"

FUNCTION = re.compile(r"^(?:static )?bool (\w+)\((?:[^;{]*)\)\n\{\n(.*?)^\}", re.S | re.M)
WORDS = re.compile(r"static const char \*const (\w+)\[\] = \{(.*?)\};", re.S)
READER = re.compile(r"\[LOCAL_RULE_(\w+)\] = (\w+)")
TEXT = re.compile(r'"([^"]*)"')

# Beside the types of rules: the part of a rule set, the file and the function that reads it.
PARTS = (("the rule set", "rule_set.c", "read_document"), ("`playerAttributes[]`", "rule_set.c", "read_attribute"),
         ("`algorithm`", "rule_algorithm.c", "read_members"), ("`teams[]`", "rule_set.c", "read_team"),
         ("`expansions[]`", "rule_expansions.c", "read_expansion"), ("its `steps[]`", "rule_expansions.c", "read_step"))
GENERAL = ("name", "type")


def lists(name):
    """{function: {list: words}} of a file."""
    text = (ROOT / "sdk/local/rules" / name).read_text(encoding="utf-8")
    found = {}
    for function, body in FUNCTION.findall(text):
        found[function] = {of: TEXT.findall(words) for of, words in WORDS.findall(body)}
        found[function]["readers"] = READER.findall(body)
    return found


def row(part, words):
    choices = [" ".join(f"`{word}`" for word in some) for of, some in sorted(words.items())
               if of not in ("known", "readers", "types")]
    properties = [word for word in words["known"] if not part.startswith("rule ") or word not in GENERAL]
    return f"| {part} | {', '.join(f'`{word}`' for word in properties)} | {'; '.join(choices).replace('|', chr(92) + '|')} |"


def text():
    rules = lists("rule_parse.c")
    rows = [row(part, lists(file)[function]) for part, file, function in PARTS]
    types = rules["read_rule"]["types"]
    for name, (_, function) in zip(types, rules["read_rule"]["readers"], strict=True):
        rows.append(row(f"rule `{name}`", rules[function]))
    return "\n".join([f"Each rule has a {GENERAL[0]} and a {GENERAL[1]}. Every object of a rule set may have a description.", "",
                      "| part | properties | words |", "|---|---|---|", *rows]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true")
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    table, _, after = rest.partition(END)
    if not after:
        print("sdk/local/README.md has no place for the table of the rule language")
        return 1
    if table == text():
        return 0
    if parser.parse_args().fix:
        README.write_text(before + BEGIN + text() + END + after, encoding="utf-8")
        return 0
    print("sdk/local/README.md does not say what the reader of rule sets takes: tests/rule_language.py --fix")
    return 1


if __name__ == "__main__":
    sys.exit(main())
