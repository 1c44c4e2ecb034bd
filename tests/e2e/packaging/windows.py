# SPDX-License-Identifier: Apache-2.0
"""What is built for Windows, and wine, which runs it: what the tests of both share."""
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
LIBRARIES = bundle.SOURCE / "build" / "windows-libraries" / "installed"
SYSTEM_DLLS = re.compile(r"(KERNEL32|msvcrt|ADVAPI32|CRYPT32|SHELL32|USER32|WS2_32|bcrypt|api-ms-win-\S+)\.dll", re.I)


def set_up_module():
    """Builds, and makes wine ready; skips where that cannot be."""
    if os.environ.get("GLIFT_LONG") != "1":
        raise unittest.SkipTest("builds for Windows and needs wine: with --long")
    for program, package in ((COMPILER, "gcc-mingw-w64-x86-64-posix"), (WINE, "wine64")):
        if program is None or shutil.which(program) is None:
            raise unittest.SkipTest(f"needs Debian's package {package}")
    bundle.built("windows")
    # What wine keeps is some hundreds of MB: once for all runs.
    os.environ.update(WINEPREFIX=str(BUILD / "wine"), WINEDEBUG="-all", LUA_INIT="", LC_ALL="C.UTF-8")
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


class Life(unittest.TestCase):
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

    def live_as_frame_loop(self, service):
        """A whole life of the example frame_loop, whose files lie in the folder."""
        server = self.start(service, "frame_loop.exe")
        self.wait_for("ready")
        session = service.create_session()["GameSessionId"]
        self.wait_for("active")
        self.assertEqual(service.session(session)["Status"], "ACTIVE")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for("ended")
        self.assertEqual(server.wait(PATIENCE_S), 0)
