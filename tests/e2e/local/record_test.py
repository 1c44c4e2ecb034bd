#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--record, and gamelift-local replay with a server that does the same, and with one that differs on purpose."""
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

from local import PROGRAM, Service, until

SERVER = ["/usr/bin/python3", str(pathlib.Path(__file__).with_name("replay_server.py"))]


def entries(path):
    """Of a recording, without its header."""
    lines = path.read_text(encoding="utf-8").splitlines()
    header = json.loads(lines[0])
    assert (header["recording"], header["version"]) == ("gamelift-local", 1), header
    return [json.loads(line) for line in lines[1:]]


def record_session(folder):
    """A session of replay_server.py: its recording, and the file with its player session."""
    recording, seat, whole = folder / "recording.jsonl", folder / "seat", folder / "seat.new"
    service = Service("--record", recording)
    environment = {**os.environ, **service.environment, "GAMELIFT_SDK_PROCESS_ID": "recorded"}
    server = subprocess.Popen([*SERVER, seat], env=environment)
    try:
        until(lambda: (service.process("recorded") or {}).get("state") == "READY", 30, "the server is ready")
        session = service.create_session(seats=2)["GameSessionId"]
        until(lambda: service.session(session)["Status"] == "ACTIVE", 30, "the session is active")
        player = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="mia")["PlayerSession"]
        whole.write_text(player["PlayerSessionId"], encoding="utf-8")
        whole.rename(seat)
        until(lambda: service.call("DescribePlayerSessions", GameSessionId=session)["PlayerSessions"][0]["Status"] == "COMPLETED",
              30, "the player has left")
        service.call("TerminateGameSession", GameSessionId=session, TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
        assert server.wait(30) == 0
    finally:
        server.kill()
        server.wait()
        token = service.environment["GAMELIFT_SDK_AUTH_TOKEN"]
        assert service.stop() == 0
    return recording, seat, token


class Replay(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.recording, cls.seat, cls.token = record_session(cls.folder)

    def replay(self, *way, recording=None, options=("--wait", "60"), seat=None):
        """The exit code, and what the replay says."""
        run = subprocess.run([PROGRAM, "replay", *options, recording or self.recording, "--", *SERVER, seat or self.seat, *way],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                             timeout=120, check=False)
        return run.returncode, run.stdout

    def test_a_server_that_does_the_same(self):
        said = self.replay(options=("--process", "recorded", "--wait", "60"))
        self.assertEqual((0, "replay: the server did as in the recording: 6 messages, 1 connection\n"), said)

    def test_another_player_session_stands_for_the_recorded_one(self):
        other = self.folder / "other"
        other.write_text("psess-of-my-own", encoding="utf-8")
        self.assertEqual(0, self.replay(seat=other)[0])

    def test_each_way_of_differing_is_named(self):
        for way, sentence in (
                ("other order", "message 4 of the server is RemovePlayerSession where the recording has AcceptPlayerSession"),
                ("no accept", "message 4 of the server is RemovePlayerSession where the recording has AcceptPlayerSession"),
                ("wrong field", 'PlayerSessionPolicy is "DENY_ALL" where the recording has "ACCEPT_ALL"'),
                ("unhealthy", "the server reports itself unhealthy, which it never does in the recording"),
                ("crash", "the program has ended with exit code 3, where the recording has RemovePlayerSession")):
            with self.subTest(way):
                code, said = self.replay(*way.split())
                self.assertEqual(1, code, said)
                self.assertIn(sentence, said)

    def test_a_message_that_does_not_come(self):
        code, said = self.replay(seat=self.folder / "none", options=("--wait", "0.5"))
        self.assertEqual(1, code, said)
        # Which one it is depends on how busy the machine is.
        self.assertRegex(said, r"\(line \d+\) has not come within \d s, after \d messages of the server")

    def test_what_cannot_be_played_is_one_sentence(self):
        damaged = self.folder / "damaged.jsonl"
        text = self.recording.read_text(encoding="utf-8")
        for content, why in ((text[:-40], "the recording was cut off in its last line"), ("hello\n", "not that of a recording"),
                             (text.splitlines(keepends=True)[0], "no game server speaks in it"), (None, "No such file")):
            with self.subTest(why):
                damaged.unlink(missing_ok=True)
                if content is not None:
                    damaged.write_text(content, encoding="utf-8")
                run = subprocess.run([PROGRAM, "replay", damaged, "--", "/bin/true"], capture_output=True, text=True,
                                     timeout=60, check=False)
                self.assertEqual((2, ""), (run.returncode, run.stdout))
                self.assertRegex(run.stderr, r"\Agamelift-local: [^\n]*\n\Z")
                self.assertIn(why, run.stderr)

    def test_a_program_that_cannot_be_started(self):
        run = subprocess.run([PROGRAM, "replay", self.recording, "--", "/nowhere/server"], capture_output=True, text=True,
                             timeout=60, check=False)
        self.assertEqual((2, "", "gamelift-local: cannot run /nowhere/server: No such file or directory\n"),
                         (run.returncode, run.stdout, run.stderr))

    # ---- the recording ----

    def test_it_holds_frames_and_calls_of_both_directions_and_no_secret(self):
        kinds = {(entry["kind"], entry["direction"]) for entry in entries(self.recording)}
        self.assertLessEqual({("frame", "in"), ("frame", "out"), ("call", "in"), ("call", "out"), ("note", "in")}, kinds)
        self.assertNotIn(self.token, self.recording.read_text(encoding="utf-8"))
        self.assertEqual(0o600, self.recording.stat().st_mode & 0o777)


class Record(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_what_cannot_be_written_is_one_sentence(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        for path, why in ((self.folder / "no" / "file", "No such file or directory"), (self.folder, "Is a directory"),
                          (pipe, "No such device or address"), ("/dev/null", "it is no regular file"), ("x" * 400, "longer than")):
            with self.subTest(why):
                run = subprocess.run([PROGRAM, "--port", "0", "--record", path], capture_output=True, text=True, timeout=60,
                                     check=False)
                self.assertEqual(1, run.returncode)
                self.assertRegex(run.stderr, r"\Agamelift-local: cannot record into [^\n]*\n\Z")
                self.assertIn(why, run.stderr)

    def test_a_full_disk_ends_the_recording_and_nothing_else(self):
        path = self.folder / "recording.jsonl"
        service = Service("--record", path, wrapper=("/usr/bin/prlimit", "--fsize=20000"))
        self.addCleanup(service.stop)
        until(lambda: service.call("ListFleets") and "the recording has stopped" in service.log(), 60, "the disk is full")
        self.assertRegex(service.log(), r"the recording has stopped: cannot write \S+/recording.jsonl: File too large\n")
        for _ in range(20):
            service.call("ListFleets")
        self.assertEqual(1, service.log().count("the recording has stopped"))
        self.assertLessEqual(path.stat().st_size, 20000)
        self.assertTrue(entries(path))  # it ends with a whole line

    def test_a_connection_that_the_service_closes_is_closed_in_the_replay_too(self):
        path, seat = self.folder / "recording.jsonl", self.folder / "never"
        service = Service("--record", path)
        self.addCleanup(service.stop)
        server = subprocess.Popen([*SERVER, seat], stderr=subprocess.DEVNULL, env={
            **os.environ, **service.environment, "GAMELIFT_SDK_PROCESS_ID": "recorded"})
        until(lambda: (service.process("recorded") or {}).get("state") == "READY", 30, "the server is ready")
        service.control("drop", ProcessId="recorded", CloseCode=1012)
        self.assertNotEqual(0, server.wait(30))
        service.stop()
        run = subprocess.run([PROGRAM, "replay", path, "--", *SERVER, seat], capture_output=True, text=True, timeout=120,
                             check=False)
        self.assertEqual((0, "replay: the server did as in the recording: 1 message, 1 connection\n"),
                         (run.returncode, run.stdout))
        self.assertIn("1012", run.stderr)  # what the server says of its end

    def test_a_reset_is_recorded_through(self):
        path = self.folder / "recording.jsonl"
        service = Service("--record", path)
        self.addCleanup(service.popen.kill)
        service.call("ListLocations")
        service.control("reset")
        service.call("ListAliases")
        service.popen.send_signal(signal.SIGTERM)
        self.assertEqual(0, service.stop())
        actions = [entry.get("action") for entry in entries(path) if entry["kind"] == "call"]
        self.assertEqual(["ListLocations"] * 2 + ["ListAliases"] * 2, [one for one in actions if one.startswith("List")])


if __name__ == "__main__":
    unittest.main()
