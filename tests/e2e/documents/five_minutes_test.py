#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""sdk/local/five-minutes.md, typed by a reader whose server has the SDK for C#; with GLIFT_LONG also by readers with those
for Go and C++."""
import os
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

from checkout import ROOT, make_checkout
from document import Document, Reader, make_program

PAGE = ROOT / "sdk" / "local" / "five-minutes.md"
OFFICIAL_SDK = pathlib.Path(__file__).with_name("official_sdk.py")
IS_LONG = os.environ.get("GLIFT_LONG") == "1"
MISSING = [program for program in ("aws", "curl", "openssl") if shutil.which(program) is None]


@unittest.skipIf(MISSING, f"not installed: {', '.join(MISSING)}")
class FiveMinutes(unittest.TestCase):
    def type(self, sdk):
        """The page has two ways to start: each reader leaves out the other one's."""
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            make_checkout(folder)
            make_program(folder / "my-server", f"{sys.executable} {OFFICIAL_SDK} {sdk}")
            reader = Reader(folder, {"HOME": f"{folder}/home", "PATH": f"{folder}/bin:/usr/bin:/bin"})
            starts = 0
            try:
                for block, expected in Document(PAGE).shell_blocks():
                    if " --launch " in block:
                        starts += 1
                        if ("--tls-cert" in block) == (sdk == "go"):
                            continue
                    reader.type(block, expected)
                self.assertEqual(2, starts)
                self.assertEqual(0, reader.leave(), reader.output)
                return reader.output
            finally:
                reader.close()

    @unittest.skipUnless(IS_LONG, "types the page once more: with --long")
    def test_with_the_sdk_for_go(self):
        self.assertIn("SDK Go 5.6.0", self.type("go"))

    @unittest.skipUnless(IS_LONG, "types the page once more: with --long")
    def test_with_the_sdk_for_cpp(self):
        self.assertIn("SDK Cpp 5.4.0", self.type("cpp"))

    def test_with_the_sdk_for_csharp(self):
        self.assertIn("SDK CSharp 5.4.0", self.type("csharp"))


class Page(unittest.TestCase):
    TEXT = PAGE.read_text(encoding="utf-8")

    def test_every_block_is_typed_by_a_test(self):
        self.assertEqual({"sh", "text", "console"}, {language for language, _ in Document(PAGE).blocks})
        self.assertEqual(2, self.TEXT.count("```console\n"), "e2e.packaging.compose types two")

    def test_it_names_every_value_that_the_environment_has(self):
        named = set(re.findall(r"`(GAMELIFT_SDK_\w+)`", self.TEXT))
        self.assertEqual({f"GAMELIFT_SDK_{name}" for name in ("WEBSOCKET_URL", "AUTH_TOKEN", "FLEET_ID", "HOST_ID",
                                                               "PROCESS_ID")}, named)

    def test_whoever_reads_of_gamelift_local_or_of_images_is_led_to_it(self):
        for page, link in (("README.md", "sdk/local/five-minutes.md"), ("sdk/local/README.md", "five-minutes.md"),
                           ("sdk/packaging/README.md", "../local/five-minutes.md")):
            self.assertIn(f"]({link}", (ROOT / page).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
