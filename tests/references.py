#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what leads nowhere, and fails; nothing when all is well:
  - a rule (P81, S37) or a section ("wire protocol 2.5", "service model 1.7") that a source file cites and the
    references in sdk/docs do not have
  - a rule that the references have twice, or a gap in their numbers
  - a section that a reference names of itself ("§5.4", the last column of the protocol's checklist) and does not have
  - a link in a Markdown file to a file or heading that is not there; from sdk/docs also one that leads out of it,
    since that folder is installed alone
"""
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCS = ROOT / "sdk" / "docs"
PROTOCOL, MODEL = DOCS / "protocol.md", DOCS / "service-model.md"

SECTION = r"\d+(?:\.\d+)?"
SECTIONS = rf"({SECTION}(?:(?:, | and | to )\s*(?:\* )?{SECTION})*)(?![\d-])"
CITATIONS = {
    PROTOCOL: re.compile(rf"(?:wire protocol|protocol reference),?\s+(?:\* )?{SECTIONS}", re.I),
    MODEL: re.compile(rf"service[- ]model,?\s+(?:\* )?{SECTIONS}", re.I),
}
RULES = {PROTOCOL: re.compile(r"^\| P(\d+) \|.*\| [\d., ]+ \|$", re.M), MODEL: re.compile(r"^- S(\d+)\. ", re.M)}
CITED_RULE = re.compile(r"(?<![A-Za-z0-9])([PS])([1-9]\d*)(?=$|[^A-Za-z0-9])", re.M)
SOURCES = {".c", ".h", ".lua", ".py", ".sh", ".js", ".mjs", ".html", ".cmake", ".txt", ".md", ".in"}

complaints = []


def complain(path, text, offset, message):
    line = text.count("\n", 0, offset) + 1
    complaints.append(f"{path.relative_to(ROOT)}:{line}: {message}")


def source_files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "build")) and name != "__pycache__")
        yield from (pathlib.Path(folder, name) for name in sorted(names) if pathlib.Path(name).suffix in SOURCES)


def without_code(text):
    """The text with blocks of code blanked, so that offsets stay."""
    return re.sub(r"^```.*?^```", lambda block: re.sub(r"[^\n]", " ", block.group()), text, flags=re.M | re.S)


def headings(text):
    return re.findall(r"^#+ (.+)$", without_code(text), re.M)


def sections_of(text):
    return {match.group(1) for title in headings(text) if (match := re.match(rf"({SECTION})\.? ", title))}


def anchors_of(text):
    """What GitHub makes of the headings."""
    anchors = set()
    for title in headings(text):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        anchor = base = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        repeated = 0
        while anchor in anchors:
            repeated += 1
            anchor = f"{base}-{repeated}"
        anchors.add(anchor)
    return anchors


def rules_of(path, text):
    numbers = [int(number) for number in RULES[path].findall(text)]
    if numbers != list(range(1, len(numbers) + 1)):
        wrong = next(i for i, number in enumerate(numbers, 1) if i != number)
        complain(path, text, 0, f"rule {wrong} is missing, doubled or out of its place")
    return set(numbers)


def check_own_sections(path, text, sections):
    for match in re.finditer(rf"§({SECTION})", text):
        if match.group(1) not in sections:
            complain(path, text, match.start(), f"there is no section {match.group(1)}")
    for match in re.finditer(r"^\| P\d+ \|.*\| ([^|]+) \|$", text, re.M):
        for section in re.split(r",\s*", match.group(1)):
            if section not in sections:
                complain(path, text, match.start(), f"there is no section {section}")


def check_citations(path, text, sections, rules):
    for document, pattern in CITATIONS.items():
        for match in pattern.finditer(text):
            for section in re.findall(SECTION, match.group(1)):
                # "8.2, 15" is a row of the table in 8.2.
                row = "." not in section and "8.2" in match.group(1)
                if section not in sections[document] and not row:
                    complain(path, text, match.start(), f"{document.name} has no section {section}")
    if path.suffix == ".md" and path.parent != DOCS:
        return  # the tables there have numbers of other things
    for match in CITED_RULE.finditer(text.replace("_", " ")):
        document = PROTOCOL if match.group(1) == "P" else MODEL
        if int(match.group(2)) not in rules[document]:
            complain(path, text, match.start(), f"{document.name} has no rule {match.group()}")


def check_links(path, text):
    for match in re.finditer(r"\]\(([^)\s]+)\)", without_code(text)):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (path.parent / target).resolve() if target else path
        if not file.exists():
            complain(path, text, match.start(), f"{target} is not there")
        elif anchor and anchor not in anchors_of(file.read_text(encoding="utf-8")):
            complain(path, text, match.start(), f"{target or 'this file'} has no heading #{anchor}")
        if path.parent == DOCS and not file.is_relative_to(DOCS):
            complain(path, text, match.start(), f"{target} leads out of sdk/docs")


def main():
    texts = {path: path.read_text(encoding="utf-8") for path in source_files()}
    sections = {document: sections_of(texts[document]) for document in CITATIONS}
    rules = {document: rules_of(document, texts[document]) for document in CITATIONS}
    for document in CITATIONS:
        check_own_sections(document, texts[document], sections[document])
    for path, text in texts.items():
        check_citations(path, text, sections, rules)
        if path.suffix == ".md":
            check_links(path, text)
    print("\n".join(complaints), end="\n" if complaints else "")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
