# SPDX-License-Identifier: Apache-2.0
"""What is built for Windows, run by wine: unit tests, and game servers in C and Lua on a gamelift-local of this machine."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import bundle
import windows
from windows import BUILD, LIBRARIES, exports, foreign_dlls


def setUpModule():
    windows.set_up_module()


class Built(unittest.TestCase):
    def test_the_library_exports_what_the_map_says_and_needs_the_system_alone(self):
        names = re.findall(r"^\s*(glift_\w+);", (bundle.SOURCE / "sdk/gamelift.map").read_text(), re.M)
        self.assertEqual(exports(BUILD / "libgamelift.dll"), sorted(names))
        self.assertEqual(foreign_dlls(BUILD / "libgamelift.dll"), [])

    def test_the_plugin_exports_one_function_and_needs_the_library(self):
        self.assertEqual(exports(BUILD / "gamelift_plugin.dll"), ["glift_plugin_query"])
        self.assertEqual(foreign_dlls(BUILD / "gamelift_plugin.dll"), ["libgamelift.dll"])

    def test_the_lua_module_needs_the_library_and_lua(self):
        module = BUILD / "lua/5.4/gamelift.dll"
        self.assertEqual(exports(module), ["glift_lua_attach", "glift_lua_detach", "luaopen_gamelift"])
        self.assertEqual(foreign_dlls(module), ["libgamelift.dll", "lua54.dll"])

    def test_no_path_of_the_build_is_in_what_is_shipped(self):
        for name in ("libgamelift.dll", "gamelift_plugin.dll", "lua/5.4/gamelift.dll"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                stripped = pathlib.Path(folder) / "stripped.dll"
                subprocess.run(["x86_64-w64-mingw32-strip", "-o", stripped, BUILD / name], check=True)
                self.assertNotIn(str(bundle.SOURCE).encode(), stripped.read_bytes())

    def test_unit_tests_pass(self):
        result = subprocess.run(["ctest", "--test-dir", BUILD, "-j2", "--output-on-failure"], capture_output=True,
                                text=True, check=False, env={**os.environ, "CTEST_PARALLEL_LEVEL": "2"})
        self.assertEqual(result.returncode, 0, result.stdout[-6000:])
        self.assertGreater(int(re.search(r"tests passed, 0 tests failed out of (\d+)", result.stdout)[1]), 40)


class Lives(windows.Life):
    def live_in_c(self, service):
        for path in (BUILD / "examples/frame_loop.exe", BUILD / "libgamelift.dll"):
            shutil.copy(path, self.folder)
        self.live_as_frame_loop(service, "frame_loop.exe")

    def test_a_server_in_c(self):
        self.live_in_c(self.service())

    def test_a_server_in_c_with_tls(self):
        self.live_in_c(self.service(is_tls=True))

    def test_a_server_in_lua(self):
        for path in (LIBRARIES / "bin/lua.exe", LIBRARIES / "bin/lua54.dll", BUILD / "libgamelift.dll",
                     bundle.SOURCE / "tests/e2e/lua/server.lua"):
            shutil.copy(path, self.folder)
        shutil.copytree(BUILD / "lua", self.folder / "lua")
        self.live_in_lua(self.service(), "lua.exe", "server.lua", LUA_PATH="./lua/?.lua", LUA_CPATH="./lua/5.4/?.dll")


if __name__ == "__main__":
    unittest.main()
