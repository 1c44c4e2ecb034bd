# SPDX-License-Identifier: Apache-2.0
"""The archive for Windows: what a studio unpacks, builds against and ships, with mingw-w64 and in Microsoft's way."""
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

import bundle
import local
import windows
from life import PATIENCE_S
from windows import BUILD, LIBRARIES

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "engines"))
from engine import Player, free_port  # pylint: disable=wrong-import-position
TOOLCHAIN = bundle.SOURCE / "sdk/packaging/windows/toolchain.cmake"
NEEDED = ("clang", "lld-link", "llvm-dlltool")
PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(game C)
find_package(gamelift 0.1 REQUIRED COMPONENTS {components})
add_executable(frame_loop frame_loop.c)
target_compile_definitions(frame_loop PRIVATE _GNU_SOURCE)
target_link_libraries(frame_loop PRIVATE {target})
"""
# Microsoft's compiler brings its own; this is what windows_server.c uses of the system.
SYSTEM = {"msvcrt.dll": "printf fflush exit memcpy memset", "KERNEL32.dll": "Sleep"}
MICROSOFT_PROJECT = """
cmake_minimum_required(VERSION 3.20)
project(game C)
find_package(gamelift 0.1 REQUIRED)
add_executable(frame_loop windows_server.c)
target_compile_options(frame_loop PRIVATE -ffreestanding -nostdlibinc -Wall -Wextra -Wpedantic -Werror)
target_link_libraries(frame_loop PRIVATE gamelift::gamelift
  "${CMAKE_SOURCE_DIR}/msvcrt.lib" "${CMAKE_SOURCE_DIR}/KERNEL32.lib")
"""
MICROSOFT = """
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_C_COMPILER clang)
set(CMAKE_C_COMPILER_TARGET x86_64-pc-windows-msvc)
set(CMAKE_BUILD_TYPE Release)
set(CMAKE_MSVC_RUNTIME_LIBRARY "")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
"""
archive = folder = None


def setUpModule():
    global archive, folder
    windows.set_up_module()
    for old in BUILD.glob("gamelift-*.zip"):
        old.unlink()
    run("cpack", "--preset", "windows", cwd=bundle.SOURCE)
    archive, = BUILD.glob("gamelift-*.zip")
    place = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(place.cleanup)
    studio = pathlib.Path(place.name, "a studio")
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(studio)
    folder, = studio.iterdir()


def run(*command, cwd=None, **options):
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          **options)
    assert done.returncode == 0, f"{' '.join(map(str, command))}:\n{done.stdout[-4000:]}"
    return done.stdout


def configure(project, toolchain, *options):
    return ("cmake", "-G", "Ninja", "-S", project, "-B", project / "build", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}",
            f"-Dgamelift_DIR={folder / 'lib/cmake/gamelift'}", *options)


class Archive(unittest.TestCase):
    def test_it_is_named_after_version_and_machine(self):
        self.assertRegex(archive.name, r"^gamelift-\d+\.\d+\.\d+-windows-x86_64\.zip$")
        self.assertEqual(folder.name, archive.stem)

    def test_it_has_what_a_studio_needs(self):
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        scripts = {f"bin/lua/{path.relative_to(bundle.SOURCE / 'bindings/lua').as_posix()}"
                   for path in (bundle.SOURCE / "bindings/lua/gamelift").rglob("*.lua")}
        headers = {f"include/gamelift/{path.name}" for part in ("sdk", "plugin")
                   for path in (bundle.SOURCE / part / "include/gamelift").iterdir()}
        for needed in (headers, scripts, {
                "bin/libgamelift.dll", "bin/gamelift_plugin.dll", "bin/lua/5.4/gamelift.dll", "lib/libgamelift.dll.a",
                "lib/libgamelift.a", "lib/gamelift.def", "lib/pkgconfig/gamelift.pc",
                "lib/cmake/gamelift/gamelift-config.cmake", "share/doc/gamelift/LICENSE", "share/doc/gamelift/NOTICE",
                "share/doc/gamelift/protocol.md"}):
            self.assertEqual(set(), needed - there)

    def test_the_licences_of_what_is_inside_are_in_notice(self):
        notice = (folder / "share/doc/gamelift/NOTICE").read_text(encoding="utf-8")
        carried = {path.name for path in (LIBRARIES.parent / "sources").iterdir()} - {"lua5.4"}  # the game's own
        self.assertEqual(carried | {"mingw-w64"}, set(re.findall(r"^---- (\S+) ----$", notice, re.M)))
        for name, words in (("openssl", "Apache License"), ("cjson", "Dave Gamble"), ("mingw-w64", "winpthreads")):
            with self.subTest(name):
                text = notice.partition(f"\n---- {name} ----\n")[2].partition("\n---- ")[0]
                self.assertIn(words, text)

    def test_programs_and_dlls_need_the_system_alone(self):
        ours = {path.name for path in folder.rglob("*.dll")} | {"lua54.dll"}
        for path in [*folder.rglob("*.dll"), *folder.rglob("*.exe")]:
            with self.subTest(path.name):
                self.assertLessEqual(set(windows.foreign_dlls(path)), ours)

    def test_no_file_knows_the_folder_that_it_was_built_in(self):
        for path in filter(pathlib.Path.is_file, folder.rglob("*")):
            with self.subTest(path.name):
                self.assertNotIn(str(bundle.SOURCE).encode(), path.read_bytes())

    def test_programs_and_dlls_say_their_version_to_windows(self):
        for path in [*folder.rglob("*.dll"), *folder.rglob("*.exe")]:
            with self.subTest(path.name):
                texts = path.read_bytes().decode("utf-16-le", errors="replace")
                version = archive.name.split("-")[1]
                for text in ("FileVersion", version, "OriginalFilename", path.name):
                    self.assertIn(f"{text}\0", texts)

    @unittest.skipUnless(shutil.which("llvm-dlltool"), "llvm is not installed")
    def test_gamelift_lib_names_the_dll_and_what_it_exports(self):
        symbols = run("llvm-nm", folder / "lib/gamelift.lib")
        self.assertEqual(set(re.findall(r" T (glift_\w+)$", symbols, re.M)),
                         set(windows.exports(folder / "bin/libgamelift.dll")))
        self.assertIn("libgamelift.dll:", symbols)


class Built(windows.Life):
    """A game of the studio's own, built against the archive, lives a whole life."""

    def project(self, text, *sources):
        project = self.folder / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(text, encoding="utf-8")
        for source in sources:
            shutil.copy(source, project)
        return project

    def build(self, project, toolchain, *options):
        run(*configure(project, toolchain, *options))
        run("cmake", "--build", project / "build")
        shutil.copy(project / "build/frame_loop.exe", self.folder)

    def test_with_mingw(self):
        source = bundle.SOURCE / "sdk/examples/frame_loop.c"
        self.build(self.project(PROJECT.format(components="", target="gamelift::gamelift"), source), TOOLCHAIN)
        self.assertEqual(windows.foreign_dlls(self.folder / "frame_loop.exe"), ["libgamelift.dll"])
        shutil.copy(folder / "bin/libgamelift.dll", self.folder)
        self.live_as_frame_loop(self.service(), "frame_loop.exe")

    def test_with_mingw_and_the_archive_in_one_program(self):
        source = bundle.SOURCE / "sdk/examples/frame_loop.c"
        openssl = [f"-D{name}={LIBRARIES / path}" for name, path in (  # as CMake calls them for mingw-w64
            ("OPENSSL_INCLUDE_DIR", "include"), ("SSL_EAY", "lib/libssl.a"), ("LIB_EAY", "lib/libcrypto.a"))]
        self.build(self.project(PROJECT.format(components="static", target="gamelift::static"), source), TOOLCHAIN,
                   *openssl)
        self.assertEqual(windows.foreign_dlls(self.folder / "frame_loop.exe"), [])
        self.live_as_frame_loop(self.service(is_tls=True), "frame_loop.exe")

    def compile(self, *options):
        flags = run("pkg-config", "--cflags", "--libs", *options, "gamelift",
                    env={"PATH": "/usr/bin", "PKG_CONFIG_LIBDIR": str(folder / "lib/pkgconfig")})
        program = self.folder / "frame_loop.exe"
        run(windows.COMPILER, "-D_GNU_SOURCE", bundle.SOURCE / "sdk/examples/frame_loop.c", "-o", program,
            *shlex.split(flags), f"-L{LIBRARIES / 'lib'}", *options and ["-static"])
        return windows.foreign_dlls(program)

    def test_with_mingw_by_pkg_config(self):
        self.assertIn("libgamelift.dll", self.compile())
        self.assertEqual([], self.compile("--static"))

    @unittest.skipUnless(all(map(shutil.which, NEEDED)), f"needs {', '.join(NEEDED)}")
    def test_in_microsofts_way(self):
        project = self.project(MICROSOFT_PROJECT, HERE / "windows_server.c")
        (project / "microsoft.cmake").write_text(MICROSOFT, encoding="utf-8")
        for dll, names in SYSTEM.items():
            definition = project / f"{dll}.def"
            definition.write_text("\n".join([f"LIBRARY {dll}", "EXPORTS", *names.split(), ""]), encoding="utf-8")
            run("llvm-dlltool", "-m", "i386:x86-64", "-d", definition, "-l", project / f"{pathlib.Path(dll).stem}.lib")
        self.build(project, project / "microsoft.cmake", "-DCMAKE_C_STANDARD_LIBRARIES=")
        self.assertIn("/lib/gamelift.lib", (project / "build/build.ninja").read_text(encoding="utf-8"))
        shutil.copy(folder / "bin/libgamelift.dll", self.folder)
        service = self.service()
        server = self.start(service, "frame_loop.exe")
        self.wait_for("ready")
        service.create_session(Name="duel")
        self.wait_for("4 seats in duel")
        self.wait_for("active")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for("ended")
        self.assertEqual(server.wait(PATIENCE_S), 0)

    @unittest.skipUnless(shutil.which("clang"), "needs clang")
    def test_the_archive_is_refused_in_microsofts_way(self):
        text = PROJECT.format(components="static", target="gamelift::static")
        project = self.project(text, bundle.SOURCE / "sdk/examples/frame_loop.c")
        (project / "microsoft.cmake").write_text(MICROSOFT, encoding="utf-8")
        with self.assertRaisesRegex(AssertionError, r"libgamelift\.a is for GCC"):
            run(*configure(project, project / "microsoft.cmake"))


class Engine(windows.Life):
    """The example engines beside the plugin, with a player."""

    def live(self, service, program, *arguments):
        port = free_port()
        plugin, *others = arguments
        engine = self.start(service, program, plugin, str(port), *others)
        name = service.environment["GAMELIFT_SDK_PROCESS_ID"]
        local.until(lambda: (service.process(name) or {}).get("state") == "READY", PATIENCE_S, "the engine is ready")
        session = service.create_session()["GameSessionId"]
        local.until(lambda: service.session(session)["Status"] == "ACTIVE", PATIENCE_S, "the session is active")
        player, stranger = Player(self, port), Player(self, port)
        seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="ann")["PlayerSession"]
        player.say(seat["PlayerSessionId"])
        self.assertEqual(player.hear(), "welcome")
        player.say("hello")
        self.assertEqual(player.hear(), "hello")
        stranger.say("psess-nobody")
        self.assertNotEqual(stranger.hear(), "welcome")
        service.control("terminate", ProcessId=name)
        self.assertEqual(engine.wait(PATIENCE_S), 0, self.output.read_text(encoding="utf-8"))
        self.assertEqual(service.session(session)["Status"], "TERMINATED")

    def without_a_script(self, service):
        shutil.copytree(folder / "bin", self.folder, dirs_exist_ok=True)
        shutil.copy(BUILD / "examples/engine.exe", self.folder)
        self.live(service, "engine.exe", "gamelift_plugin.dll")

    def test_an_engine_without_a_script(self):
        self.without_a_script(self.service())

    def test_an_engine_without_a_script_with_tls(self):
        self.without_a_script(self.service(is_tls=True))

    def test_an_engine_with_lua_whose_plugins_lie_in_a_folder_of_their_own(self):
        """The engine links nothing of GameLift: the system finds the library beside the plugin."""
        shutil.copytree(folder / "bin", self.folder / "plug-ins für alle")
        for path in (BUILD / "examples/lua_engine.exe", LIBRARIES / "bin/lua54.dll",
                     bundle.SOURCE / "plugin/examples/game.lua"):
            shutil.copy(path, self.folder)
        self.live(self.service(), "lua_engine.exe", "plug-ins für alle/gamelift_plugin.dll", "game.lua")

    def test_an_engine_that_unloads_the_plugin_during_a_session_and_loads_it_again(self):
        shutil.copytree(folder / "bin", self.folder, dirs_exist_ok=True)
        examples = bundle.SOURCE / "plugin/examples"
        run(windows.COMPILER, HERE / "windows_reload.c", examples / "host.c", examples / "system_windows.c",
            "-D_WIN32_WINNT=0x0A00", f"-I{examples}", f"-I{folder / 'include'}", f"-L{folder / 'lib'}", "-lgamelift",
            "-lws2_32", "-o", self.folder / "reload.exe")
        service = self.service()
        engine = self.start(service, "reload.exe", "gamelift_plugin.dll")
        local.until(lambda: "yes" in self.output.read_text(encoding="utf-8"), PATIENCE_S, "ProcessReady is answered")
        session = service.create_session()["GameSessionId"]
        self.wait_for("still ready")
        self.assertEqual(service.session(session)["Status"], "ACTIVE")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.assertEqual(engine.wait(PATIENCE_S), 0)
        said = [line for line in self.output.read_text(encoding="utf-8").splitlines() if ":" not in line]
        self.assertEqual(said, ["yes", "yes", "unloaded", "still ready"])
        self.assertEqual(service.log().count(" connected: compute "), 1)  # the connection has outlived the plugin

    def test_a_file_that_is_no_plugin_is_named_with_the_reason_of_the_system(self):
        shutil.copytree(folder / "bin", self.folder, dirs_exist_ok=True)
        shutil.copy(BUILD / "examples/engine.exe", self.folder)
        engine = self.start(self.service(), "engine.exe", "missing.dll", str(free_port()))
        self.assertEqual(engine.wait(PATIENCE_S), 1)
        self.assertRegex(self.output.read_text(encoding="utf-8"), r"missing\.dll is not a plugin of this version: \w+")


if __name__ == "__main__":
    unittest.main()
