# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` puts in place runs wherever its folder is moved to, and on the oldest system that counts."""
import os
import pathlib
import tempfile
import unittest

import elf

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.prefix = pathlib.Path(directory.name) / "prefix"
        elf.run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.files = list(elf.files(cls.prefix))
        assert {"arena", "gamelift-local", "gamelift_plugin.so", "gamelift.so"} <= {path.name for path in cls.files}

    def test_no_file_asks_for_a_newer_glibc_or_openssl_than_amazon_linux_2023_has(self):
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                self.assertEqual(elf.too_new(path), [])


if __name__ == "__main__":
    unittest.main()
