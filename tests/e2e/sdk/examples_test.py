# SPDX-License-Identifier: Apache-2.0
"""The example servers live a whole life on gamelift-local: ready, a game session, a player, the end."""
import os
import pathlib
import re
import signal
import socket
import subprocess
import unittest

from local import Service, until

EXAMPLES = pathlib.Path(os.environ["GLIFT_BUILD"]) / "examples"
PATIENCE_S = 20


class Example:
    """A running example; its output so far in `text`."""

    def __init__(self, name, service, *arguments):
        self.path = service.path / name
        with open(self.path, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([EXAMPLES / name, *arguments], stdout=output, stderr=output,
                                            env={**os.environ, **service.environment})

    @property
    def text(self):
        return self.path.read_text(encoding="utf-8")

    def wait_for_line(self, line):
        until(lambda: re.search(f"^{line}", self.text, re.MULTILINE), PATIENCE_S, f"the line {line}")

    def wait_for_exit(self):
        return self.process.wait(PATIENCE_S)

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)


class Examples(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.stop)

    def run_example(self, name, *arguments):
        example = Example(name, self.service, *arguments)
        self.addCleanup(lambda: self.assertNotIn(self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"], example.text))
        self.addCleanup(example.close)
        return example

    def start(self, name, *arguments):
        example = self.run_example(name, *arguments)
        example.wait_for_line("ready")
        return example

    def start_session(self):
        session_id = self.service.create_session()["GameSessionId"]
        until(lambda: self.service.session(session_id)["Status"] == "ACTIVE", PATIENCE_S, "the session is active")
        return self.service.session(session_id)

    def terminate(self):
        self.service.control("terminate", ProcessId=self.service.environment["GAMELIFT_SDK_PROCESS_ID"])

    def test_minimal_accepts_a_player_with_a_seat_and_ends_when_told(self):
        example = self.start("minimal")
        session = self.start_session()
        seat = self.service.call("CreatePlayerSession", GameSessionId=session["GameSessionId"],
                                 PlayerId="ann")["PlayerSession"]["PlayerSessionId"]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as player:
            player.settimeout(PATIENCE_S)
            player.connect(("127.0.0.1", session["Port"]))
            player.send(b"psess-nobody\n")
            self.assertIn("psess-nobody", player.recv(1000).decode())
            player.send(seat.encode())
            self.assertEqual(player.recv(1000), b"welcome")
        described = self.service.call("DescribePlayerSessions", PlayerSessionId=seat)["PlayerSessions"]
        self.assertEqual(described[0]["Status"], "ACTIVE")
        self.terminate()
        self.assertEqual(example.wait_for_exit(), 0, example.text)
        example.wait_for_line("ended")

    def test_frame_loop_loads_drains_and_ends_when_told(self):
        example = self.start("frame_loop", "30000")
        self.assertEqual(self.start_session()["Port"], 30000)
        example.wait_for_line("active")
        self.terminate()
        self.assertEqual(example.wait_for_exit(), 0, example.text)
        self.assertRegex(example.text, "(?s)ready.*loading.*active.*draining.*ended.*longest tick: ")

    def test_frame_loop_ends_on_sigterm(self):
        example = self.start("frame_loop", "30000")
        example.process.send_signal(signal.SIGTERM)
        self.assertEqual(example.wait_for_exit(), 0, example.text)
        example.wait_for_line("ended")

    def test_who_asks_for_help_gets_it_without_a_service(self):
        for name in ("minimal", "frame_loop"):
            for option in ("-h", "--help", "surplus"):
                done = subprocess.run([EXAMPLES / name, option], capture_output=True, text=True, timeout=60,
                                      check=False)
                self.assertEqual((2, ""), (done.returncode, done.stdout), name)
                self.assertRegex(done.stderr, f"\\AUsage: {name} .*GAMELIFT_SDK_")

    def test_a_wrong_port_is_refused_with_a_sentence(self):
        example = self.run_example("frame_loop", "70000")
        self.assertEqual(example.wait_for_exit(), 2)
        self.assertIn("60000", example.text)


if __name__ == "__main__":
    unittest.main()
