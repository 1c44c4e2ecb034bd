# SPDX-License-Identifier: Apache-2.0
"""What `cmake --install` puts in place runs wherever its folder is moved to, and on the oldest system that counts."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import elf

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
SOURCE = pathlib.Path(__file__).resolve().parents[3]
ENGINE = BUILD / "tests/spec/exporting_lua_host"
LUA_VERSIONS = os.environ["GLIFT_LUA_VERSIONS"].split()

# Loads all of the Lua side, and prints where the SDK has come from.
SCRIPT = """
assert(require("gamelift").sdk_version)
assert(require("gamelift.match").new)
for line in io.lines("/proc/self/maps") do
  local library = line:match "/.*libgamelift%.so.*"
  if library then print(library) break end
end
"""


def copy(folder, *names):
    """A folder with these parts of the build, and with what their links stand for."""
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (BUILD / name).is_dir():
            shutil.copytree(BUILD / name, target)
        else:
            shutil.copy(BUILD / name, target)
    return folder


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        elf.run("cmake", "--install", BUILD, "--strip", "--prefix", cls.work / "prefix")
        cls.prefix = cls.work / "moved" / "elsewhere"
        cls.prefix.parent.mkdir()
        (cls.work / "prefix").rename(cls.prefix)
        cls.library = next(cls.prefix.rglob("libgamelift.so")).parent
        cls.files = list(elf.files(cls.prefix))
        assert {"arena", "gamelift-local", "gamelift_plugin.so", "gamelift.so"} <= {path.name for path in cls.files}

    def test_no_file_asks_for_a_newer_glibc_or_openssl_than_amazon_linux_2023_has(self):
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                self.assertEqual(elf.too_new(path), [])

    def test_no_file_knows_the_folder_that_it_was_built_in(self):
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                self.assertNotIn(os.fsencode(SOURCE), path.read_bytes())

    def test_every_run_path_begins_where_the_file_lies(self):
        built = [path for path in BUILD.iterdir() if path.suffix == ".so" or path.name == "arena"]
        self.assertGreater(len(built), 2)
        for path in [*self.files, *built, *BUILD.glob("lua/*/gamelift.so")]:
            with self.subTest(path):
                self.assertEqual([folder for folder in elf.run_paths(path) if not folder.startswith("$ORIGIN")], [])

    def sdk_of(self, *command, **environment):
        """Where a program that runs the script has its SDK from."""
        return pathlib.Path(elf.run(*command, cwd="/", env={**os.environ, **environment}).splitlines()[-1]).parent

    def sdk_of_lua(self, version, modules, scripts):
        return self.sdk_of(f"lua{version}", "-e", SCRIPT, LUA_CPATH=f"{modules}/?.so", LUA_PATH=f"{scripts}/?.lua")

    def test_each_lua_finds_all_in_the_installed_folders(self):
        for version in LUA_VERSIONS:
            with self.subTest(version):
                self.assertEqual(self.sdk_of_lua(version, self.library / "lua" / version,
                                                 self.prefix / "share/lua" / version), self.library)

    def test_each_lua_finds_all_in_a_game_folder_where_the_module_lies_beside_the_library(self):
        for version in LUA_VERSIONS:
            with self.subTest(version):
                game = copy(self.work / f"flat {version}", "libgamelift.so.0", "lua/gamelift")
                shutil.copy(BUILD / "lua" / version / "gamelift.so", game)
                self.assertEqual(self.sdk_of_lua(version, game, game / "lua"), game)

    def test_the_installed_plugin_finds_library_module_and_match(self):
        self.assertEqual(self.sdk_of(ENGINE, self.library / "gamelift/gamelift_plugin.so", SCRIPT), self.library)

    def test_a_plugin_in_a_game_folder_finds_library_module_and_match(self):
        game = copy(self.work / "game", "gamelift_plugin.so", "libgamelift.so.0", "lua/5.4", "lua/gamelift")
        self.assertEqual(self.sdk_of(ENGINE, game / "gamelift_plugin.so", SCRIPT), game)

    def arena_starts(self, program):
        """Its game loads, from the folder of the program, and listens."""
        with subprocess.Popen([program, "--port", "0", "--set", "gamelift.offline=1"], cwd="/",
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as arena:
            said = []
            for line in arena.stderr:
                said.append(line)
                if "players: http://" in line:
                    break
            folders = pathlib.Path(f"/proc/{arena.pid}/maps").read_text()
            arena.terminate()
            said.append(arena.stderr.read())
        self.assertEqual(arena.returncode, 0, said)
        return folders

    def test_the_installed_arena_plays_with_its_own_files(self):
        folders = self.arena_starts(self.prefix / "bin/arena")
        self.assertIn(f"{self.library}/libgamelift.so.", folders)
        self.assertNotIn(str(BUILD), folders)

    def test_an_arena_in_a_game_folder_plays_with_its_own_files(self):
        game = copy(self.work / "arena folder", "arena", "gamelift_plugin.so", "libgamelift.so.0", "lua/5.4",
                    "lua/gamelift", "share/gamelift/arena", "share/gamelift/assets")
        folders = self.arena_starts(game / "arena")
        self.assertIn(f"{game}/libgamelift.so.0", folders)
        self.assertNotIn(str(BUILD), folders)


if __name__ == "__main__":
    unittest.main()
