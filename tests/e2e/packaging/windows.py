# SPDX-License-Identifier: Apache-2.0
"""What is built for Windows, and wine, which runs it: what the tests of both share."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import bundle
import life
import local

COMPILER = "x86_64-w64-mingw32-gcc-posix"
WINE = shutil.which("wine64") or shutil.which("wine64", path="/usr/lib/wine")
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


class Life(life.Life):
    """Each server lies with its DLLs in a folder of its own, as a studio would ship it."""

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

    def start(self, service, *command, **environment):
        return super().start(service, WINE, *command, **environment)
