#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a page of HTML from annotations of the Lua language server: lua.py OUT.html FILE...

Knows what this project uses of them, and says of every line that it does not understand where it is. Specs compare the
same files with the code (tests/spec/annotations.lua).
"""
import dataclasses
import html
import pathlib
import re
import sys

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330; }
code, pre { font: 14px/1.45 ui-monospace, monospace; } h2 { border-top: 1px solid #ccd; padding-top: 1rem; }
h2 code { font-size: 20px; } h3 code { font-size: 16px; } td:first-child { width: 14rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #e4e6ee; }
nav ul { columns: 3; list-style: none; padding: 0; } a { color: #0b57d0; text-decoration: none; }
@media (prefers-color-scheme: dark) { body { background: #10141f; color: #dfe4f0; } a { color: #8ab4ff; }
  h2 { border-color: #333b50; } td, th { border-color: #262d40; } }
"""


@dataclasses.dataclass
class Thing:
    """A class or an alias: rows are (name, type, text) of its fields or choices."""
    kind: str
    name: str
    text: str
    parents: str = ""
    rows: list = dataclasses.field(default_factory=list)
    functions: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Function:
    name: str
    arguments: str
    text: str
    params: list
    returns: list


def split_type(text):
    """A type, and what follows it. A blank ends it, but inside brackets and behind ":", "," and "|"."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "({<[") - (letter in ")}>]")
        if letter == " " and depth == 0 and text[at - 1] not in ":,|":
            return text[:at], text[at:].strip().removeprefix("#").strip()
    return text, ""


class Reader:
    def __init__(self):
        self.things, self.problems = [], []
        self.names = {}

    def read(self, path):
        self.doc, self.params, self.returns, self.open, self.variables = [], [], [], None, {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not self.take(line):
                self.problems.append(f"{path}:{number}: this line is not understood: {line}")

    def take(self, line):
        """False where the line is none that we know."""
        if tag := re.match(r"---@(\w+)\s*(.*)$", line):
            return self.take_tag(*tag.groups())
        if choice := re.match(r"---\|\s*(.*)$", line):
            self.open.rows.append(("", *split_type(choice.group(1))))
        elif text := re.match(r"--- ?(.*)$", line):
            self.doc.append(text.group(1))
        elif function := re.match(r"function (\w+)([.:])(\w+)\(([^)]*)\) end$", line):
            return self.take_function(*function.groups())
        elif variable := re.match(r"local (\w+) = {}$", line):
            self.variables[variable.group(1)] = self.open
            self.end_group()
        elif re.match(r"(--( .*)?|return \w+|)$", line):
            self.end_group()
        else:
            return False
        return True

    def end_group(self):
        self.doc, self.params, self.returns = [], [], []

    def take_tag(self, tag, rest):
        if tag == "class":
            name, _, parents = (part.strip() for part in rest.partition(":"))
            self.add(Thing("class", name, " ".join(self.doc), parents))
        elif tag == "alias":
            name, _, whole = rest.partition(" ")
            self.add(Thing("alias", name, " ".join(self.doc), whole.strip()))
        elif tag == "field":
            name, _, text = rest.partition(" ")
            self.open.rows.append((name, *split_type(text.strip())))
        elif tag == "param":
            name, _, text = rest.partition(" ")
            self.params.append((name, *split_type(text.strip())))
        elif tag == "return":
            self.returns.append(split_type(rest))
        else:
            return tag == "meta"
        return True

    def add(self, thing):
        self.things.append(thing)
        self.names[thing.name] = thing
        self.open, self.doc = thing, []

    def take_function(self, variable, mark, name, arguments):
        owner = self.variables.get(variable)
        if owner is None:
            return False
        prefix = owner.name if mark == "." else variable
        owner.functions.append(Function(prefix + mark + name, arguments, " ".join(self.doc), self.params, self.returns))
        self.end_group()
        return True


class Page:
    def __init__(self, reader):
        self.names = reader.names
        self.things = reader.things

    def type(self, text):
        """A type as code, with links to what has a place on this page."""
        escaped = html.escape(text)
        for name in sorted(self.names, key=len, reverse=True):
            escaped = re.sub(rf"(?<![\w.#>]){re.escape(name)}(?![\w.])", f'<a href="#{name}">{name}</a>', escaped)
        return f"<code>{escaped}</code>"

    def table(self, rows, heads):
        if not rows:
            return ""
        body = "".join(
            f"<tr><td><code>{html.escape(name)}</code></td><td>{self.type(kind)}</td><td>{html.escape(text)}</td></tr>"
            for name, kind, text in rows)
        return f"<table><tr>{''.join(f'<th>{head}</th>' for head in heads)}</tr>{body}</table>"

    def choices(self, thing):
        if not thing.rows:
            return f"<p>{self.type(thing.parents)}</p>"
        rows = "".join(
            f"<tr><td>{self.type(kind)}</td><td>{html.escape(text)}</td></tr>" for _, kind, text in thing.rows)
        return f"<table>{rows}</table>"

    def function(self, function):
        returns = "".join(f"<li>{self.type(kind)} {html.escape(text)}</li>" for kind, text in function.returns)
        name = html.escape(f"{function.name}({function.arguments})")
        return (f'<h3 id="{function.name}"><code>{name}</code></h3>'
                f"<p>{html.escape(function.text)}</p>{self.table(function.params, ('argument', 'type', ''))}"
                + (f"<p>Returns</p><ol>{returns}</ol>" if returns else ""))

    def thing(self, thing):
        parts = [f'<h2 id="{thing.name}"><code>{thing.name}</code></h2>']
        if thing.text:
            parts.append(f"<p>{html.escape(thing.text)}</p>")
        if thing.kind == "alias":
            parts.append(self.choices(thing))
        else:
            if thing.parents:
                parts.append(f"<p>With all of {self.type(thing.parents)}</p>")
            parts.append(self.table(thing.rows, ("field", "type", "")))
            parts.extend(map(self.function, thing.functions))
        return "".join(parts)

    def render(self):
        index = "".join(f'<li><a href="#{thing.name}">{thing.name}</a></li>' for thing in self.things)
        body = "\n".join(map(self.thing, self.things))
        return (f'<!DOCTYPE html>\n<html lang="en"><meta charset="utf-8"><title>GameLift for Lua</title>\n'
                f"<style>{STYLE}</style>\n<h1>GameLift for Lua</h1>\n<p>Made from the annotations that editors read. "
                f"How calls answer and wait is told in bindings/lua/README.md.</p>\n"
                f"<nav><ul>{index}</ul></nav>\n{body}\n</html>\n")


def main():
    out, *files = map(pathlib.Path, sys.argv[1:])
    reader = Reader()
    for path in files:
        reader.read(path)
    if reader.problems:
        sys.exit("\n".join(reader.problems))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(Page(reader).render(), encoding="utf-8")


if __name__ == "__main__":
    main()
