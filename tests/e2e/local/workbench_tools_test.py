#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where something is tried out: the rule-set bench, faults on purpose, and a recording that is opened in the page."""
import unittest

import websockets

from chromium import missing
from local import Server, Service, until
from workbench import DESKTOP, PHONE, Page, axe_faults, axe_source, one_match


class Tools(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--match-settle", "0.1", "--match-tick", "0.1", "--seed", "5")
        cls.addClassCleanup(cls.service.stop)
        cls.page = Page(cls.service)
        cls.addClassCleanup(cls.page.close)

    def check_looks(self, what):
        """A picture in both themes and sizes; axe finds nothing."""
        source, why = axe_source()
        for size, theme in ((DESKTOP, "dark"), (PHONE, "light")):
            self.page.look_as(size, theme)
            self.page.settle()
            self.page.picture(f"{what}-{theme}-{size[0]}")
            self.assertEqual([], self.page.is_too_wide())
            if source:
                self.assertEqual([], axe_faults(self.page, source))
        self.page.look_as()
        self.assertEqual([], self.page.console())
        if source is None:
            print("\nwithout axe-core:", why)

    def set(self, selector, value):
        self.page.driver.execute_script("""
            const field = document.querySelector(arguments[0]);
            field.value = arguments[1];
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.dispatchEvent(new Event("change", { bubbles: true }));""", selector, value)


@unittest.skipIf(missing(), missing())
class Bench(Tools):
    def test_a_rule_set_is_tried_and_the_result_says_what_matched_and_what_did_not(self):
        self.page.open("bench")
        before = self.service.state()
        self.page.press("Run the bench")
        self.page.wait_for("Time to match", ".bench-result")
        self.page.wait_for("done", ".bench-state")
        for words in ("closeSkill", "Never matched", "Matches", "Half wait less than"):
            self.assertIn(words, self.page.text(".bench-result"))
        self.assertEqual(before["tickets"], self.service.state()["tickets"])  # the live service is not touched
        self.check_looks("bench-done")

    def test_one_of_the_services_rule_sets_can_be_taken(self):
        self.page.open("bench")
        name = self.service.call("DescribeMatchmakingRuleSets")["RuleSets"][0]["RuleSetName"]
        self.page.wait_for(name, "#bench-from")
        self.set("#bench-from", name)
        self.page.driver.execute_async_script("setTimeout(arguments[0], 300)")
        body = self.page.driver.execute_script("return document.querySelector('#bench-rule-set').value")
        self.assertIn('"teams"', body)
        self.page.press("Run the bench")
        self.page.wait_for("done", ".bench-state")

    def test_what_is_wrong_with_it_stands_beside_the_button(self):
        self.page.open("bench")
        self.set("#bench-rule-set", "{")
        self.page.press("Run the bench")
        self.page.wait_for("no JSON", ".bench .error")
        self.set("#bench-rule-set", '{"name":"x","ruleLanguageVersion":"1.0","teams":[]}')
        self.page.press("Run the bench")
        self.page.wait_for("teams", ".bench .error")
        self.assertRegex(" ".join(self.page.console()), "400")


@unittest.skipIf(missing(), missing())
class Faults(Tools):  # S79, S85
    def setUp(self):
        self.addCleanup(self.service.control, "faults/clear")

    def choose(self, name):
        self.page.go("faults")
        self.page.wait_for(name, ".fault-cards")
        self.page.driver.execute_script("""
            const card = [...document.querySelectorAll(".fault-cards li")].find((one) => one.querySelector("h2").innerText === arguments[0]);
            card.querySelector("button").click();""", name)

    async def test_a_fault_is_switched_on_seen_on_every_view_and_taken_back(self):
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.page.open("faults")
            self.choose("Refused requests")
            self.page.fill("parameter status_code", "418")
            self.page.fill("scope process_id", "p-1")
            self.page.press("Switch it on", "dialog")
            self.page.wait_for("refused requests", "#alerts")
            self.assertEqual(418, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])
            self.page.wait_for("1 hit", ".faults-on")
            self.check_looks("faults-on")
            self.page.go("sessions")
            self.assertIn("1 fault is on", self.page.text("#alerts"))
            self.page.press("Take all back", "#alerts")
            until(lambda: not self.page.text("#alerts"), 60, "the banner is gone")
            self.assertEqual(200, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])

    async def test_what_is_wrong_with_a_fault_stands_in_its_dialog(self):
        self.page.open("faults")
        self.choose("Slow answers")
        self.page.fill("parameter milliseconds", "0")
        self.page.driver.execute_script("document.querySelector('dialog form').noValidate = true")
        self.page.press("Switch it on", "dialog")
        self.page.wait_for("milliseconds", "dialog .error")
        self.page.press("Cancel", "dialog")
        self.assertRegex(" ".join(self.page.console()), "400")

    async def test_processes_are_interrupted_and_tokens_expire_where_they_are_shown(self):
        async with Server(self.service, "p-2") as server:
            await server.ready()
            self.page.open("processes/p-2")
            self.page.press("Interrupt", "#detail")
            self.page.press("Interrupt", "dialog")
            self.assertEqual("TerminateProcess", (await server.push())["Action"])
            self.page.go(self.page.first("computes"))
            self.page.press("Expire its tokens", "#detail")
            self.page.press("Expire them", "dialog")
            self.page.wait_for("have expired", "#toast")
            with self.assertRaises(websockets.InvalidStatusCode):
                await Server(self.service, "p-3").connect()
            self.service.control("reset")  # with the first tokens


@unittest.skipIf(missing(), missing())
class Recording(Tools):
    async def record(self):
        service = Service("--record", self.service.path / "session.jsonl")
        async with Server(service, "arena-1") as server:
            await one_match(service, server)
            await server.ask("HeartbeatServerProcess", HealthStatus=True)
            await server.ask("AcceptPlayerSession", GameSessionId="none", PlayerSessionId="none")
        self.assertEqual(0, service.stop())
        return self.service.path / "session.jsonl"

    async def test_a_recording_is_opened_and_scrubbed(self):
        path = await self.record()
        self.page.open("recording")
        self.page.wait_for("gamelift-local --demo --record")
        self.page.driver.find_element("css selector", "input[type=file]").send_keys(str(path))
        self.page.wait_for("ActivateGameSession", ".list")
        self.set(".scrubber input", "1000")
        self.page.wait_for("1 refusal", ".scrubber")
        self.page.wait_for("1 game session started", ".scrubber")
        self.page.press("HeartbeatServerProcess", ".list")
        self.page.wait_for("\"HealthStatus\": true", "#detail")
        self.check_looks("recording-open")


if __name__ == "__main__":
    unittest.main()
