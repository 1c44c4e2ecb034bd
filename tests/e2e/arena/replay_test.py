#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local replay with the arena: its recorded smoke test (smoke.jsonl, made by record_smoke.py) is played to it."""
import json
import os
import pathlib
import subprocess
import unittest

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
RECORDING = HERE / "smoke.jsonl"


def host_of_session():
    """The server process that the recorded session was placed on."""
    for line in RECORDING.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("kind") == "frame" and entry["action"] == "CreateGameSession":
            return entry["process_id"]
    raise AssertionError("no session in the recording")


def replay(*options, wait_s=60):
    """The exit code, and what the replay says."""
    run = subprocess.run(
        [BUILD / "gamelift-local", "replay", "--process", host_of_session(), "--wait", str(wait_s), RECORDING, "--",
         "/usr/bin/python3", HERE / "replay_players.py", *options, RECORDING, BUILD / "arena",
         "--set", "backfill_open_seconds=0.1"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    return run.returncode, run.stdout, run.stderr


class Replay(unittest.TestCase):
    def test_the_smoke_replays_without_a_difference(self):
        code, said, log = replay()
        self.assertEqual(0, code, said + log)
        self.assertRegex(said, r"\Areplay: the server did as in the recording: \d+ messages, 1 connection\n\Z")

    def test_a_player_who_does_not_leave_is_missed(self):
        code, said, log = replay("--silent-leaver", wait_s=3)
        self.assertEqual(1, code, log)
        # RemovePlayerSession, or one before it where the machine is busy.
        self.assertRegex(said, r"\Areplay: a difference: .* \(line \d+\) has not come within \d s, after \d+ "
                               "messages of the server\n\\Z")

    def test_the_recording_has_no_secret_and_no_path(self):
        text = RECORDING.read_text(encoding="utf-8")
        for part in ("AuthToken\\\":\\\"0", "/home", "/tmp", "Authorization"):
            self.assertNotIn(part, text)


if __name__ == "__main__":
    unittest.main()
