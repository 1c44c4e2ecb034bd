# SPDX-License-Identifier: Apache-2.0
"""The image of gamelift-local, run from its unpacked root in the way that the compose file starts it."""
import asyncio
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

import bundle
import elf
import local
import root
import yaml

PACKAGING = bundle.SOURCE / "sdk/packaging"
TOKEN = "a-token-of-24-characters"


class Image(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        build = bundle.built("bundle")
        for tool in ("buildah", "umoci"):
            if shutil.which(tool) is None:
                raise unittest.SkipTest(f"needs {tool}")
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.work = pathlib.Path(directory.name)
        # By somebody who lets nobody else read what they make.
        elf.run("sh", "-c", 'umask 077 && exec "$@"', "sh", PACKAGING / "image.sh", build, cls.work / "image")
        index = json.loads((cls.work / "image/oci/index.json").read_text())
        cls.version = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
        elf.run("umoci", "unpack", *([] if os.geteuid() == 0 else ["--rootless"]),
                "--image", f"{cls.work}/image/oci:{cls.version}", cls.work / "unpacked")
        cls.root = cls.work / "unpacked/rootfs"
        cls.config = json.loads((cls.work / "unpacked/config.json").read_text())
        cls.compose = yaml.safe_load((PACKAGING / "compose.yaml").read_text())["services"]["gamelift-local"]
        cls.program = cls.config["process"]["args"][0]
        secret = cls.root / "run/secrets" / cls.compose["secrets"][0]
        secret.parent.mkdir(parents=True)
        secret.write_text(TOKEN + "\n")

    def run_in_it(self, *command):
        """As its user."""
        user = self.config["process"]["user"]
        return subprocess.run(root.command(self.root, *command, user=f"{user['uid']}:{user['gid']}"),
                              capture_output=True, text=True, check=False)

    def service(self):
        result = self.run_in_it(self.program, "--version")
        if "Operation not permitted" in result.stderr:
            self.skipTest(f"this machine lets nobody change the root: {result.stderr.strip()}")
        self.assertEqual(result.stdout, f"gamelift-local {self.version}\n", result.stderr)
        service = local.Service(*self.compose["command"], demo=False, root=self.root, program=self.program,
                                wrapper=root.command(self.root))
        self.addCleanup(service.stop)
        return service

    def health(self, port):
        how, *command = self.compose["healthcheck"]["test"]
        self.assertEqual(how, "CMD")
        return self.run_in_it(*command, "--port", port).returncode

    def test_it_serves_as_the_compose_file_starts_it(self):
        service = self.service()
        self.assertEqual(self.health(service.port), 0)
        with self.assertRaises(local.Refused):
            service.call("ListFleets")
        bearer = {"Authorization": "Bearer " + TOKEN, "X_Amz_Target": "GameLift.ListFleets"}
        self.assertEqual(service.post("/", {}, **bearer)["FleetIds"], [service.fleet])

        async def host():
            async with local.Server(service, "outside") as server:
                await server.ready()
                service.post("/", {"FleetId": service.fleet, "Location": service.location,
                                   "MaximumPlayerSessionCount": 2},
                             Authorization="Bearer " + TOKEN, X_Amz_Target="GameLift.CreateGameSession")
                self.assertEqual((await server.push())["Action"], "CreateGameSession")
        asyncio.run(host())

    def test_what_it_holds_is_there_again_after_a_restart(self):
        folder = self.compose["volumes"][0].partition(":")[2]
        self.assertTrue((self.root / folder.lstrip("/")).is_dir())
        self.assertTrue(self.compose["command"][-1].startswith(folder + "/"))
        first = self.service()
        first.stop()
        self.assertEqual(self.service().fleet, first.fleet)

    def test_who_watches_it_is_told_when_it_does_not_serve(self):
        service = self.service()
        service.stop()
        self.assertEqual(self.health(service.port), 1)

    def test_without_a_secret_it_serves_nobody_and_says_what_it_wants(self):
        self.service().stop()  # skips where nobody can look into the image
        for options, code, words in (
                (["--demo", "--listen", "0.0.0.0"], 2, "it needs --token FILE, a secret that their clients show"),
                (["--demo", "--listen", "0.0.0.0", "--token", "/run/secrets/none"], 1,
                 "No such file or directory; --token takes a file with a secret of 16 to 128 letters, digits, _ or -"),
                (["--demo", "--listen", "0.0.0.0", "--token", "/etc/passwd"], 1, "is no token: it takes 16 to 128 letters"),
                (["--demo", "--state", "/usr/state.db"], 1, "cannot open --state /usr/state.db: Permission denied")):
            with self.subTest(words):
                result = self.run_in_it(self.program, *options)
                self.assertEqual(code, result.returncode, result.stderr)
                self.assertIn(words, result.stderr)
                self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)

    def test_it_starts_by_itself_as_the_compose_file_starts_it_and_is_nobody_of_importance(self):
        image = self.config["process"]
        options = self.compose["command"]
        self.assertEqual(image["args"][1:], options[:len(image["args"]) - 1])
        self.assertEqual((image["user"]["uid"], image["user"]["gid"], image["cwd"]), (65532, 65532, "/data"))
        self.assertEqual(self.compose["ports"], ["9080:9080"])

    def test_it_has_the_program_and_what_that_needs_and_the_licences(self):
        programs = {path.name for path in self.root.rglob("bin/*")}
        self.assertEqual(programs, {"gamelift-local"})
        licences = {path.relative_to(self.root / "usr/share/doc").as_posix()
                    for path in (self.root / "usr/share/doc").rglob("*") if path.is_file()}
        self.assertEqual(licences, {"gamelift/LICENSE", "gamelift/NOTICE", "libc6/copyright", "libssl3/copyright"})

    def test_docker_can_load_it_too(self):
        with tarfile.open(self.work / "image/docker.tar") as archive:
            manifest = json.load(archive.extractfile("manifest.json"))
        name, = manifest[0]["RepoTags"]
        self.assertEqual(name.rpartition("/")[2], self.compose["image"])


if __name__ == "__main__":
    unittest.main()
