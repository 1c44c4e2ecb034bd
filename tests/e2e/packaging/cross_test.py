# SPDX-License-Identifier: Apache-2.0
"""What is built for ARM (fleets of Graviton), run by qemu: unit tests, and game servers in C and Lua on a gamelift-local
of this machine. GLIFT_CROSS=armhf does the same with 32 bits."""
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

MACHINE = os.environ.get("GLIFT_CROSS", "arm64")
COMPILER, QEMU, ELF = {
    "arm64": ("aarch64-linux-gnu-gcc", "qemu-aarch64-static", "AArch64"),
    "armhf": ("arm-linux-gnueabihf-gcc", "qemu-arm-static", "ARM"),
}[MACHINE]
PACKAGES = {COMPILER: f"gcc-{COMPILER.removesuffix('-gcc')}", QEMU: "qemu-user-static", "mmdebstrap": "mmdebstrap"}
PATIENCE_S = 120  # a program takes seconds to start, on a busy machine many
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


class Lives(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        self.output = self.folder / "output"

    def service(self, *options, trust=None):
        service = local.Service(*options, trust=trust)
        self.addCleanup(service.stop)
        return service

    def start(self, service, program, *arguments, **environment):
        with open(self.output, "w", encoding="utf-8") as output:
            process = subprocess.Popen([QEMU, "-L", ROOT, program, *arguments], stdout=output, stderr=output,
                                       cwd=self.folder,
                                       env={**os.environ, **service.environment, **environment})
        self.addCleanup(process.wait, PATIENCE_S)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, *words):
        line = "\t".join(words)
        until(lambda: line in self.output.read_text(encoding="utf-8").splitlines(), PATIENCE_S,
              f"the line {line!r} in {self.output.read_text(encoding='utf-8')!r}")

    def live_in_c(self, service, **environment):
        server = self.start(service, BUILD / "examples/frame_loop", **environment)
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
        certificate, key, trust = local.make_certificate(self.folder)
        self.live_in_c(self.service("--tls-cert", certificate, "--tls-key", key, trust=trust),
                       SSL_CERT_FILE=str(certificate))

    def test_a_server_in_lua(self):
        orders = self.folder / "orders"
        orders.touch()
        service = self.service()
        server = self.start(service, ROOT / "usr/bin/lua5.4", bundle.SOURCE / "tests/e2e/lua/server.lua", "orders",
                            LUA_PATH=f"{BUILD}/lua/?.lua", LUA_CPATH=f"{BUILD}/lua/5.4/?.so", LUA_INIT="")
        self.wait_for("phase", "ready")
        session = service.create_session()["GameSessionId"]
        self.wait_for("phase", "active")
        seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="ann")["PlayerSession"]
        orders.write_text(f"connect p1 {seat['PlayerSessionId']}\n", encoding="utf-8")
        self.wait_for("join", "p1", "ann")
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for("ended", "true")
        self.assertEqual(server.wait(PATIENCE_S), 0)


if __name__ == "__main__":
    unittest.main()
