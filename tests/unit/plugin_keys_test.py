#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""host.h and README.md of the plugin name each setting that it asks its host for, and no other; they say something of
each, and the same defaults and variables."""
import pathlib
import re
import unittest

PLUGIN = pathlib.Path(__file__).resolve().parents[2] / "plugin"


def asked_for():
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((PLUGIN / "src").glob("*.[ch]"))
                   if not path.name.startswith("module"))  # names of files stand there
    return set(re.findall(r'"(gamelift\.[a-z_]+)"', text))


def named():
    header = (PLUGIN / "include/gamelift/host.h").read_text(encoding="utf-8")
    return re.findall(r"^ \*   (gamelift\.[a-z_]+) +(\S.*)$", header, re.M)


def table_of_readme():
    """Setting: (default, variable)."""
    rows = re.findall(r"^\| `(gamelift\.[a-z_]+)` \| ([^|]*) \| ?([^|]*)\| [^|]+ \|$",
                      (PLUGIN / "README.md").read_text(encoding="utf-8"), re.M)
    return {key: (default, variable.strip()) for key, default, variable in rows}


class Keys(unittest.TestCase):
    def test_the_table_of_the_header_is_what_the_plugin_asks_for(self):
        self.assertEqual(sorted(asked_for()), sorted(key for key, _ in named()))
        self.assertGreater(len(named()), 15)

    def test_the_readme_has_the_same_settings_with_their_variables_and_times(self):
        rows = table_of_readme()
        self.assertEqual(sorted(key for key, _ in named()), sorted(rows))
        for key, text in named():
            default, variable = rows[key]
            if bracket := re.search(r"\[(\w+)\]", text):
                self.assertEqual(f"`{bracket.group(1)}`", variable)
            if milliseconds := re.match(r"(\d+):", text):
                self.assertEqual(milliseconds.group(1), default.partition(",")[0], key)


if __name__ == "__main__":
    unittest.main()
