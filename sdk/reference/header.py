#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a public header as Doxygen wants it: header.py FILE.

In the headers a comment behind a member is a plain one, which reads better than the mark that Doxygen asks for; here it
gets that mark, as does one right above a declaration. The comment at the top of a file is about the file, and that of
gamelift.h is the first page.
"""
import pathlib
import re
import sys

COMMENT = re.compile(r"/\*.*?\*/", re.S)
FUNCTIONS = re.compile(r"/\*(?!\*)((?:(?!\*/).)*\*/\n)((?:GLIFT_API [^\n]*;\n)+)", re.S)
DECLARATION = re.compile(r"\n(?:typedef|#define) ")


def convert(name, text):
    def one(found):
        comment = found.group()
        line_number = text.count("\n", 0, found.start()) + 1
        before = text[text.rfind("\n", 0, found.start()) + 1:found.start()].strip()
        if line_number == 2:  # behind the licence
            page = "/** @file\n */\n/** @mainpage The SDK in C\n" if name == "gamelift.h" else "/** @file\n"
            return f"{page} *{escape(comment[2:])}"
        if before and not comment.startswith("/**"):
            return f"/**<{escape(comment[2:])}"
        if DECLARATION.match(text, found.end()) and not comment.startswith("/**"):
            return f"/**{escape(comment[2:])}"
        return escape(comment)
    text = FUNCTIONS.sub(each_of_them, text)
    return COMMENT.sub(one, text)


def each_of_them(found):
    """A comment on several functions, repeated for each."""
    comment, functions = found.groups()
    return "".join(f"/**{comment}{function}" for function in functions.splitlines(keepends=True))


def escape(comment):
    """What looks like HTML or a command to Doxygen: "<fleet>-<host>", "|@rate"."""
    return re.sub(r"<(?=[a-zA-Z])|@(?!param|return)", r"\\\g<0>", comment)


if __name__ == "__main__":
    path = pathlib.Path(sys.argv[1])
    sys.stdout.write(convert(path.name, path.read_text(encoding="utf-8")))
