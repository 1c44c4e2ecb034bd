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
import local
from local import until

COMPILER = "x86_64-w64-mingw32-gcc-posix"
WINE = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine")
PATIENCE_S = 120  # a program takes seconds to start, on a busy machine many
BUILD = bundle.SOURCE / "build" / "windows"
SYSTEM_DLLS = re.compile(r"(KERNEL32|msvcrt|ADVAPI32|CRYPT32|USER32|WS2_32|bcrypt|api-ms-win-\S+)\.dll", re.I)


def setUpModule():
    if os.environ.get("GLIFT_LONG") != "1":
        raise unittest.SkipTest("builds for Windows and needs wine: with --long")
    for program, package in ((COMPILER, "gcc-mingw-w64-x86-64-posix"), (WINE, "wine64")):
        if program is None or shutil.which(program) is None:
            raise unittest.SkipTest(f"needs Debian's package {package}")
    bundle.built("windows")
    # What wine keeps is some hundreds of MB: once for all runs.
    os.environ.update(WINEPREFIX=str(BUILD / "wine"), WINEDEBUG="-all", LUA_INIT="")
    subprocess.run([WINE, "wineboot", "--init"], check=True, capture_output=True, timeout=1200)
    unittest.addModuleCleanup(subprocess.run, [pathlib.Path(WINE).with_name("wineserver"), "-k"], check=False)


def described(path):
    return subprocess.run(["x86_64-w64-mingw32-objdump", "-p", path], check=True, capture_output=True,
                          text=True).stdout


def exports(path):
    table = described(path).partition("[Ordinal/Name Pointer] Table")[2].partition("\n\n")[0]
    return sorted(re.findall(r"^\s*\[ *\d+\] (\w+)$", table, re.M))


def foreign_dlls(path):
    return sorted(name for name in re.findall(r"DLL Name: (\S+)", described(path)) if not SYSTEM_DLLS.fullmatch(name))


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


class Lives(unittest.TestCase):
    """Each server lies with its DLLs in a folder of its own, as a studio would ship it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        self.output = self.folder / "output"

    def service(self, is_tls=False):
        options, trust = [], None
        if is_tls:
            certificate, key, trust = local.make_certificate(self.folder)
            options = ["--tls-cert", certificate, "--tls-key", key]
            os.environ["SSL_CERT_FILE"] = str(certificate)
            self.addCleanup(os.environ.pop, "SSL_CERT_FILE")
        service = local.Service(*options, trust=trust)
        self.addCleanup(service.stop)
        return service

    def start(self, service, program, *arguments, **environment):
        with open(self.output, "w", encoding="utf-8") as output:
            process = subprocess.Popen([WINE, program, *arguments], stdout=output, stderr=output, cwd=self.folder,
                                       env={**os.environ, **service.environment, **environment})
        self.addCleanup(process.wait, PATIENCE_S)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, *words):
        line = "\t".join(words)
        until(lambda: line in self.output.read_text(encoding="utf-8").splitlines(), PATIENCE_S,
              f"the line {line!r} in {self.output.read_text(encoding='utf-8')!r}")

    def live_in_c(self, service):
        for path in (BUILD / "examples/frame_loop.exe", BUILD / "libgamelift.dll"):
            shutil.copy(path, self.folder)
        server = self.start(service, "frame_loop.exe")
        self.wait_for("ready")
        session = service.create_session()["GameSessionId"]
        self.wait_for("active")
        self.assertEqual(service.session(session)["Status"], "ACTIVE")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for("ended")
        self.assertEqual(server.wait(PATIENCE_S), 0)

    def test_a_server_in_c(self):
        self.live_in_c(self.service())

    def test_a_server_in_c_with_tls(self):
        self.live_in_c(self.service(is_tls=True))

    def test_a_server_in_lua(self):
        libraries = BUILD.parent / "windows-libraries" / "installed" / "bin"
        for path in (libraries / "lua.exe", libraries / "lua54.dll", BUILD / "libgamelift.dll",
                     bundle.SOURCE / "tests/e2e/lua/server.lua"):
            shutil.copy(path, self.folder)
        shutil.copytree(BUILD / "lua", self.folder / "lua")
        orders = self.folder / "orders"
        orders.touch()
        service = self.service()
        server = self.start(service, "lua.exe", "server.lua", "orders", LUA_PATH="./lua/?.lua",
                            LUA_CPATH="./lua/5.4/?.dll")
        self.wait_for("phase", "ready")
        session = service.create_session(Name="duel")["GameSessionId"]
        self.wait_for("phase", "active")
        seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="ann")["PlayerSession"]
        orders.write_text(f"connect p1 {seat['PlayerSessionId']}\n", encoding="utf-8")
        self.wait_for("join", "p1", "ann")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for("ended", "true")
        self.assertEqual(server.wait(PATIENCE_S), 0)


if __name__ == "__main__":
    unittest.main()
