#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard in a real browser: what it shows, what it must never do with a player's name, and how it fits."""
import json
import os
import pathlib
import unittest

from chromium import browser, missing
from local import Server, Service, until

HOSTILE = "<img src=x onerror=\"document.title='run'\">"


@unittest.skipIf(missing(), missing())
class Dashboard(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.service = Service("--match-settle", "0.1", "--match-tick", "0.1")
        self.addCleanup(self.service.stop)
        self.browser = browser(1280, 800)
        self.addCleanup(self.browser.quit)

    async def test_a_page_that_was_opened_with_the_token_shows_it_with_whatever_it_asks(self):
        token = self.service.path / "token"
        token.write_text("a-token-of-24-characters\n")
        guarded = Service("--token", token)
        self.addCleanup(guarded.stop)
        self.browser.get(guarded.url + "/?token=a-token-of-24-characters")
        async with Server(guarded, "p-1") as server:
            await server.ready()
            self.wait_for("processes", "p-1")
            self.browser.find_element("xpath", "//button[text()='terminate']").click()
            self.assertEqual("TerminateProcess", (await server.push())["Action"])
        self.assertIn("AWS_ACCESS_KEY_ID=a-token-of-24-characters", self.text("tickets"))
        self.browser.get(guarded.url)
        self.assertIn("/?token=TOKEN", self.browser.find_element("tag name", "body").text)

    def look(self, width, height):
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        self.browser.get(self.service.url)

    def text(self, section):
        return self.browser.find_element("id", section).text

    def wait_for(self, section, text):
        until(lambda: text in self.text(section), 15, f"#{section} shows {text!r}")

    def fits(self):
        return self.browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")

    async def bring_in_players(self, server):
        """A session with a player in game, one reserved, one gone, and a backfill."""
        await server.ready()
        for number, players in enumerate((["nova", HOSTILE], ["gone"])):
            self.service.call("StartMatchmaking", ConfigurationName="arena", TicketId=f"t-{number}",
                              Players=[{"PlayerId": player} for player in players])
        push = await server.push()
        session = push["GameSessionId"]
        await server.ask("ActivateGameSession", GameSessionId=session)
        described = self.service.call("DescribePlayerSessions", GameSessionId=session)
        seats = {seat["PlayerId"]: seat["PlayerSessionId"] for seat in described["PlayerSessions"]}
        for player in ("nova", "gone"):
            await server.ask("AcceptPlayerSession", GameSessionId=session, PlayerSessionId=seats[player])
        await server.ask("RemovePlayerSession", GameSessionId=session, PlayerSessionId=seats["gone"])
        await server.ask(
            "StartMatchBackfill", GameSessionArn=session, TicketId="b-1",
            MatchmakingConfigurationArn=json.loads(push["MatchmakerData"])["matchmakingConfigurationArn"],
            Players=[{"PlayerId": "nova", "Team": "players"}, {"PlayerId": HOSTILE, "Team": "players"}])

    def test_an_empty_service_says_what_to_do_next(self):
        self.look(1280, 900)
        self.wait_for("processes", "export GAMELIFT_SDK_AUTH_TOKEN=" + self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"])
        self.assertIn("export GAMELIFT_SDK_FLEET_ID=" + self.service.environment["GAMELIFT_SDK_FLEET_ID"], self.text("processes"))
        self.assertIn("No game session is running", self.text("sessions"))
        self.assertIn("aws --endpoint-url " + self.service.url, self.text("tickets"))
        self.assertIn("start-matchmaking", self.text("tickets"))
        self.browser.get(self.service.url + "/?token=$(touch+planted)-of-another")  # what is shown is typed into a shell
        self.wait_for("tickets", "start-matchmaking")
        self.assertNotIn("planted", self.text("tickets"))

    def check_match(self, width, height):
        self.look(width, height)
        self.wait_for("sessions", "Backfill searching")
        self.assertIn("arena-1", self.text("processes"))
        self.assertIn("2 of 8 seats", self.text("sessions"))
        self.assertIn("in game", self.text("sessions"))
        self.assertIn("waiting for a new player", self.text("tickets"))
        self.assertIn(HOSTILE, self.text("players"))
        self.assertEqual([], self.browser.find_elements("css selector", "main img"))
        self.assertNotEqual("run", self.browser.title)
        self.assertTrue(self.fits(), "the page is wider than its window")
        self.assertEqual([], self.browser.get_log("browser"))
        folder = pathlib.Path(os.environ["GLIFT_BUILD"]) / "screenshots"
        folder.mkdir(exist_ok=True)
        self.browser.save_screenshot(str(folder / f"dashboard-{width}.png"))

    async def test_a_match_is_seen_at_both_widths_and_names_stay_text(self):
        async with Server(self.service, "arena-1") as server:
            await self.bring_in_players(server)
            for width, height in ((1280, 1200), (390, 844)):
                with self.subTest(width=width):
                    self.check_match(width, height)

    async def test_polling_does_not_rebuild_the_page(self):
        async with Server(self.service, "arena-1") as server:
            await self.bring_in_players(server)
            self.look(1280, 900)
            self.wait_for("sessions", "Backfill searching")
            self.browser.execute_script(
                "window.added = 0; new MutationObserver(list => list.forEach(m => added += m.addedNodes.length))"
                ".observe(document.body, { childList: true, subtree: true })")
            before = self.text("sessions")
            until(lambda: self.text("sessions") != before, 10, "the clocks move")
            self.assertEqual(0, self.browser.execute_script("return window.added"))

    def test_a_service_that_is_gone_is_said_to_be_gone(self):
        self.look(1280, 900)
        self.wait_for("live", "ws://")
        self.service.popen.terminate()
        self.wait_for("problem", "does not answer")


if __name__ == "__main__":
    unittest.main()
