# SPDX-License-Identifier: Apache-2.0
"""What the bundles need of a machine, show to others, and say of what they carry."""
import importlib.util
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import bundle
import elf

specification = importlib.util.spec_from_file_location("hardening", bundle.SOURCE / "tests/hardening.py")
hardening = importlib.util.module_from_spec(specification)
specification.loader.exec_module(hardening)

PROGRAM = """
#include <gamelift/gamelift.h>
int main(void)
{
    glift_io *io = NULL;
    return glift_io_create(NULL, &io) == GLIFT_OK && glift_io_destroy(io) == GLIFT_OK ? 0 : 1;
}
"""

CMAKE = """
cmake_minimum_required(VERSION 3.20)
project(game C)
find_package(gamelift REQUIRED COMPONENTS static)
add_executable(game game.c)
target_link_libraries(game PRIVATE gamelift::static)
"""

GLIBC = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2"}
OPENSSL = {"libssl.so.3", "libcrypto.so.3"}
OURS = {"libgamelift.so.0"}
CARRIED = "libcbor.so.0.8"


def exports(path):
    lines = elf.run("nm", "-D", "--defined-only", path).splitlines()
    return {line.split()[-1].split("@")[0] for line in lines if line.split()[-2] != "A"}


class Bundle:
    needs = GLIBC | OPENSSL
    inside = ["cJSON", "libwebsockets", "libcbor", "SQLite", "Lua"]

    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.prefix = pathlib.Path(directory.name) / "gamelift"
        cls.build = bundle.installed(cls.preset, cls.prefix)
        cls.files = list(elf.files(cls.prefix))
        cls.library = next(cls.prefix.rglob("libgamelift.so"))

    def test_it_needs_nothing_of_the_machine_but_what_it_says(self):
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                carries_along = {CARRIED} if path.name in ("gamelift-local", "testing_core.so") else set()
                self.assertLessEqual(set(elf.needed(path)), self.needs | OURS | carries_along)
        self.assertEqual({path.name for path in self.files if ".so." in path.name},
                         {self.library.resolve().name, CARRIED})

    def test_no_file_asks_for_a_newer_glibc_or_openssl_than_amazon_linux_2023_has(self):
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                self.assertEqual(elf.too_new(path), [])

    def test_no_file_knows_the_folder_that_it_was_built_in(self):
        for path in filter(pathlib.Path.is_file, self.prefix.rglob("*")):
            with self.subTest(path.relative_to(self.prefix)):
                self.assertNotIn(os.fsencode(bundle.SOURCE), path.read_bytes())
        for path in self.files:
            with self.subTest(path.relative_to(self.prefix)):
                self.assertEqual([folder for folder in elf.run_paths(path) if not folder.startswith("$ORIGIN")], [])

    def test_it_is_hardened_with_all_that_is_inside(self):
        with tempfile.TemporaryDirectory() as prefix:
            for path in hardening.installed(self.build, pathlib.Path(prefix)):  # with the names of its functions
                if path.name != CARRIED:  # as Debian has built it
                    with self.subTest(path.relative_to(prefix)):
                        self.assertEqual(list(hardening.missing(path)), [])

    def test_the_library_shows_its_own_calls_alone(self):
        listed = re.findall(r"^ +(glift_\w+);", (bundle.SOURCE / "sdk/gamelift.map").read_text(), re.M)
        self.assertEqual(exports(self.library), set(listed))

    def test_the_arena_shows_its_lua_alone(self):
        shown = exports(self.prefix / "bin/arena")
        self.assertIn("lua_callk", shown)
        of_libc_and_linker = r"_|data_start$|main$|environ$|std(in|out|err)$|opt(arg|ind|err|opt)$"
        self.assertEqual([name for name in shown if not re.match(r"lua(L|open)?_|" + of_libc_and_linker, name)], [])

    def test_the_licences_of_all_that_is_inside_come_along(self):
        notice, = self.prefix.rglob("NOTICE")
        self.assertEqual(re.findall(r"^---- (.*) ----$", notice.read_text(), re.M), self.inside)
        self.assertTrue((notice.parent / "LICENSE").is_file())

    def test_the_archive_needs_no_cjson(self):
        work = self.prefix.parent / "game"
        work.mkdir()
        (work / "game.c").write_text(PROGRAM)
        (work / "CMakeLists.txt").write_text(CMAKE)
        elf.run("cmake", "-S", work, "-B", work / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                env={**os.environ, "PKG_CONFIG_LIBDIR": "/nowhere"})  # a machine without libcjson-dev
        elf.run("cmake", "--build", work / "build")
        elf.run(work / "build/game")
        flags = elf.run("pkg-config", "--static", "--libs", "gamelift",
                        env={**os.environ, "PKG_CONFIG_PATH": str(self.library.parent / "pkgconfig")})
        self.assertNotIn("cjson", flags)


class Sources(unittest.TestCase):
    """Where there is no apt, the sources are given."""

    def fetch(self, folder):
        return subprocess.run(["/bin/bash", bundle.SOURCE / "sdk/packaging/debian_sources.sh", folder, "cjson"],
                              env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False)

    def test_what_is_there_is_taken_and_what_is_not_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            result = self.fetch(folder)
            self.assertEqual((result.returncode, result.stderr), (
                1, "debian_sources.sh: this machine has no apt-get and dpkg-source: put the sources of cjson into "
                   f"{folder}/NAME\n"))
            (pathlib.Path(folder) / "cjson").mkdir()
            self.assertEqual(self.fetch(folder).returncode, 0)


class WithTheMachinesOpenssl(Bundle, unittest.TestCase):
    preset = "bundle"

    def test_the_library_is_under_512_kib(self):
        self.assertLess(self.library.stat().st_size, 512 * 1024)


class WithOpensslInside(Bundle, unittest.TestCase):
    preset = "bundle-openssl"
    needs = GLIBC
    inside = [*Bundle.inside, "OpenSSL"]


if __name__ == "__main__":
    unittest.main()
