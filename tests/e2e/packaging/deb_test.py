# SPDX-License-Identifier: Apache-2.0
"""The Debian packages: lintian finds no error, and in a fresh root of Debian they install and host a game session."""
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import unittest

import bundle
import elf
import root

PACKAGES = ["arena", "gamelift-local", "libgamelift-dev", "libgamelift0", "lua-gamelift"]
MIRRORS = ("apt-get", "indextargets", "--format", "deb $(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages",
           "Origin: Debian")

PROGRAM = """
#include <gamelift/gamelift.h>
int main(void)
{
    glift_io *io = NULL;
    return glift_io_create(NULL, &io) == GLIFT_OK && glift_io_destroy(io) == GLIFT_OK ? 0 : 1;
}
"""


class DebianPackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = bundle.built("deb")
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        elf.run("cpack", "--config", build / "CPackConfig.cmake", "-B", cls.work / "packages")
        cls.packages = sorted((cls.work / "packages").glob("*.deb"))

    def test_there_are_five(self):
        self.assertEqual([path.name.split("_")[0] for path in self.packages], PACKAGES)

    def test_lintian_finds_no_error(self):
        if shutil.which("lintian") is None:
            self.skipTest("needs lintian")
        result = subprocess.run(["lintian", "--tag-display-limit", "0", *self.packages], capture_output=True, text=True,
                                check=False)
        self.assertEqual([line for line in result.stdout.splitlines() if line.startswith("E:")], [])

    def test_the_library_depends_on_debians_cjson_and_openssl(self):
        library, = (path for path in self.packages if path.name.startswith("libgamelift0_"))
        depends = elf.run("dpkg-deb", "-f", library, "Depends")
        self.assertEqual(set(re.findall(r"([\w.+-]+)(?: \(|,|$)", depends.strip())), {"libc6", "libcjson1", "libssl3"})

    def test_in_a_fresh_debian_they_install_and_host_a_session(self):
        folder = self.fresh_debian()
        root.play_a_session(self, folder, "/usr/bin/gamelift-local", "/usr/bin/arena")
        for version in ("5.1", "5.4"):
            with self.subTest(version):
                elf.run(*root.command(folder, f"lua{version}", "-e",
                                      'assert(require("gamelift.match").new) assert(require("gamelift.testing"))'))
        unit = (folder / "usr/share/gamelift/deploy/anywhere/arena-anywhere.service").read_text()
        for path in re.findall(r"[ =](/usr/(?!bin/python3)\S+)", unit):
            self.assertTrue((folder / path.lstrip("/")).is_file(), path)
        (folder / "tmp/game.c").write_text(PROGRAM)
        elf.run(*root.command(folder, "sh", "-c", "cd /tmp && gcc game.c -o game $(pkg-config --cflags --libs gamelift)"
                                                  " && ./game"))

    def fresh_debian(self):
        """A root that mmdebstrap makes, with the packages, two Luas and a compiler."""
        if shutil.which("mmdebstrap") is None:
            self.skipTest("needs mmdebstrap")
        if os.geteuid() != 0:
            self.skipTest("a fresh Debian is made as root")
        mirrors = self.work / "mirrors.list"
        mirrors.write_text("".join(sorted(set(elf.run(*MIRRORS).splitlines(keepends=True)))))
        folder = self.work / "debian"
        included = ["lua5.1", "lua5.4", "gcc", "libc6-dev", "pkg-config", *self.packages]
        probe = self.work / "probe"
        root.minimal(probe)
        result = subprocess.run(
            ["mmdebstrap", "--mode=root", "--variant=minbase",
             "--hook-dir=/usr/share/mmdebstrap/hooks/file-mirror-automount",
             "--include=" + ",".join(map(str, included)),
             platform.freedesktop_os_release()["VERSION_CODENAME"], folder, mirrors],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if result.returncode != 0:
            bundle.skip_without_mirror(result.stdout)
            self.fail(result.stdout[-4000:])
        return folder


if __name__ == "__main__":
    unittest.main()
