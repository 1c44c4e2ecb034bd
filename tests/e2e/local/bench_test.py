#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POST /_local/rule_set_bench: a rule set on trial, while the service goes on."""
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.error

from local import PROGRAM, Service, until

# Teams whose averages have to be equal: hard work, for as long as it is let.
HARD = {"name": "hard", "ruleLanguageVersion": "1.0", "playerAttributes": [{"name": "skill", "type": "number"}],
        "teams": [{"name": name, "minPlayers": 4, "maxPlayers": 4} for name in ("red", "blue")],
        "rules": [{"name": "equal", "type": "distance", "measurements": ["avg(teams[red].players.attributes[skill])"],
                   "referenceValue": "avg(teams[blue].players.attributes[skill])", "maxDistance": 0}]}


class Bench(unittest.TestCase):
    def setUp(self):
        self.service = Service("--clock-scale", "0")
        self.addCleanup(self.service.stop)

    def post(self, path, **body):
        with self.service.open("/_local/" + path, json.dumps(body).encode()) as answer:
            return json.load(answer)

    def get(self, bench):
        with self.service.open(f"/_local/rule_set_bench?token=none&id={bench}") as answer:
            return json.load(answer)

    def test_the_service_answers_while_one_runs_and_its_clock_stands_still(self):
        bench = self.post("rule_set_bench", rule_set=HARD, tickets={"count": 10000}, minutes=240)["bench_id"]
        before = self.get(bench)
        until(lambda: self.get(bench)["work_units"] > before["work_units"] + 1000000, 120)
        self.assertEqual("RUNNING", self.get(bench)["state"])
        self.service.call("CreateLocation", LocationName="custom-meanwhile")
        self.post("rule_set_bench/cancel", bench_id=bench)
        with self.assertRaises(urllib.error.HTTPError) as refusal:
            self.get(bench)
        with refusal.exception as error:
            self.assertEqual(404, error.code)

    def test_a_rule_set_as_text_and_drawn_tickets(self):
        body = {"rule_set": json.dumps(HARD | {"rules": []}), "tickets": {"count": 80, "seed": 5}, "minutes": 1,
                "arrival": {"kind": "per_second", "rate": 8}}
        first, second = (self.post("rule_set_bench", **body)["bench_id"] for _ in range(2))
        done = [until(lambda: answer if (answer := self.get(bench))["state"] == "DONE" else None, 120) for bench in (first, second)]
        self.assertEqual(10, done[0]["match_count"])
        self.assertEqual(0, done[0]["unmatched_count"])
        self.assertEqual({"red", "blue"}, done[0]["matches"][0]["teams"].keys())
        self.assertEqual(*({**answer, "bench_id": ""} for answer in done))

    def test_a_query_without_an_id_and_an_id_that_is_not_known_are_told(self):
        for query, status in (("", 400), ("?id=", 404), ("?id=bench-9", 404)):
            with self.subTest(query), self.assertRaises(urllib.error.HTTPError) as refusal:
                self.service.open("/_local/rule_set_bench" + query)
            with refusal.exception as error:
                self.assertEqual(status, error.code)


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.rules = self.write("rules.json", HARD | {"rules": [
            {"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 1}]})

    def write(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    def bench(self, *options):
        """The exit code, and what it says and complains of."""
        run = subprocess.run([PROGRAM, "bench", *options], capture_output=True, text=True, timeout=120, check=False)
        return run.returncode, run.stdout, run.stderr

    def test_what_came_of_it_is_told_in_lines_and_as_json(self):
        draws = self.write("draws.json", {"attributes": {"skill": {"kind": "choice", "values": [1, 50], "weights": [1, 0]}}})
        options = ("--tickets", "84", "--minutes", "2", "--per-second", "4", "--distribution", draws, self.rules)
        code, said, complaint = self.bench(*options)
        self.assertEqual((0, ""), (code, complaint))
        self.assertRegex(said, r"\A84 tickets came in [\d.]+ s, 80 were matched, in 10 matches. The time is over.\n"
                               r"time to match: half within [\d.]+ s, .*\n4 tickets have no match:\n"
                               r"(ticket-8[1-4] \(1 players, [\d.]+ s\): waiting for \d more players\n){4}\Z")
        code, said, complaint = self.bench("--json", *options)
        self.assertEqual((0, ""), (code, complaint))
        self.assertEqual((10, 4), (json.loads(said)["match_count"], json.loads(said)["unmatched_count"]))

    def test_the_rule_that_keeps_them_apart_is_named(self):
        code, said, _ = self.bench("--tickets", "9", "--minutes", "1", self.rules)
        self.assertEqual(0, code)
        self.assertRegex(said, r'rule "near" kept others away from 9 of them, the nearest by [\d.]+ too much\n')

    def test_what_is_wrong_is_one_sentence(self):
        long = self.write("long.json", "x" * 70000)
        for options, why in ((("/nowhere.json",), "cannot read /nowhere.json: No such file"), ((long,), "longer than 65535 bytes"),
                             (("--tickets", "x", self.rules), '--tickets takes a whole number from 1 to 10000, not "x"'),
                             (("--tickets", "10001", self.rules), "10000"), (("--minutes", "1000", self.rules), "240"),
                             (("--distribution", self.rules.parent, self.rules), "cannot read")):
            with self.subTest(why):
                code, said, complaint = self.bench(*options)
                self.assertEqual((2, ""), (code, said))
                self.assertRegex(complaint, r"\Agamelift-local: [^\n]*\n\Z")
                self.assertIn(why, complaint)


if __name__ == "__main__":
    unittest.main()
