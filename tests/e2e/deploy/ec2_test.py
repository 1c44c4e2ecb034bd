#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""game/deploy/ec2: what check_build.py finds in a folder, one mistake at a time; the fleet's files, by AWS's model of the
API; and with GLIFT_LONG the folder of a bundle, from which the arena hosts a game session."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "packaging"))
import bundle  # noqa: E402  pylint: disable=wrong-import-position
from local import PROGRAM, Service, until  # noqa: E402  pylint: disable=wrong-import-position

try:
    import botocore.session
    import botocore.validate
except ImportError:
    botocore = None

RECIPE = pathlib.Path(__file__).resolve().parents[3] / "game" / "deploy" / "ec2"
RUNTIME = RECIPE / "runtime-configuration.json"


class Folder(unittest.TestCase):
    """A folder without a mistake, in which each test makes one."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name) / "build"
        (self.folder / "bin").mkdir(parents=True)
        shutil.copy("/bin/true", self.folder / "bin" / "arena")
        shutil.copy(RECIPE / "install.sh", self.folder)
        self.runtime = json.loads(RUNTIME.read_text(encoding="utf-8"))
        self.process = self.runtime["ServerProcesses"][0]

    def check(self, *options):
        file = self.folder.parent / "runtime.json"
        file.write_text(json.dumps(self.runtime), encoding="utf-8")
        return subprocess.run([sys.executable, RECIPE / "check_build.py", self.folder, file, *options],
                              capture_output=True, text=True, check=False)

    def finds(self, *lines, options=()):
        ran = self.check(*options)
        self.assertEqual(1, ran.returncode, ran)
        self.assertEqual(["check_build: " + line for line in lines], ran.stdout.splitlines())

    def test_nothing_is_found_where_nothing_is_wrong(self):
        ran = self.check()
        self.assertEqual((0, "check_build: nothing found in 2 files, 1 of them programs and libraries\n"),
                         (ran.returncode, ran.stdout), ran.stderr)

    def test_a_launch_path_that_is_not_there(self):
        self.process["LaunchPath"] = "/local/game/bin/Arena"
        self.finds("LaunchPath '/local/game/bin/Arena' is not in the folder; did you mean /local/game/bin/arena?")
        self.process["LaunchPath"] = "bin/arena"
        self.finds("LaunchPath 'bin/arena' does not begin with /local/game/, where the folder is put")
        del self.process["LaunchPath"]
        self.finds("a server process of the runtime configuration has no LaunchPath")

    def test_a_launch_path_that_cannot_be_launched(self):
        (self.folder / "bin" / "arena").chmod(0o644)
        self.finds("LaunchPath '/local/game/bin/arena' may not be executed: chmod +x bin/arena")
        (self.folder / "bin" / "arena").write_text("#!/bin/sh\nexec ./real\n")
        self.finds("LaunchPath '/local/game/bin/arena' is no program: GameLift watches the process that it starts, so it has "
                   "to be the server itself, not a script that starts it")

    def test_libraries_that_an_instance_lacks(self):
        shutil.copy(PROGRAM.with_name("arena"), self.folder / "bin" / "arena")
        ran = self.check()
        self.assertIn("bin/arena needs libwebsockets.so.17, which Amazon Linux 2023 lacks\n", ran.stdout)
        (self.folder / "lib").mkdir()
        shutil.copy("/bin/true", self.folder / "lib" / "libwebsockets.so.17")
        self.assertIn("bin/arena needs libwebsockets.so.17, which Amazon Linux 2023 lacks; it is in the folder, but not "
                      "where the program looks ($ORIGIN run path)", self.check().stdout)

    def test_a_newer_glibc_and_run_paths_of_the_machine_that_it_was_built_on(self):
        source = self.folder.parent / "newer.c"
        source.write_text("int pidfd_open(int, unsigned); int main(void) { return pidfd_open(1, 0); }\n")
        subprocess.run(["cc", "-o", self.folder / "bin" / "arena", source, "-Wl,-rpath,/home/me/build"], check=True)
        self.finds("bin/arena looks for libraries in /home/me/build, which no instance has",
                   "bin/arena needs glibc 2.36; Amazon Linux 2023 has 2.34")

    def test_install_scripts_that_do_not_run(self):
        script = self.folder / "install.sh"
        script.write_text("echo hello\n")
        self.finds("install.sh does not begin with #!, such as #!/bin/sh")
        script.write_bytes(b"#!/bin/sh\r\necho hello\r\n")
        self.finds("install.sh has lines that end as on Windows (CR LF): Linux finds no such interpreter")
        script.write_text("#!/bin/sh\nif true\n")
        self.assertIn("check_build: install.sh is not understood: ", self.check().stdout)
        shutil.copy(RECIPE / "install.sh", script)
        script.chmod(0o644)
        self.finds("install.sh may not be executed: chmod +x install.sh")
        script.rename(self.folder / "bin" / "install.sh")
        self.finds("bin/install.sh is not run: GameLift runs install.sh in the folder itself")

    def test_links_that_lead_nowhere(self):
        (self.folder / "a").symlink_to("missing")
        (self.folder / "b").symlink_to("/etc/passwd")
        (self.folder / "c").symlink_to("bin/arena")
        self.finds("a is a link to missing, which is not there", "b is a link out of the folder, to /etc/passwd")

    def test_its_size(self):
        with open(self.folder / "large", "wb") as file:
            file.truncate(3_000_000)
        ran = self.check("--most-megabytes", "2")
        self.assertRegex(ran.stdout, r"the folder has 3\d{6} bytes, more than the 2000000 of --most-megabytes")

    def test_runtime_configurations_that_are_refused(self):
        self.process["ConcurrentExecutions"] = 51
        self.finds("51 server processes are more than the 50 that an instance may have")
        self.process.update(ConcurrentExecutions=2, Parameters="--address 0.0.0.0 --port 7777")
        self.finds("2 servers with '--address 0.0.0.0 --port 7777' would listen on one port: leave it to the server, or write "
                   "one server process for each port")
        self.process.update(ConcurrentExecutions=0, Parameters="a;b")
        self.finds("ConcurrentExecutions of a server process is not a number from 1",
                   "Parameters 'a;b': 1 to 1024 letters, digits, blanks and _ : . + / \\ - = @ { } , ? ' [ ] \" are allowed")
        self.process.update(ConcurrentExecutions=1, Parameters="--port 7777")
        self.runtime["GameSessionActivationTimeoutSeconds"] = 601
        self.finds("GameSessionActivationTimeoutSeconds is not a number from 1 to 600")
        self.runtime = []
        self.finds("the runtime configuration has no list ServerProcesses with at least one server process")

    def test_what_cannot_be_read_is_named(self):
        ran = subprocess.run([sys.executable, RECIPE / "check_build.py", "/no-such-folder", RUNTIME],
                             capture_output=True, text=True, check=False)
        self.assertEqual(2, ran.returncode)
        self.assertIn("/no-such-folder is no folder", ran.stderr)
        ran = subprocess.run([sys.executable, RECIPE / "check_build.py", self.folder, RECIPE / "install.sh"],
                             capture_output=True, text=True, check=False)
        self.assertEqual(2, ran.returncode)
        self.assertIn("cannot be read as JSON", ran.stderr)


@unittest.skipIf(botocore is None, "botocore is not installed (Debian package python3-boto3)")
class Fleet(unittest.TestCase):
    def test_the_fleet_is_one_by_the_model_of_the_api(self):
        shape = botocore.session.get_session().get_service_model("gamelift").operation_model("CreateFleet").input_shape
        members = {**json.loads((RECIPE / "fleet.json").read_text(encoding="utf-8")),
                   "RuntimeConfiguration": json.loads(RUNTIME.read_text(encoding="utf-8")), "BuildId": "build-1",
                   "InstanceRoleArn": "arn:aws:iam::123456789012:role/arena"}
        report = botocore.validate.ParamValidator().validate(members, shape)
        self.assertFalse(report.has_errors(), report.generate_report())
        self.assertIn(members["EC2InstanceType"], shape.members["EC2InstanceType"].enum)
        self.assertIn(members["NewGameSessionProtectionPolicy"], shape.members["NewGameSessionProtectionPolicy"].enum)

    def test_the_trust_of_the_role_is_json(self):
        statement, = json.loads((RECIPE / "role-trust.json").read_text(encoding="utf-8"))["Statement"]
        self.assertEqual({"Service": "gamelift.amazonaws.com"}, statement["Principal"])


class Bundle(unittest.TestCase):
    def test_the_folder_of_a_bundle_hosts_a_game_session(self):
        with tempfile.TemporaryDirectory() as directory:
            place = pathlib.Path(directory)
            build = bundle.installed("bundle", place / "archive")
            archived = place / "archive/share/gamelift/deploy/ec2/make_build.sh"
            # Made by somebody who lets nobody else read what they make: it is run by another user.
            subprocess.run(["chmod", "-R", "go-rwx", place / "archive"], check=True)
            subprocess.run(["sh", "-c", 'umask 077 && exec "$@"', "sh", archived, place / "archive", place / "game"], check=True)
            self.assertEqual([], [path for path in (place / "game").rglob("*") if not path.stat().st_mode & 0o004])
            subprocess.run([RECIPE / "make_build.sh", build, place / "built"], check=True)
            self.assertEqual(names(place / "built"), names(place / "game"))
            self.host(place / "game")

    def host(self, folder):
        """As the runtime configuration says, where this is /local/game."""
        subprocess.run([folder / "install.sh"], check=True)
        process, = json.loads(RUNTIME.read_text(encoding="utf-8"))["ServerProcesses"]
        command = f"{process['LaunchPath']} {process['Parameters']}".replace("/local/game", str(folder))
        service = Service("--launch", command)
        self.addCleanup(service.stop)
        until(lambda: any(one["state"] == "READY" for one in service.state()["processes"]), 120, "a server is ready")
        session = service.create_session()["GameSessionId"]
        until(lambda: service.session(session)["Status"] == "ACTIVE", 120, "the session is active")
        log, = (folder / "logs").iterdir()
        with service.open("/_local/messages?action=ActivateServerProcess") as answer:
            self.assertIn(f'"LogPaths":["{log}"]', json.load(answer)["messages"][0]["text"])
        self.assertIn("players: http", log.read_text(encoding="utf-8"))


def names(folder):
    return sorted(path.relative_to(folder) for path in folder.rglob("*"))


if __name__ == "__main__":
    unittest.main()
