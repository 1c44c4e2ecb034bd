#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./game/run.sh without its build: a whole match, watched from outside; and the ways in which a run ends early."""
import os
import pathlib
import signal
import socket
import subprocess
import unittest

from local import until
from runner.service import Service

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])


def command(*options):
    return ["/usr/bin/python3", ROOT / "game" / "run.py", "--build-dir", BUILD, *options]


def alive(text):
    """The processes that have this text in their command line or environment."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if text.encode() in (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class Run:
    """A run in a person's way, read line by line."""

    def __init__(self, logs, *options):
        self.process = subprocess.Popen(
            command("--logs", logs, *options), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.output = ""

    def until(self, text):
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return line
        raise AssertionError(f'it ended without "{text}":\n{self.output}')

    def end(self):
        self.output += self.process.communicate(timeout=60)[0]
        return self.process.returncode

    def close(self):
        """What a test that failed has left running is stopped too, with all that belongs to it."""
        if self.process.poll() is None:
            self.process.terminate()
            self.end()
        self.process.stdout.close()


class Smoke(unittest.TestCase):
    def test_a_whole_match_from_matchmaking_to_drain(self):
        run = subprocess.run(command("--smoke", "--logs", "run-smoke"),
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)
        self.assertEqual(0, run.returncode, run.stdout + run.stderr)
        self.assertIn("one match from matchmaking to drain", run.stdout)


class RunCase(unittest.TestCase):
    def start(self, logs, *options):
        run = Run(logs, *options)
        self.addCleanup(run.close)
        return run

    def service(self, run):
        """The service's own address names everything that belongs to this run."""
        run.until("Play")
        return run.until("gamelift-local").split()[1].removeprefix("http://").rstrip("/")


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

    def refused(self, *options):
        """One that does not begin: its exit code, and all that it says."""
        run = subprocess.run(command("--logs", "run-refused", *options), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
        self.assertEqual([], alive(str(BUILD / "run-refused")))
        return run.returncode, run.stdout

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
                self.assertRegex(output, f"\\AFAILED: {program}: port {port} is in use[^\n]*\n\\Z")

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
