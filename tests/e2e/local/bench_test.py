#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""POST /_local/rule_set_bench: a rule set on trial, while the service goes on."""
import json
import unittest
import urllib.error

from local import Service, until

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


if __name__ == "__main__":
    unittest.main()
