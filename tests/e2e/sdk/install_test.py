# SPDX-License-Identifier: Apache-2.0
"""The installed SDK: a small program is built against it in each way that games build, and runs."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

BUILD = os.environ["GLIFT_BUILD"]
ROOT = pathlib.Path(__file__).resolve().parents[3]
EXPORTS = ROOT / "sdk/gamelift.map"
MAJOR, MINOR = map(int, re.search(r"gamelift VERSION (\d+)\.(\d+)", (ROOT / "CMakeLists.txt").read_text()).groups())

PROGRAM = """
#include <gamelift/gamelift.h>
#include <stdio.h>
int main(void)
{
    glift_io *io = NULL;
    if (glift_io_create(NULL, &io) != GLIFT_OK || glift_io_destroy(io) != GLIFT_OK)
        return 1;
    printf("%s", glift_sdk_version());
    printf(" %s", glift_version());
    return 0;
}
"""

CXX_PROGRAM = """
#include <gamelift/gamelift.h>
#include <cstdio>
#include <string>
#include <vector>
struct game { std::vector<std::string> lines; int answers; };
static void on_log(glift_server *, glift_log_level, const char *message, void *user)
{
    static_cast<game *>(user)->lines.push_back(message);
}
int main()
{
    game self = game();
    glift_server_desc desc = glift_server_desc();
    desc.size_bytes = sizeof desc;
    desc.header_version = GLIFT_VERSION_NUMBER;
    desc.websocket_url = "ws://127.0.0.1:9";
    desc.auth_token = "token";
    desc.process_id = "process";
    desc.host_id = "host";
    desc.fleet_id = "fleet-1";
    desc.ignore_environment = true;
    desc.on_log = on_log;
    desc.user = &self;
    glift_server *server = nullptr;
    if (glift_server_create(&desc, &server) != GLIFT_OK)
        return 1;
    glift_process_parameters parameters = glift_process_parameters();
    parameters.size_bytes = sizeof parameters;
    parameters.port = 7777;
    glift_done_fn done = [](glift_server *, const glift_result *result, void *user) {
        static_cast<game *>(user)->answers += result->status == GLIFT_ERR_CLOSED;
    };
    if (glift_process_ready(server, &parameters, done, &self) != GLIFT_OK)
        return 2;
    if (glift_server_destroy(server) != GLIFT_OK || self.answers != 1)
        return 3;
    std::printf("%s %s", glift_sdk_version(), glift_version());
}
"""

CMAKE = f"""
cmake_minimum_required(VERSION 3.20)
project(game C CXX)
find_package(gamelift {MAJOR}.{MINOR} REQUIRED COMPONENTS static)
add_executable(with_shared game.c)
target_link_libraries(with_shared PRIVATE gamelift::gamelift)
add_executable(with_static game.c)
target_link_libraries(with_static PRIVATE gamelift::static)
add_executable(with_cxx game.cpp)
target_link_libraries(with_cxx PRIVATE gamelift::gamelift)
"""

# A machine without the headers of what the library is made with.
CMAKE_SHARED = """
cmake_minimum_required(VERSION 3.20)
project(game C)
foreach(package Threads OpenSSL PkgConfig)
  set(CMAKE_DISABLE_FIND_PACKAGE_${package} ON)
endforeach()
find_package(gamelift @VERSION@ REQUIRED)
add_executable(alone ../game.c)
target_link_libraries(alone PRIVATE gamelift::gamelift)
"""


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}:\n{result.stdout}{result.stderr}")
    return result.stdout


class InstalledSdk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.directory.name)
        cls.prefix = cls.work / "prefix"
        for component in ("library", "sdk"):
            run("cmake", "--install", BUILD, "--prefix", cls.prefix, "--component", component)
        (cls.work / "game.c").write_text(PROGRAM)
        (cls.work / "game.cpp").write_text(CXX_PROGRAM)
        (cls.work / "CMakeLists.txt").write_text(CMAKE)
        cls.library = next(cls.prefix.rglob("libgamelift.so")).parent
        cls.environment = {
            **os.environ,
            "PKG_CONFIG_PATH": str(cls.library / "pkgconfig"),
            "LD_LIBRARY_PATH": str(cls.library),
        }

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def pkg_config(self, *options):
        return run("pkg-config", *options, "gamelift", env=self.environment).split()

    def check_program(self, path):
        """What is installed, its package and its header tell one version."""
        version, = self.pkg_config("--modversion")
        self.assertEqual(run(path, env=self.environment), f"5.6.0 {version}")

    def test_headers_are_all_there(self):
        self.assertEqual(sorted(path.name for path in self.prefix.rglob("*.h")),
                         ["gamelift.h", "host.h", "metrics.h", "status.h", "types.h"])

    def test_the_references_that_the_headers_cite_are_there(self):
        documents = self.prefix / "share" / "doc" / "gamelift"
        self.assertEqual(sorted(path.name for path in documents.iterdir()),
                         ["README.md", "protocol.md", "scale.md", "service-model.md"])
        headers = "".join(path.read_text() for path in self.prefix.rglob("*.h"))
        for name in set(re.findall(r"share/doc/gamelift/(\S+\.md)", headers)):
            self.assertTrue((documents / name).is_file(), name)
        sections = set(re.findall(r"wire protocol (\d+\.\d+)", headers))
        self.assertGreater(len(sections), 20)
        protocol = (documents / "protocol.md").read_text()
        self.assertEqual([section for section in sections if f"\n### {section} " not in protocol], [])

    def test_pkg_config_with_the_shared_library(self):
        program = self.work / "pc_shared"
        run("cc", self.work / "game.c", "-o", program, *self.pkg_config("--cflags", "--libs"))
        self.check_program(program)
        self.assertIn("libgamelift.so.0", run("ldd", program, env=self.environment))

    def test_pkg_config_of_the_shared_library_looks_for_nothing_else(self):
        """A machine without the headers of what the library is made with has none of their pkg-config files."""
        alone = {**self.environment, "PKG_CONFIG_LIBDIR": "/nowhere"}
        self.assertIn("-lgamelift", run("pkg-config", "--cflags", "--libs", "gamelift", env=alone))

    def test_pkg_config_with_the_archive(self):
        program = self.work / "pc_static"
        libraries = ["-l:libgamelift.a" if library == "-lgamelift" else library
                     for library in self.pkg_config("--cflags", "--libs", "--static")]
        run("cc", self.work / "game.c", "-o", program, *libraries)
        self.check_program(program)
        self.assertNotIn("libgamelift", run("ldd", program, env=self.environment))

    def test_the_headers_are_strict_cxx_11(self):
        program = self.work / "strict_cxx"
        run("c++", "-std=c++11", "-pedantic-errors", "-Wall", "-Wextra", "-Werror", self.work / "game.cpp", "-o",
            program, *self.pkg_config("--cflags", "--libs"))
        self.check_program(program)

    def test_the_shared_library_exports_the_calls_of_the_header_and_nothing_else(self):
        """Each by its name in sdk/gamelift.map, and under the version there."""
        lines = run("nm", "-D", "--defined-only", self.library / "libgamelift.so").splitlines()
        header = "".join(path.read_text() for path in self.prefix.rglob("*.h"))
        declared = re.findall(r"GLIFT_API [^;(]*?\b(glift_\w+)\(", header)
        self.assertEqual(sorted(line.split()[-1] for line in lines),
                         sorted(["GLIFT_0", *(f"{name}@@GLIFT_0" for name in declared)]))
        self.assertEqual(sorted(re.findall(r"^ +(glift_\w+);", EXPORTS.read_text(), re.M)), sorted(declared))

    def test_a_program_asks_for_the_version_of_each_call(self):
        program = self.work / "versioned"
        run("cc", self.work / "game.c", "-o", program, *self.pkg_config("--cflags", "--libs"))
        self.assertIn("glift_io_create@GLIFT_0", run("nm", "-D", program))

    def test_the_shared_library_needs_cjson_openssl_and_libc_and_nothing_else(self):
        needed = re.findall(r"\(NEEDED\).*\[(\w+)\.so", run("readelf", "-d", self.library / "libgamelift.so"))
        self.assertEqual(sorted(needed), ["libc", "libcjson", "libcrypto", "libssl"])

    def calls_of_the_shared_library(self):
        lines = run("nm", "-D", "--undefined-only", self.library / "libgamelift.so").splitlines()
        calls = {line.split()[-1].split("@")[0] for line in lines}
        self.assertIn("pthread_create", calls)
        return calls

    def test_the_shared_library_can_start_no_process(self):
        starts = re.compile(r"_?_?(v?fork|clone\d?|posix_spawnp?|popen|system|exec[lv]\w*|fexecve|syscall|dlopen|dlsym|"
                            r"lws_spawn\w*|lws_cgi\w*|lws_daemonize)")
        self.assertEqual([name for name in self.calls_of_the_shared_library() if starts.fullmatch(name)], [])

    def test_the_shared_library_is_under_256_kib_stripped(self):
        stripped = self.work / "stripped.so"
        run("strip", "-o", stripped, self.library / "libgamelift.so")
        self.assertLess(stripped.stat().st_size, 256 * 1024)

    def test_the_shared_library_can_neither_end_the_process_nor_write_a_file(self):
        """Wire protocol 8.2, 6, 7, 18 and 26."""
        ending = {"exit", "_exit", "_Exit", "quick_exit", "abort", "__assert_fail", "raise", "kill"}
        writing = {"fopen", "fopen64", "freopen", "openat", "creat", "mkdir"}
        self.assertEqual(self.calls_of_the_shared_library() & (ending | writing), set())
        # open(2) has one caller, which opens to read.
        sources = pathlib.Path(__file__).parents[3] / "sdk" / "src"
        opens = [found for path in sources.rglob("*.c") for found in re.findall(r"\bopen\([^;]*;", path.read_text())]
        self.assertEqual(len(opens), 1, opens)
        self.assertIn("O_RDONLY", opens[0])

    def test_cmake_package_from_c_and_cxx(self):
        build = self.work / "build"
        run("cmake", "-S", self.work, "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", build)
        for name in ("with_shared", "with_static", "with_cxx"):
            with self.subTest(name):
                self.check_program(build / name)

    def cmake_shared(self, version):
        source = self.work / f"shared_{version}"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(CMAKE_SHARED.replace("@VERSION@", version))
        run("cmake", "-S", source, "-B", source / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        return source / "build"

    def test_cmake_package_of_the_shared_library_looks_for_nothing_else(self):
        build = self.cmake_shared(f"{MAJOR}.{MINOR}")
        run("cmake", "--build", build)
        self.check_program(build / "alone")

    def test_cmake_package_of_another_minor_version_is_not_taken(self):
        for version in (f"{MAJOR}.{MINOR + 1}", f"{MAJOR + 1}.0", "0.0"):
            with self.subTest(version), self.assertRaisesRegex(AssertionError, "not accepted|compatible"):
                self.cmake_shared(version)


if __name__ == "__main__":
    unittest.main()
