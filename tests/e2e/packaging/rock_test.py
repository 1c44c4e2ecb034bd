# SPDX-License-Identifier: Apache-2.0
"""The rock that comes with an installed SDK is built by LuaRocks, in a folder that knows nothing of the checkout."""
import os
import pathlib
import tempfile
import unittest

import elf

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
LUA_VERSIONS = os.environ["GLIFT_LUA_VERSIONS"].split()


class Rock(unittest.TestCase):
    def test_luarocks_installs_the_module_and_match_from_the_rock(self):
        with tempfile.TemporaryDirectory() as directory:
            work = pathlib.Path(directory)
            prefix = work / "prefix"
            elf.run("cmake", "--install", BUILD, "--prefix", prefix)
            rock, = prefix.rglob("*.src.rock")
            for version in {LUA_VERSIONS[0], LUA_VERSIONS[-1]}:
                with self.subTest(version):
                    tree = work / version
                    elf.run("luarocks", "--lua-version", version, "--tree", tree, "install", rock,
                            f"GAMELIFT_DIR={prefix}", cwd=work)
                    loaded = elf.run(
                        f"lua{version}", "-e", "print(require('gamelift').version, require('gamelift.match').new)",
                        env={"LUA_CPATH": f"{tree}/lib/lua/{version}/?.so",
                             "LUA_PATH": f"{tree}/share/lua/{version}/?.lua", "PATH": os.environ["PATH"]})
                    self.assertRegex(loaded, rf"^{rock.name.split('-')[1]}\tfunction")


if __name__ == "__main__":
    unittest.main()
