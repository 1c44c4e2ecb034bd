# SPDX-License-Identifier: Apache-2.0
"""gamelift-local in a container engine: the commands of sdk/local/five-minutes.md, and the compose file, as they stand there."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import bundle
import elf
import container_engine
import local
from document import Reader

PACKAGING = bundle.SOURCE / "sdk/packaging"
PAGE = (bundle.SOURCE / "sdk/local/five-minutes.md").read_text(encoding="utf-8")
TYPED = [re.sub(r"^\$ ", "", block, flags=re.M) for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.M | re.S)]
CERTIFICATE = next(block for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.M | re.S) if "openssl req" in block)
LIST = 'aws gamelift --endpoint-url "$GAMELIFT_LOCAL_URL" list-fleets --output text'


class Containers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = bundle.built("bundle")
        reason = container_engine.lack() or (shutil.which("buildah") is None and "needs buildah")
        if reason:
            raise unittest.SkipTest(reason)
        directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        os.chmod(cls.work, 0o755)  # the image's user goes through it
        elf.run(PACKAGING / "image.sh", build, cls.work / "image")
        service = container_engine.make(cls.work)
        cls.addClassCleanup(service.wait)
        cls.addClassCleanup(service.terminate)
        cls.docker = cls.work / "bin/docker"
        cls.addClassCleanup(lambda: cls.run_docker("rm", "--all", "--force"))
        cls.run_docker("load", "--input", cls.work / "image/docker.tar")
        tried = cls.run_docker("run", "--rm", "gamelift-local", "--version", check=False)
        if tried.returncode in (125, 126):
            raise unittest.SkipTest(f"this machine runs no containers: {tried.stderr.strip()}")
        assert tried.stdout.startswith("gamelift-local "), tried

    @classmethod
    def run_docker(cls, *arguments, check=True):
        result = subprocess.run([cls.docker, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)
        if check and result.returncode != 0:
            raise AssertionError(f"docker {arguments}: {result.stdout}{result.stderr}")
        return result

    def reader(self):
        """A shell in a folder with docker.tar; what it starts ends with the test."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        folder.chmod(0o755)
        (folder / "docker.tar").symlink_to(self.work / "image/docker.tar")
        reader = Reader(folder, {"PATH": f"{self.work}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder)})
        self.addCleanup(reader.close)
        self.addCleanup(self.run_docker, "rm", "--force", "--ignore", "gamelift")
        return reader

    def wait_for_log(self):
        """It is there a moment later than the container: whoever types is slower than that."""
        local.until(lambda: "export GAMELIFT_LOCAL_MATCHMAKING" in self.run_docker("logs", "gamelift").stdout, 60,
                    "the container has said all")

    def test_the_commands_of_the_page(self):
        reader = self.reader()
        before, logs, after = TYPED[0].partition("docker logs")
        reader.type(before)
        self.wait_for_log()
        reader.type(logs + after)
        reader.type(LIST, "FLEETIDS fleet-")
        reader.type(f"AWS_ACCESS_KEY_ID=another-secret-of-24-chars {LIST} || echo refused", "refused")
        self.assertEqual(0, reader.leave(), reader.output)

    def test_the_commands_of_the_page_for_those_who_want_tls(self):
        reader = self.reader()
        reader.type(CERTIFICATE.partition("rm -f gamelift.env")[0])
        token, _, *environment = TYPED[0].splitlines(keepends=True)
        reader.type(token + TYPED[1])
        self.wait_for_log()
        reader.type("".join(line for line in environment if not line.startswith("docker run")))
        reader.type("echo $GAMELIFT_SDK_WEBSOCKET_URL", "wss://localhost:9080")
        reader.type(LIST, "FLEETIDS fleet-")
        self.run_docker("exec", "gamelift", "/usr/bin/gamelift-local", "--check-health")
        self.assertEqual(0, reader.leave(), reader.output)

    def test_the_compose_file(self):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work)) / "team"
        folder.mkdir()
        shutil.copy(PACKAGING / "compose.yaml", folder)
        (folder / "token").write_text("a-token-of-24-characters\n")
        compose = ("compose", "-f", folder / "compose.yaml")
        self.run_docker(*compose, "up", "-d")
        try:
            container = self.run_docker(*compose, "ps", "-q").stdout.strip()
            local.until(lambda: self.run_docker("healthcheck", "run", container, check=False).returncode == 0, 60, "it is healthy")
            fleet, = self.fleets(container)
            self.run_docker(*compose, "restart")
            local.until(lambda: len(self.fleets(container)) == 2, 60, "it has started again")
            self.assertEqual([fleet, fleet], self.fleets(container))  # what it holds is in the volume
            self.run_docker(*compose, "stop")
            self.assertEqual("0", self.run_docker("inspect", "--format", "{{.State.ExitCode}}", container).stdout.strip())
        finally:
            self.run_docker(*compose, "down", "--volumes", check=False)

    def fleets(self, container):
        return re.findall(r"export GAMELIFT_SDK_FLEET_ID=(\S+)", self.run_docker("logs", container).stdout)


if __name__ == "__main__":
    container_engine.run_inside()
    unittest.main()
