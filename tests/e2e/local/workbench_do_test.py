#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the page can do: its dialogs against servers that are connected, its commands in a shell, all of it by keyboard."""
import json
import subprocess
import unittest

from chromium import missing
from local import Server, Service, until
from workbench import Page, one_match

try:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
except ImportError:
    ActionChains = Keys = None


@unittest.skipIf(missing(), missing())
class Do(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--match-settle", "0.1", "--match-tick", "0.1", "--seed", "5")  # ids outlive the reset
        cls.addClassCleanup(cls.service.stop)
        cls.page = Page(cls.service)
        cls.addClassCleanup(cls.page.close)
        cls.page.driver.execute_cdp_cmd("Browser.grantPermissions", {
            "origin": cls.service.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})

    def tearDown(self):
        self.assertEqual([], self.page.console())
        self.service.control("reset")

    def copied(self):
        return self.page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")

    async def test_sessions_and_players(self):
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.page.open("sessions")
            self.page.press("Create session")
            self.page.fill("seats", "4")
            self.page.fill("name", "made by hand")
            self.page.fill("properties", "map=canyon\nmode=ctf")
            self.page.press("Create", "dialog")
            push = await server.push()
            self.assertEqual(("made by hand", 4, "ctf"), (push["GameSessionName"], push["MaximumPlayerSessionCount"], push["GameProperties"]["mode"]))
            await server.ask("ActivateGameSession", GameSessionId=push["GameSessionId"])
            self.page.wait_for("active", "#detail")
            self.page.press("Add players", "#detail")
            self.page.fill("players", "ada\nnova")
            self.page.press("Reserve", "dialog")
            self.page.wait_for("reserved", "#detail .lanes")
            self.page.press("End the session", "#detail")
            self.page.press("End the session", "dialog")
            self.assertEqual("TerminateProcess", (await server.push())["Action"])

    async def test_matchmaking_and_backfill(self):
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.page.open("tickets")
            self.page.press("Start matchmaking")
            self.page.fill("players", "ada skill=27\nnova skill=25")
            self.page.press("Start", "dialog")
            push = await server.push()
            await server.ask("ActivateGameSession", GameSessionId=push["GameSessionId"])
            self.page.wait_for("completed", ".list")
            self.page.go("sessions/" + push["GameSessionId"])
            self.page.press("Backfill", "#detail")
            self.page.press("Start", "dialog")
            self.page.wait_for("Backfill", "#detail .note")
            ticket = next(t for t in self.service.state()["tickets"] if t["kind"] == "backfill")
            self.assertEqual({"ada", "nova"}, {player["player_id"] for player in ticket["players"]})

    async def test_placements(self):
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.page.open("placements")
            self.page.press("Start a placement")
            self.page.fill("id", "by-hand")
            self.page.fill("players", "ada")
            self.page.press("Start", "dialog")
            await server.ask("ActivateGameSession", GameSessionId=(await server.push())["GameSessionId"])
            self.page.wait_for("fulfilled", "#detail")

    async def test_processes_and_the_clock(self):
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.page.open("processes/p-1")
            self.page.press("Refresh", "#detail")
            self.assertEqual("RefreshConnection", (await server.push())["Action"])
            before = self.service.state()["now_unix_ms"]
            self.page.driver.find_element("css selector", "#top .clock").click()
            self.page.fill("amount", "2")
            self.page.press("Jump", "dialog")
            until(lambda: self.service.state()["now_unix_ms"] - before >= 2000, 20, "the clock has jumped")
            self.page.press("Terminate", "#detail")
            self.page.press("Cancel", "dialog")  # it asks first
            self.assertEqual("READY", self.service.process("p-1")["state"])
            self.page.press("Drop", "#detail")
            self.page.press("Cut it", "dialog")
            until(lambda: not self.service.process("p-1")["connected"], 20, "the connection is cut")

    def test_what_is_refused_stands_in_the_dialog(self):
        self.page.open("sessions")
        self.page.press("Create session")
        self.page.press("Create", "dialog")
        self.page.wait_for("process", "dialog .error")
        self.page.press("Cancel", "dialog")
        self.assertRegex(" ".join(self.page.console()), "400")

    def test_a_call_of_the_log_runs_in_a_shell_as_it_was(self):
        name = "it's <b>\"odd\"</b> $(touch planted) `x` \\ ünïcode"
        self.service.call("SearchGameSessions", FleetId=self.service.fleet, FilterExpression="hasAvailablePlayerSessions=true")
        self.service.call("UpdateFleetAttributes", FleetId=self.service.fleet, Description=name)
        self.page.open("messages?action=UpdateFleetAttributes")
        self.page.press("Pause")
        self.page.press("UpdateFleetAttributes", ".list")
        self.page.press("Copy as aws command", "#detail")
        command = until(lambda: "update-fleet-attributes" in self.copied() and self.copied(), 20, "the command is copied")
        self.service.call("UpdateFleetAttributes", FleetId=self.service.fleet, Description="another")
        run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=120, check=False, cwd=self.service.path,
                             env={"PATH": "/usr/bin:/bin", "HOME": str(self.service.path)})
        self.assertEqual((0, ""), (run.returncode, run.stderr))
        fleet = self.service.call("DescribeFleetAttributes", FleetIds=[self.service.fleet])["FleetAttributes"][0]
        self.assertEqual(name, fleet["Description"])
        self.page.press("Copy as JSON", "#detail")
        entries = until(lambda: self.copied().startswith("[") and json.loads(self.copied()), 20, "the JSON is copied")
        self.assertEqual(["UpdateFleetAttributes"] * 2, [entry["action"] for entry in entries])


@unittest.skipIf(missing(), missing())
class Keyboard(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.stop)
        self.page = Page(self.service)
        self.addCleanup(self.page.close)

    def press(self, *keys):
        for key in keys:
            ActionChains(self.page.driver).send_keys(key).perform()
        self.page.settle()

    def at(self):
        return self.page.driver.execute_script("return location.hash")

    def focused(self):
        return self.page.driver.execute_script("return document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || document.activeElement.tagName")

    async def test_everything_can_be_done_without_a_mouse(self):
        async with Server(self.service, "p-1") as first, Server(self.service, "p-2") as second:
            await one_match(self.service, first)
            await second.ready()
            self.page.open()
            self.press("g", "p")
            self.assertEqual("#/processes", self.at())
            self.press("j", "j")
            row = self.focused()
            self.press(Keys.ENTER)
            self.page.wait_for(row, "#detail h2")
            self.press("k")  # with the pane open, the keys lead from one to the next
            until(lambda: row not in self.page.text("#detail h2"), 20, "the pane shows the other one")
            self.press(Keys.ESCAPE)
            self.assertEqual("#/processes", self.at())
            self.press("/", *"p-2", Keys.ENTER)
            until(lambda: self.at() == "#/processes?text=p-2", 20, "the search is in the address")
            until(lambda: self.focused() == "p-2", 20, "the row that was found has the focus")
            self.press(Keys.ESCAPE)
            self.assertEqual("#/processes", self.at())
            self.press("?")
            self.assertIn("Next, previous row", self.page.text("dialog"))
            self.press(Keys.ESCAPE)
            self.page.wait_gone("dialog")
            self.press("t")
            self.assertEqual("light", self.page.driver.execute_script("return document.documentElement.dataset.theme"))
            self.press("g", "m", " ")
            self.assertIn("Follow", self.page.text(".view-head"))
            self.press("g", "s")
            self.tab_to("Create session")
            self.press(Keys.ENTER)
            self.page.wait_for("Create a game session", "dialog h2")
            self.press(Keys.TAB, Keys.TAB, *"by keyboard", Keys.ENTER)
            self.assertEqual("by keyboard", (await second.push())["GameSessionName"])

    def tab_to(self, text):
        for _ in range(80):
            if self.focused() == text:
                return
            ActionChains(self.page.driver).send_keys(Keys.TAB).perform()
        self.fail(f"Tab does not come to {text!r}")


if __name__ == "__main__":
    unittest.main()
