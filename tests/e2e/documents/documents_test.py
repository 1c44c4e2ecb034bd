#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each README's commands are typed in a folder that looks like a checkout after a build; its programs lie there as it
says. What it shows as output appears. A block of another kind has to be a file that some command uses."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from checkout import ROOT, make_checkout
from document import FILE_NAME, Document, Reader

PICTURES = {"text", "mermaid"}


MISSING = [program for program in ("cc", "pkg-config", "aws", "curl", "lua5.4") if shutil.which(program) is None]


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)}")
class Documents(unittest.TestCase):
    def check_blocks(self, document):
        commands, programs = "".join(document.of("sh")), "".join(document.of("c"))
        for language, text in document.blocks:
            if language not in PICTURES | {"sh"}:
                name = FILE_NAME.match(text)
                self.assertTrue(name, f"no test runs this block:\n{text}")
                path = pathlib.Path(name.group(1))
                is_used = str(path) in commands or f'#include "{path.name}"' in programs
                is_used |= path.suffix == ".lua" and re.search(rf"=\b{path.stem}\b", commands) is not None
                is_used |= path.name == "CMakeLists.txt" and f"-S {path.parent} " in commands
                self.assertTrue(is_used, f"no command uses {path}")

    def check_options(self, block):
        """A block that installs, builds and plays, or tests, has tests of its own: here each option is looked up."""
        for script, *arguments in map(str.split, re.sub(r" +#.*", "", block, flags=re.M).splitlines()):
            usage = subprocess.run([ROOT / script, "--help"], capture_output=True, text=True, check=True,
                                   timeout=60).stdout
            for option in arguments:
                self.assertTrue(not option.startswith("-") or option in usage, f"{script} has no {option}")

    def read(self, name, part=None):
        document = Document(ROOT / name, part)
        self.check_blocks(document)
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            make_checkout(folder)
            for file, text in document.files():
                path = folder / file
                self.assertFalse(path.exists(), f"{file} is in the checkout already")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            reader = Reader(folder, {"HOME": f"{folder}/home", "PATH": f"{folder}/bin:{os.environ['PATH']}"})
            try:
                for block, expected in document.shell_blocks():
                    if re.match(r"\./(?:game|tests)/run\.sh", block):
                        self.check_options(block)
                    else:
                        reader.type(block, expected)
                self.assertEqual(0, reader.leave(), reader.output)
                self.assertNotRegex(reader.output, r"\.[ch]:\d+:\d+: warning")
            finally:
                reader.close()

    @unittest.skipUnless(shutil.which("luacheck"), "luacheck is not installed")
    def test_programs_in_lua_have_no_lint(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("README.md", "game/README.md"):
                for file, text in Document(ROOT / name).files():
                    pathlib.Path(folder, file.replace("/", "_")).write_text(text, encoding="utf-8")
            options = ["--no-config", "--no-color", "-q", "--std", "lua54", "--read-globals", "host", "--"]
            found = subprocess.run(["luacheck", *options, folder], capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(0, found.returncode, found.stdout)

    def test_the_readme(self):
        self.read("README.md")

    def test_the_readme_is_short_and_its_figures_are_those_of_today(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        self.assertLess(readme.count("\n"), 150)
        self.assertIn(re.search(r"(\d+) operations\]", readme)[1] + " of 120 operations",
                      (ROOT / "sdk/local/README.md").read_text(encoding="utf-8"))
        for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", readme):
            self.assertLess((ROOT / picture).stat().st_size, 1_500_000, picture)

    def test_the_sdk_in_c(self):
        self.read("sdk/README.md")

    def test_the_arena_as_a_starting_point(self):
        self.read("game/README.md")

    def test_gamelift_local_for_a_back_end(self):
        self.read("sdk/local/README.md", "For your back end")

    def test_many_servers_in_one_process(self):
        self.read("game/deploy/many-servers.md")

    def test_the_plugin_for_an_engine(self):
        self.read("plugin/README.md")


class Checkout(unittest.TestCase):
    """What editors and the forge read."""

    def test_editors_are_led_to_what_is_there(self):
        luarc = json.loads((ROOT / ".luarc.json").read_text(encoding="utf-8"))
        for folder in luarc["workspace.library"] + [path.split("?")[0] for path in luarc["runtime.path"]]:
            self.assertTrue((ROOT / folder).is_dir(), folder)
        presets = json.loads((ROOT / "CMakePresets.json").read_text(encoding="utf-8"))["configurePresets"]
        database = re.search(r"CompilationDatabase: build/(\w+)", (ROOT / ".clangd").read_text(encoding="utf-8"))[1]
        self.assertIn(database, [preset["name"] for preset in presets])

    def test_issue_templates_say_what_they_are_for(self):
        templates = list((ROOT / ".github/ISSUE_TEMPLATE").glob("*.md"))
        self.assertGreater(len(templates), 2)
        for template in templates:
            self.assertRegex(template.read_text(encoding="utf-8"),
                             r"\A---\nname: \S.*\nabout: \S.*\ntitle: .*\nlabels: \S.*\n---\n\n\S")


if __name__ == "__main__":
    unittest.main()
