#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The target `reference` makes the reference of C and Lua without a warning; all public calls are in it, and the
comments of members too. What it must not accept makes it fail."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
ROOT = pathlib.Path(__file__).resolve().parents[3]
HEADERS = [ROOT / "sdk/include/gamelift" / f"{name}.h" for name in ("gamelift", "types", "status", "metrics")]
HEADERS.append(ROOT / "plugin/include/gamelift/host.h")
META = ROOT / "bindings/lua/gamelift"


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=600)


def doxygen(folder, *settings):
    """As the target runs it, into this folder, with other settings."""
    doxyfile = (BUILD / "sdk/reference/Doxyfile").read_text(encoding="utf-8")
    path = pathlib.Path(folder, "Doxyfile")
    path.write_text("\n".join([doxyfile, f'OUTPUT_DIRECTORY = "{folder}"', *settings, ""]), encoding="utf-8")
    return run("doxygen", path)


def plain(page):
    """The text of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8")))


@unittest.skipIf(shutil.which("doxygen") is None, "doxygen is not installed (Debian package doxygen)")
class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = run("cmake", "--build", BUILD, "--target", "reference")

    def test_it_is_made_without_a_warning(self):
        self.assertEqual(0, self.made.returncode, self.made.stdout)
        self.assertNotRegex(self.made.stdout, "(?i)warning")
        for link in re.findall(r'href="([^"]+)"', (BUILD / "reference/index.html").read_text(encoding="utf-8")):
            self.assertTrue((BUILD / "reference" / link).is_file(), link)

    def test_every_call_of_c_and_the_comments_of_members_are_there(self):
        pages = " ".join(plain(page) for page in (BUILD / "reference/c").glob("*.html"))
        for header in HEADERS:
            for name in re.findall(r"GLIFT_API [^;(]*?\b(glift_\w+)\(", header.read_text(encoding="utf-8")):
                self.assertIn(f"{name} (", pages)
        for text in ("fleet, host, player session id; ARNs", "20 000: from the call to its answer, connected or not",
                     "No call blocks but glift_server_destroy()", "no answer within the deadline",
                     "where players connect, 1..GLIFT_MAX_PORT"):
            self.assertIn(text, pages)

    def test_only_members_and_macros_whose_names_say_all_have_no_comment(self):
        with tempfile.TemporaryDirectory() as folder:
            said = doxygen(folder, "EXTRACT_ALL = NO", "WARN_AS_ERROR = NO").stdout
        self.assertIn("(variable)", said)
        bare = [line for line in said.splitlines() if not re.search(r"\((?:variable|macro definition)\)", line)]
        self.assertEqual([], bare)

    def test_every_function_and_class_of_lua_is_there(self):
        page = (BUILD / "reference/lua/index.html").read_text(encoding="utf-8")
        for meta in (META / "meta.lua", *(META / "meta").glob("*.lua")):
            text = meta.read_text(encoding="utf-8")
            for name in re.findall(r"^---@(?:class|alias) ([\w.]+)", text, re.M):
                self.assertIn(f'id="{name}"', page)
            for name in re.findall(r"^function \w+[.:](\w+)", text, re.M):
                self.assertRegex(page, rf'id="[\w.]+[.:]{name}"')

    def test_a_comment_on_an_argument_that_is_not_there_is_refused(self):
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            (folder / "bad.h").write_text("/* licence */\n/* About. */\n"
                                          "/** Does it.\n * @param speed how fast */\nint f(int size);\n")
            made = doxygen(folder, f'INPUT = "{folder}"')
        self.assertNotEqual(0, made.returncode)
        self.assertIn("argument 'speed'", made.stdout)

    def test_an_annotation_that_is_not_understood_is_refused_with_its_line(self):
        with tempfile.TemporaryDirectory() as place:
            bad = pathlib.Path(place, "bad.lua")
            bad.write_text("---@class a\nlocal a = {}\n---@generic T\nfunction a.f() end\n", encoding="utf-8")
            made = run(sys.executable, ROOT / "sdk/reference/lua.py", pathlib.Path(place, "out.html"), bad)
        self.assertNotEqual(0, made.returncode)
        self.assertIn("bad.lua:3: this line is not understood: ---@generic T", made.stdout)


if __name__ == "__main__":
    unittest.main()
