#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local bench, gamelift-local replay and bench_local: what is wrong with their arguments is one sentence."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from local import PROGRAM

RECORDING = pathlib.Path(__file__).resolve().parents[1] / "arena/smoke.jsonl"
BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])

BENCH = (
    ([], "bench takes one file, a rule set: see gamelift-local bench --help"),
    (["a", "b"], "bench takes one file, a rule set"),
    (["--nonsense", "FILE"], "--nonsense is no option, or takes no value: see gamelift-local bench --help"),
    (["-x", "FILE"], "-x is no option"),
    (["--json=yes", "FILE"], "--json=yes is no option, or takes no value"),
    (["--tickets"], "--tickets lacks its value: see gamelift-local bench --help"),
    (["--tickets", "x", "FILE"], '--tickets takes a whole number from 1 to 10000, not "x"'),
    (["--tickets", "0", "FILE"], '--tickets takes a whole number from 1 to 10000, not "0"'),
    (["--tickets", "1.5", "FILE"], '--tickets takes a whole number from 1 to 10000, not "1.5"'),
    (["--tickets", "10001", "FILE"], 'not "10001"'),
    (["--minutes", "0", "FILE"], '--minutes takes a number from 0.01 to 240, not "0"'),
    (["--minutes", "nan", "FILE"], 'not "nan"'),
    (["--minutes", "241", "FILE"], 'not "241"'),
    (["--per-second", "-3", "FILE"], '--per-second takes a number from 0.001 to 10000, not "-3"'),
    (["--per-second", "0", "FILE"], 'not "0"'),
    (["--seed", "0.5", "FILE"], '--seed takes a whole number from 0 to 9007199254740992, not "0.5"'),
    (["--seed", "", "FILE"], "--seed has an empty value"),
    (["/nowhere.json"], "cannot read /nowhere.json: No such file or directory"),
    (["/dev"], "cannot read /dev: Is a directory"),
    (["--distribution", "/nowhere.json", "FILE"], "cannot read /nowhere.json: No such file or directory"),
    (["--distribution", "SURPLUS", "FILE"], "is not JSON\n"),
    (["--distribution", "FILE", "FILE"], "is not JSON\n"),
    (["FILE"], "not JSON, line 1"),
)

REPLAY = (
    ([], "replay takes FILE -- COMMAND, a recording and the game server that it is played to: see gamelift-local replay --help"),
    ([RECORDING], "replay takes FILE -- COMMAND"),
    ([RECORDING, "true"], "replay takes FILE -- COMMAND"),
    ([RECORDING, "--"], "replay takes FILE -- COMMAND"),
    (["--nonsense", RECORDING, "--", "true"], "--nonsense is no option, or takes no value: see gamelift-local replay --help"),
    (["-x", RECORDING, "--", "true"], "-x is no option"),
    (["--wait"], "--wait lacks its value: see gamelift-local replay --help"),
    (["--wait", "x", RECORDING, "--", "true"], '--wait takes a number from 0.1 to 3600, not "x"'),
    (["--wait", "nan", RECORDING, "--", "true"], 'not "nan"'),
    (["/nowhere.jsonl", "--", "true"], "cannot read /nowhere.jsonl: No such file or directory"),
    (["/dev", "--", "true"], "cannot read /dev: Is a directory"),
    (["FILE", "--", "true"], "cannot be replayed: the first line is not that of a recording"),
    ([RECORDING, "--", "true"], "choose one with --process"),
    (["--process", "nobody", RECORDING, "--", "true"], "process nobody does not speak in it, but server-1"),
)

BENCH_LOCAL = (
    (["--nonsense"], '"--nonsense" is no option: see --help'),
    (["a", "b"], '"b" is one argument too many: see --help'),
    (["/nowhere/gamelift-local"], "/nowhere/gamelift-local did not start"),
)


class Arguments(unittest.TestCase):
    def run_(self, *command):
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)

    def each_is_one_sentence(self, command, cases, codes, speaker):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file, tempfile.NamedTemporaryFile("w") as surplus:
            print("no JSON", end="", file=file, flush=True)
            print("{} and more", file=surplus, flush=True)
            for arguments, words in cases:
                with self.subTest(arguments):
                    names = {"FILE": file.name, "SURPLUS": surplus.name}
                    done = self.run_(*command, *(names.get(str(one), one) for one in arguments))
                    self.assertIn(done.returncode, codes)
                    self.assertEqual("", done.stdout)
                    self.assertRegex(done.stderr, f"\\A{speaker}: [^\n]*\n\\Z")
                    self.assertIn(words, done.stderr)

    def test_bench(self):
        self.each_is_one_sentence([PROGRAM, "bench"], BENCH, {2}, "gamelift-local")

    def test_replay(self):
        self.each_is_one_sentence([PROGRAM, "replay"], REPLAY, {2}, "gamelift-local")

    def test_bench_local(self):
        self.each_is_one_sentence([BUILD / "bench_local"], BENCH_LOCAL, {1, 2}, "bench_local")

    def test_each_explains_itself(self):
        for command, word in (([PROGRAM, "bench"], "--distribution FILE"), ([PROGRAM, "replay"], "--process ID"),
                              ([BUILD / "bench_local"], "figure NAME VALUE UNIT")):
            for option in ("-h", "--help"):
                with self.subTest([*command, option]):
                    done = self.run_(*command, option)
                    self.assertEqual((0, ""), (done.returncode, done.stderr))
                    self.assertIn(word, done.stdout)
                    self.assertLessEqual(max(map(len, done.stdout.splitlines())), 120)

    def test_the_short_help_names_the_commands(self):
        told = self.run_(PROGRAM, "--help").stdout
        for command in ("bench --help", "replay --help"):
            self.assertIn(command, told)


if __name__ == "__main__":
    unittest.main()
