# SPDX-License-Identifier: Apache-2.0
"""The sources as a part of a game's own CMake project: the library is built, and nothing of the game is changed by it."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = re.search(r"gamelift VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]

# The game has targets with names that are ours too, a standard of its own, tests, and packages.
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(game C)
set(CMAKE_C_STANDARD 17)
set(CPACK_PACKAGE_NAME game)
include(CTest)
include(CPack)
@HOW@
foreach(name reference play bench minimal)
  add_custom_target(${name})
endforeach()
add_executable(with_shared game.c)
target_link_libraries(with_shared PRIVATE gamelift::gamelift)
add_executable(with_static game.c)
target_link_libraries(with_static PRIVATE gamelift::static)
install(TARGETS with_static)
add_test(NAME game COMMAND with_static)
"""

SUBDIRECTORY = f'add_subdirectory("{ROOT}" gamelift)'
FETCHED = f"""
include(FetchContent)
FetchContent_Declare(gamelift SOURCE_DIR "{ROOT}")
FetchContent_MakeAvailable(gamelift)
"""

PROGRAM = """
#include <gamelift/gamelift.h>
#include <stdio.h>
int main(void)
{
    glift_io *io = NULL;
    if (glift_io_create(NULL, &io) != GLIFT_OK || glift_io_destroy(io) != GLIFT_OK)
        return 1;
    printf("%s", glift_version());
    return 0;
}
"""


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{result.stdout}{result.stderr}")
    return result.stdout


class SourcesInAGame(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="ein Spiel ä ")
        self.addCleanup(directory.cleanup)
        self.game = pathlib.Path(directory.name)
        self.build = self.game / "build"
        (self.game / "game.c").write_text(PROGRAM)

    def configure(self, how, *options):
        (self.game / "CMakeLists.txt").write_text(PROJECT.replace("@HOW@", how))
        # A machine that has what the library needs, and not what gamelift-local and the arena need besides.
        needed = self.game / "pkgconfig"
        if not needed.exists():
            needed.mkdir()
            for name in ("libcjson", "openssl", "libssl", "libcrypto"):
                folder = run("pkg-config", "--variable=pcfiledir", name).strip()
                (needed / f"{name}.pc").symlink_to(f"{folder}/{name}.pc")
        shutil.rmtree(self.build, ignore_errors=True)
        run("cmake", "-S", self.game, "-B", self.build, "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", *options,
            env={**os.environ, "PKG_CONFIG_LIBDIR": str(needed), "PKG_CONFIG_PATH": ""})

    def check_programs(self):
        for name in ("with_shared", "with_static"):
            self.assertEqual(run(self.build / name), VERSION)
        self.assertIn("libgamelift.so.0", run("ldd", self.build / "with_shared"))
        self.assertNotIn("libgamelift", run("ldd", self.build / "with_static"))

    def test_a_subdirectory_changes_nothing_of_the_game(self):
        self.configure(SUBDIRECTORY, "-G", "Ninja", "-DCMAKE_C_FLAGS=-O0")
        run("cmake", "--build", self.build)
        self.check_programs()
        with self.subTest("no flag of ours"):
            command, = [one["command"] for one in json.loads((self.build / "compile_commands.json").read_text())
                        if one["file"].endswith("/game.c") and "with_static.dir" in one["command"]]
            flags = [word for word in re.findall(r" (-\S+)", command) if not re.match(r"-(I|isystem|o|c)", word)]
            self.assertEqual(flags, ["-O0"])
        with self.subTest("no test of ours"):
            self.assertIn("Total Tests: 1\n", run("ctest", "-N", "--test-dir", self.build))
        with self.subTest("nothing of ours is installed"):
            run("cmake", "--install", self.build, "--prefix", self.game / "prefix")
            self.assertEqual([path.name for path in (self.game / "prefix").rglob("*") if path.is_file()], ["with_static"])
        with self.subTest("the packages are the game's"):
            self.assertRegex((self.build / "CPackConfig.cmake").read_text(), r'CPACK_PACKAGE_NAME "game"')
        with self.subTest("nothing of ours lies among what the game builds"):
            self.assertEqual([path.name for path in self.build.glob("*gamelift*")], ["gamelift"])

    def test_what_is_missing_is_named_with_the_way_to_get_it(self):
        for option, sentence in (
                ("LOCAL", 'libcbor>=0.8 is missing, or is older: on Debian "[^"]+/game/install.sh build"'),
                ("GAME", "GLIFT_GAME and GLIFT_TESTS need GLIFT_LOCAL"),
                ("BUNDLE", "GLIFT_BUNDLE needs GLIFT_LOCAL")):
            with self.subTest(option), self.assertRaises(AssertionError) as refused:
                self.configure(SUBDIRECTORY, "-G", "Ninja", f"-DGLIFT_{option}=ON")
            self.assertRegex(" ".join(str(refused.exception).split()), sentence)

    @unittest.skipUnless(os.environ.get("GLIFT_LONG"), "GLIFT_LONG=1: builds the library once more")
    def test_fetched_with_makefiles_as_a_build_that_is_optimised_as_a_whole(self):
        self.configure(FETCHED, "-G", "Unix Makefiles", "-DCMAKE_C_FLAGS=-O3 -flto=auto", "-DBUILD_SHARED_LIBS=ON")
        run("cmake", "--build", self.build, "-j2")
        self.check_programs()


if __name__ == "__main__":
    unittest.main()
