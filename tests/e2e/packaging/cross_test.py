# SPDX-License-Identifier: Apache-2.0
"""What is built for ARM (fleets of Graviton), run by qemu: unit tests, and game servers in C and Lua on a gamelift-local
of this machine. GLIFT_CROSS=armhf does the same with 32 bits."""
import os
import re
import shutil
import subprocess
import unittest

import bundle
import life
import local

MACHINE = os.environ.get("GLIFT_CROSS", "arm64")
COMPILER, QEMU, ELF = {
    "arm64": ("aarch64-linux-gnu-gcc", "qemu-aarch64-static", "AArch64"),
    "armhf": ("arm-linux-gnueabihf-gcc", "qemu-arm-static", "ARM"),
}[MACHINE]
PACKAGES = {COMPILER: f"gcc-{COMPILER.removesuffix('-gcc')}", QEMU: "qemu-user-static", "mmdebstrap": "mmdebstrap"}
BUILD = bundle.SOURCE / "build" / MACHINE
ROOT = bundle.SOURCE / "build" / "cross" / MACHINE
TARGETS = ("gamelift", "gamelift_plugin", "lua/5.4/gamelift.so", "bindings/lua/gamelift_lua_scripts", "frame_loop",
           "tests/unit/all")


def made(*command):
    result = subprocess.run(command, cwd=bundle.SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            check=False)
    if result.returncode != 0:
        bundle.skip_without_mirror(result.stdout)
        raise AssertionError(f"{' '.join(map(str, command))}:\n{result.stdout[-4000:]}")
    return result.stdout


def setUpModule():
    if os.environ.get("GLIFT_LONG") != "1":
        raise unittest.SkipTest(f"builds for {MACHINE}, and runs that with qemu: with --long")
    for program, package in PACKAGES.items():
        if shutil.which(program) is None:
            raise unittest.SkipTest(f"needs Debian's package {package}")
    made("sdk/packaging/cross/root.sh", MACHINE, ROOT)
    made("cmake", "--preset", MACHINE)
    made("cmake", "--build", "--preset", MACHINE, "--target", *TARGETS)


class Built(unittest.TestCase):
    def test_it_is_for_that_machine(self):
        for name in ("libgamelift.so", "gamelift_plugin.so", "lua/5.4/gamelift.so"):
            self.assertRegex(made("readelf", "-h", BUILD / name), rf"Machine: +{ELF}\n")

    def test_unit_tests_pass(self):
        # unit.idle has the kernel end a process at its first system call, which qemu cannot. Neither gamelift-local nor the
        # benches are built for this machine, and their tests would take an hour.
        others = r"unit\.idle|unit\.local_|bench\."
        result = subprocess.run(["ctest", "--test-dir", BUILD, "-L", "unit", "-E", others, "-j2", "--output-on-failure"],
                                capture_output=True, text=True, check=False,
                                env={**os.environ, "GLIFT_LONG": "", "GLIFT_TEST_HISTORIES": "3"})
        self.assertEqual(result.returncode, 0, result.stdout[-6000:])
        self.assertGreater(int(re.search(r"tests passed, 0 tests failed out of (\d+)", result.stdout)[1]), 50)


class Lives(life.Life):
    def service(self, *options, trust=None):
        service = local.Service(*options, trust=trust)
        self.addCleanup(service.stop)
        return service

    def start(self, service, *command, **environment):
        return super().start(service, QEMU, "-L", ROOT, *command, **environment)

    def test_a_server_in_c(self):
        self.live_as_frame_loop(self.service(), BUILD / "examples/frame_loop")

    def test_a_server_in_c_with_tls(self):
        certificate, key, trust = local.make_certificate(self.folder)
        self.live_as_frame_loop(self.service("--tls-cert", certificate, "--tls-key", key, trust=trust),
                                BUILD / "examples/frame_loop", SSL_CERT_FILE=str(certificate))

    def test_a_server_in_lua(self):
        self.live_in_lua(self.service(), ROOT / "usr/bin/lua5.4", bundle.SOURCE / "tests/e2e/lua/server.lua",
                         LUA_PATH=f"{BUILD}/lua/?.lua", LUA_CPATH=f"{BUILD}/lua/5.4/?.so", LUA_INIT="")


if __name__ == "__main__":
    unittest.main()
