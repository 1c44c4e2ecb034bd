#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./game/run.sh without its build: a whole match, watched from outside; and the ways in which a run ends early."""
import errno
import io
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import types
import unittest

from document import make_program
from local import until
from runner import build
from runner.process import in_words
from runner.service import Service
from running import BUILD, ROOT, RunCase, alive, command


class Smoke(unittest.TestCase):
    def test_a_whole_match_from_matchmaking_to_drain(self):
        run = subprocess.run(command("--smoke", "--logs", "run-smoke"),
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertIn("one match from matchmaking to drain", run.stdout)


class Chosen(RunCase):
    def test_a_match_is_played_on_the_map_that_was_asked_for(self):
        run = self.start("run-map", "--map", "islands", "--bots", "3", "--bot-skill", "hard")
        service = Service(f"http://{self.service(run)}/")
        session = until(lambda: next((one for one in service.state()["game_sessions"] if one["status"] == "ACTIVE"), None),
                        20, "a session is active")
        told = service.call("DescribeGameSessions", GameSessionId=session["game_session_id"])["GameSessions"][0]
        self.assertEqual([{"Key": "map", "Value": "islands"}], told["GameProperties"])
        run.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, run.end(), run.output)


class SideBySide(RunCase):
    def test_two_runs_in_one_clone_keep_their_logs(self):
        first, second = self.start("run-twice", "--bots", "0"), self.start("run-twice", "--bots", "0")
        folders = set()
        for run in (first, second):
            self.service(run)
            folders.add(pathlib.Path(run.until("Logs").split()[1]).name)
        self.assertEqual({"run-twice", "run-twice-2"}, folders)
        for run in (first, second):
            run.process.send_signal(signal.SIGTERM)
            self.assertEqual(0, run.end(), run.output)
        for folder in folders:
            self.assertIn("stopping", (BUILD / folder / "gamelift-local.log").read_text())


class Progress(unittest.TestCase):
    def progress(self, out, text):
        process = types.SimpleNamespace(text=lambda: text)
        return build.Progress(process, out)

    def test_a_terminal_sees_the_steps_of_a_build_in_one_line(self):
        out = io.StringIO()
        out.isatty = lambda: True
        progress = self.progress(out, "[1/219] Building C object a.o\n[34/219] Building C object b.o\n")
        progress.look()
        progress.close()
        self.assertEqual("\r  step 34 of 219, 0 s\033[K\r\033[K", out.getvalue())

    def test_a_file_gets_a_line_now_and_then(self):
        out = io.StringIO()
        progress = self.progress(out, "[2/3] Linking\n")
        progress.look()
        self.assertEqual("", out.getvalue())
        progress.told -= build.PLAIN_LINE_EVERY_S
        progress.look()
        progress.look()
        self.assertEqual("  step 2 of 3, 0 s\n", out.getvalue())

    def inputs(self, target):
        """What is made on the way to this target."""
        if not (BUILD / "build.ninja").exists():
            self.skipTest("this build is not made by Ninja")
        steps = subprocess.run(["ninja", "-C", BUILD, "-t", "inputs", target], capture_output=True, text=True, check=True).stdout
        self.assertIn("gamelift-local", steps)
        return steps.splitlines()

    def test_what_is_built_to_play_contains_no_test(self):
        self.assertEqual([], [line for line in self.inputs("play") if line.startswith(("tests/", "sdk/examples/"))])

    def test_what_is_built_to_be_used_contains_no_test(self):
        made = self.inputs("all")
        self.assertIn(f"{ROOT}/sdk/examples/minimal.c", made)
        of_tests = [line for line in made if line.startswith("tests/") and not line.startswith("tests/spec/testing/")]
        self.assertEqual([], of_tests)  # spec/testing is gamelift.testing, which is shipped


class Help(unittest.TestCase):
    def test_every_script_explains_itself_and_does_nothing_else(self):
        for script in ("game/run.sh", "game/install.sh", "tests/run.sh", "sdk/packaging/image.sh", "sdk/packaging/oci.sh",
                       "sdk/packaging/debian_sources.sh", "game/deploy/container/make_image.sh"):
            for option in ("-h", "--help"):
                with self.subTest(script):
                    done = subprocess.run([ROOT / script, option], capture_output=True, text=True, timeout=60, check=False)
                    self.assertEqual((0, ""), (done.returncode, done.stderr))
                    self.assertIn(script.rpartition("/")[2], done.stdout)

    def test_what_is_wrong_is_one_sentence(self):
        for script, arguments, words in (
                ("game/install.sh", [], "The groups are build, readme, public, test and long"),
                ("game/install.sh", ["nope"], "there is no group 'nope': the groups are"),
                ("sdk/packaging/image.sh", [], "usage: image.sh BUILD-FOLDER OUTPUT-FOLDER"),
                ("sdk/packaging/image.sh", ["/nowhere", "/nowhere"], "the first is made by cmake --preset bundle"),
                ("game/deploy/container/make_image.sh", ["/nowhere"], "usage: make_image.sh BUNDLE OUTPUT-FOLDER"),
                ("sdk/packaging/oci.sh", ["/nowhere"], "usage: oci.sh ROOT-FOLDER OUTPUT-FOLDER NAME VERSION OPTION"),
                ("sdk/packaging/debian_sources.sh", ["/nowhere"], "a folder and the names of source packages are expected")):
            with self.subTest([script, *arguments]):
                done = subprocess.run([ROOT / script, *arguments], capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertRegex(done.stderr, f"\\A{script.rpartition('/')[2]}: [^\n]*\n\\Z")
                self.assertIn(words, done.stderr)

    def install(self, **answers):
        """game/install.sh on a machine without qrencode and sudo, on which programs answer so."""
        with tempfile.TemporaryDirectory() as folder:
            for name in ("bash", "sh", "env", "realpath"):
                pathlib.Path(folder, name).symlink_to(shutil.which(name))
            for name, answer in {"dpkg-query": "exit 1", **answers}.items():
                make_program(pathlib.Path(folder, name), f"sh -c '{answer}'")
            done = subprocess.run([f"{folder}/bash", ROOT / "game/install.sh", "public"], capture_output=True, text=True,
                                  timeout=60, check=False, env={"PATH": folder})
        self.assertEqual(1, done.returncode)
        return done

    def test_whoever_is_not_root_and_has_no_sudo_is_told_what_root_types(self):
        done = self.install(**{"id": "echo 1000", "apt-get": "exit 1"})
        self.assertEqual("", done.stdout)
        self.assertEqual("install.sh: Debian packages are missing, and there is no sudo here: as root, "
                         f"{ROOT}/game/install.sh public installs qrencode\n", done.stderr)

    def test_packages_that_cannot_be_had_are_no_riddle(self):
        for answer in ("exit 100", '[ "$0" = update ] || exit 100'):
            with self.subTest(answer):
                done = self.install(**{"id": "echo 0", "apt-get": answer})
                self.assertIn("Installing Debian packages, which takes a minute or two: qrencode", done.stdout)
                self.assertIn("install.sh: apt-get has not installed them", done.stderr)

    def test_a_build_that_fails_for_a_known_reason_says_it(self):
        self.assertIn("the disk is full", build.known_reason("x\nfatal error: No space left on device\n"))
        self.assertIsNone(build.known_reason("error: expected ';'"))
        with tempfile.TemporaryDirectory() as folder:
            elsewhere = pathlib.Path(folder, "CMakeCache.txt")
            elsewhere.write_text("CMAKE_CACHEFILE_DIR:INTERNAL=/elsewhere\nCMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n")
            done = subprocess.run(["cmake", "-S", ROOT, "-B", folder], capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("was made when this folder was elsewhere", build.known_reason(done.stdout + done.stderr))


class EndedEarly(RunCase):

    def test_a_person_stops_it_and_nothing_is_left(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                run = self.start("run-stopped")
                address = self.service(run)
                until(lambda: 2 == len([pid for pid in alive(address) if "GAMELIFT_SDK_PROCESS_ID" in environment(pid)]),
                      10, "both servers run")
                run.process.send_signal(number)
                self.assertEqual(0, run.end(), run.output)
                self.assertEqual([], alive(address))

    def test_a_smoke_test_that_is_stopped_has_shown_nothing_and_leaves_nothing(self):
        run = self.start("run-stopped", "--smoke")
        run.until("the server accepts all players")
        run.process.send_signal(signal.SIGTERM)
        self.assertEqual(130, run.end(), run.output)
        self.assertEqual([], alive(str(BUILD / "run-stopped")))

    def test_a_service_that_dies_is_named_and_takes_everything_along(self):
        run = self.start("run-stopped")
        address = self.service(run)
        os.kill(alive(str(BUILD / "run-stopped" / "gamelift.env"))[0], signal.SIGKILL)
        self.assertEqual(1, run.end(), run.output)
        self.assertIn("FAILED: gamelift-local was ended by SIGKILL", run.output)
        self.assertEqual([], alive(address))

    def test_a_folder_without_a_build_is_named(self):
        code, output = self.refused("--build-dir", "/nowhere")
        self.assertEqual((1, "FAILED: there is no /nowhere/gamelift-local: build first, or leave --build-dir away\n"),
                         (code, output))

    def test_a_port_that_is_taken_is_one_sentence(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for option, program in (("--lobby-port", "lobby"), ("--service-port", "gamelift-local")):
                code, output = self.refused(option, str(port))
                self.assertEqual(1, code)
                self.assertRegex(output, f"\\AFAILED: {program}: port {port} is in use[^\n]*{option}[^\n]*\n\\Z")

    def test_a_folder_that_cannot_be_written_is_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            for program in ("gamelift-local", "arena", "gamelift_plugin.so"):
                (pathlib.Path(folder) / program).touch()
            (pathlib.Path(folder) / "run-refused").touch()  # a file where the folder of the logs should be; root may write anywhere
            code, output = self.refused("--build-dir", folder)
            self.assertEqual((1, f"FAILED: {folder}/run-refused: File exists\n"), (code, output))

    def test_a_disk_that_is_full_and_a_folder_of_others_are_named(self):
        self.assertEqual("the disk is full: build/x cannot be written", in_words(OSError(errno.ENOSPC, "No space", "build/x")))
        self.assertEqual("build cannot be written: Permission denied; run this in a folder that is yours",
                         in_words(PermissionError(errno.EACCES, "Permission denied", "build")))

    def test_a_loopback_that_is_down_is_called_that(self):
        run = subprocess.run(["unshare", "-rn", *command("--logs", "run-refused")], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        if "unshare" in run.stdout:
            self.skipTest("this machine makes no network of its own: " + run.stdout)
        self.assertEqual(1, run.returncode)
        self.assertRegex(run.stdout, "\\AFAILED: the loopback, 127.0.0.1, is down [^\n]*\n\\Z")

    def test_options_that_mean_nothing_are_refused(self):
        for options, complaint in ((["--bots", "-1"], "--bots"), (["--bots", "65"], "from 0 to 64 is expected, not '65'"),
                                   (["--lobby-port", "65536"], "from 0 to 65535 is expected"), (["--smok"], "--smok"),
                                   (["--map", "moon"], "choose from 'canyon', 'islands', 'ring'"),
                                   (["--bot-skill", "godlike"], "choose from 'easy', 'normal', 'hard'")):
            with self.subTest(options):
                code, output = self.refused(*options)
                self.assertEqual(2, code)
                self.assertIn(complaint, output)


def environment(pid):
    return pathlib.Path(f"/proc/{pid}/environ").read_text(errors="replace")


if __name__ == "__main__":
    unittest.main()
