#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""host.h names each setting that the plugin asks its host for, and no other; its table says something of each."""
import pathlib
import re
import unittest

PLUGIN = pathlib.Path(__file__).resolve().parents[2] / "plugin"


def asked_for():
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((PLUGIN / "src").glob("*.[ch]")))
    return set(re.findall(r'"(gamelift\.[a-z_]+)"', text))


def named():
    header = (PLUGIN / "include/gamelift/host.h").read_text(encoding="utf-8")
    return re.findall(r"^ \*   (gamelift\.[a-z_]+) +(\S.*)$", header, re.M)


class Keys(unittest.TestCase):
    def test_the_table_of_the_header_is_what_the_plugin_asks_for(self):
        self.assertEqual(sorted(asked_for()), sorted(key for key, _ in named()))
        self.assertGreater(len(named()), 15)


if __name__ == "__main__":
    unittest.main()
