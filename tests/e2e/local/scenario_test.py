#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local --scenario: a good game server passes all that are shipped, one with a flaw fails in the step that shows it."""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from scenario import PROGRAM, ROOT, SCENARIOS, Played

HERE = pathlib.Path(__file__).resolve().parent
SERVER = HERE / "game_server.py"
# What each scenario is there to find, and the step that finds it.
FLAWS = {
    "activation_too_slow": ("stays", "its server ends by itself"),
    "flapping_service": ("never_reconnects", "its server is connected and hosts it"),
    "full_story": ("starts_twice", "the match is placed"),
    "half_open": ("never_pings", "the server has found out and is back"),
    "refresh_under_load": ("reads_old_socket", "the push that asks for a game session has arrived"),
    "spot_interruption": ("stays", "the game session has ended as INTERRUPTED in time"),
    "throttled_api": ("gives_up", "the game session is ACTIVE nevertheless"),
    "token_expiry": ("keeps_token", "its server is connected and hosts it"),
}


def play(name, flaw, *options):
    return Played(name, ["/usr/bin/python3", str(SERVER), flaw], *options)


class Shipped(unittest.TestCase):
    def test_there_are_eight_and_each_has_a_flaw_to_find(self):
        self.assertGreaterEqual(len(SCENARIOS), 8)
        self.assertEqual(SCENARIOS, sorted(FLAWS))

    def test_a_good_server_passes_each_and_one_with_the_flaw_that_it_is_there_to_find_does_not(self):
        # By a faster clock, the waits that are in vain are over sooner.
        faster = ("--clock-scale", "4", "--heartbeat-patience", "100000", "--launch-grace", "1")
        with concurrent.futures.ThreadPoolExecutor(len(SCENARIOS)) as pool:
            red = {name: pool.submit(play, name, FLAWS[name][0], *faster) for name in SCENARIOS}
            green = {name: pool.submit(play, name, "none") for name in SCENARIOS}
        for name in SCENARIOS:
            good, bad = green[name].result(), red[name].result()
            with self.subTest(name, flaw="none"):
                self.assertEqual((0, None), (good.code, good.failed), good.report + good.log)
                self.assertRegex(good.report, rf"Scenario {name} passed: \d+ steps in [\d.]+ s\.\n$")
            with self.subTest(name, flaw=FLAWS[name][0]):
                self.assertEqual((1, FLAWS[name][1]), (bad.code, bad.failed), bad.report + bad.log)
                self.assertIn(f"Scenario {name} failed at step ", bad.report)

    def test_the_scenario_of_the_readme_is_one(self):
        text = (ROOT / "sdk/local/README.md").read_text()
        example = re.search(r"```json\n(\{\n  \"scenario\".*?)```", text, re.S).group(1)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "example.json"
            path.write_text(example)
            played = Played(path, ["/usr/bin/python3", str(SERVER), "none"])
        self.assertEqual(0, played.code, played.report + played.log)

    def test_the_schema_knows_what_the_reader_knows(self):
        schema = json.loads((ROOT / "assets/scenarios/scenario.schema.json").read_text())
        reader = (ROOT / "sdk/local/program/scenario_read.c").read_text()
        step = schema["$defs"]["step"]["properties"]
        members = re.search(r"step_members\[\] = \{(.*?)^\};", reader, re.S | re.M).group(1)
        self.assertEqual(sorted(re.findall(r'\{"(\w+)"', members)), sorted(step))
        words = lambda table: re.findall(r'"([^"]+)"', re.search(rf"{table}\[\] = \{{(.*?)\}};", reader, re.S).group(1))
        self.assertEqual(words("lists"), schema["$defs"]["condition"]["oneOf"][0]["properties"]["list"]["enum"])
        self.assertEqual(words("controls"), step["control"]["enum"])

    def test_shipped_scenarios_fit_the_schema_as_far_as_it_names_members(self):
        schema = json.loads((ROOT / "assets/scenarios/scenario.schema.json").read_text())
        for name in SCENARIOS:
            document = json.loads((ROOT / f"assets/scenarios/{name}.json").read_text())
            self.assertEqual(name, document["scenario"])
            self.assertLessEqual(set(document), set(schema["properties"]))
            for step in document["steps"]:
                self.assertLessEqual(set(step), set(schema["$defs"]["step"]["properties"]), step["name"])


class CommandLine(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "scenario.json"

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, "--port", "0", *arguments], capture_output=True, text=True, timeout=60, check=False)

    def write(self, *steps):
        self.path.write_text(json.dumps({"scenario": "mine", "text": "A test.", "steps": steps}))
        return str(self.path)

    def test_what_cannot_be_played_is_said_before_anything_begins(self):
        missing = self.run_program("--scenario", str(self.path))
        self.assertEqual((2, f"gamelift-local: the scenario {self.path} cannot be played: No such file or directory\n"),
                         (missing.returncode, missing.stderr))
        wrong = self.run_program("--scenario", self.write({"name": "a rest", "pause_seconds": 1}, {"name": "x"}), "--", "false")
        self.assertEqual(2, wrong.returncode)
        self.assertIn("step 2 (x): a step has one of wait, hold, expect,", wrong.stderr)

    def test_options_that_do_not_go_together(self):
        path = self.write({"name": "a rest", "pause_seconds": 0.001})
        for options, sentence in ((("--clock-scale", "0"), "--scenario needs a clock that moves"),
                                  (("--launch", "true", "--", "true"), "by --launch or behind --, not by both"),
                                  (("--",), "behind -- stands no command"),
                                  (("surplus",), '"surplus" is not an option')):
            with self.subTest(options):
                done = self.run_program("--scenario", path, *options)
                self.assertEqual(2, done.returncode)
                self.assertIn(sentence, done.stderr)

    def test_words_of_the_command_arrive_as_they_are(self):
        path = self.write({"name": "a rest", "pause_seconds": 1})
        proof = self.path.with_name("proof")
        done = self.run_program("--scenario", path, "--", sys.executable, "-c",
                                "import os, pathlib, sys; new = pathlib.Path(sys.argv[1] + str(os.getpid())); "
                                "new.write_text(repr(sys.argv[2:])); new.rename(sys.argv[1]); import time; time.sleep(600)", str(proof), "it's", "a b", "$HOME", "")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual(repr(["it's", "a b", "$HOME", ""]), proof.read_text())

    def test_without_a_server_it_plays_against_the_service_alone(self):
        done = self.run_program("--scenario", self.write(
            {"name": "a location", "call": "CreateLocation", "with": {"LocationName": "custom-x"}},
            {"name": "it is there", "expect": {"list": "locations", "where": {"name": "custom-x"}}}))
        self.assertEqual((0, "Scenario mine: A test.\n  ok     1. a location (0.0 s)\n  ok     2. it is there (0.0 s)\n"),
                         (done.returncode, done.stdout[:done.stdout.rindex("Scenario")]))

    def test_a_server_that_ends_before_it_has_connected_ends_the_scenario(self):
        path = self.write({"name": "a server is ready", "wait": {"list": "processes"}, "within_seconds": 3600})
        for command, how in ((["true"], "ended with exit code 0"), (["sh", "-c", "exit 7"], "ended with exit code 7"),
                             (["sh", "-c", "kill -9 $$"], "was ended by signal 9"), (["no-such-program"], "ended with exit code 127")):
            with self.subTest(command):
                done = self.run_program("--scenario", path, "--", *command)
                self.assertEqual(1, done.returncode)
                self.assertTrue(done.stdout.endswith(
                    f"Scenario mine did not come to its end: its game server {how} before it had connected.\n"), done.stdout)

    def test_a_program_that_is_ended_has_not_passed(self):
        path = self.write({"name": "a long rest", "pause_seconds": 3600})
        with subprocess.Popen([PROGRAM, "--port", "0", "--scenario", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as program:
            self.assertEqual("Scenario mine: A test.\n", program.stdout.readline())
            program.terminate()
            self.assertIn("did not come to its end: the program was ended", program.stdout.read())
            self.assertEqual(1, program.wait(30))


if __name__ == "__main__":
    unittest.main()
