#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page in a real browser: what it shows, what it must never do with a name, how it fits, and how little it sends."""
import itertools
import json
import os
import unittest

from chromium import missing
from local import Server, Service, until
from workbench import DESKTOP, NARROW, PHONE, VIEWS, WIDE, Page, axe_faults, axe_source, many, one_match

LONG = bool(os.environ.get("GLIFT_LONG"))
MARKUP = "<img src=x onerror=\"window.planted=1;document.title='planted'\"><script>window.planted=1</script>"
HOSTILE = (MARKUP, "\u202edecalper eb ot\u202e אבגדהוזחט", "🦊👩‍👩‍👧‍👦" * 20, "W" * 600, "' onclick='window.planted=1")
LOOKS = tuple(itertools.product(("dark", "light"), (DESKTOP, PHONE)))


class Case(unittest.IsolatedAsyncioTestCase):
    OPTIONS = ("--match-settle", "0.1", "--match-tick", "0.1")

    @classmethod
    def setUpClass(cls):
        cls.page = Page()
        cls.addClassCleanup(cls.page.close)

    def setUp(self):
        self.service = self.page.service = Service(*self.OPTIONS)
        self.addCleanup(self.service.stop)
        self.addCleanup(self.page.leave)
        self.page.look_as()


@unittest.skipIf(missing(), missing())
class Shows(Case):
    async def test_a_page_that_was_opened_with_the_token_shows_it_with_whatever_it_asks(self):
        token = self.service.path / "token"
        token.write_text("a-token-of-24-characters\n")
        guarded = Service("--token", token)
        self.addCleanup(guarded.stop)
        self.page.service = guarded
        self.page.open("tickets", "?token=a-token-of-24-characters")
        self.page.wait_for("AWS_ACCESS_KEY_ID=a-token-of-24-characters")
        async with Server(guarded, "p-1") as server:
            await server.ready()
            self.page.go("processes/p-1")
            self.page.press("Terminate", "#detail")
            self.page.press("Terminate", "dialog")
            self.assertEqual("TerminateProcess", (await server.push())["Action"])
        self.page.driver.get(guarded.url)
        self.assertIn("/?token=TOKEN", self.page.text())

    def test_an_empty_service_says_what_to_do_next(self):
        self.page.open("processes")
        self.page.wait_for("export GAMELIFT_SDK_AUTH_TOKEN=" + self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"])
        self.assertIn("export GAMELIFT_SDK_FLEET_ID=" + self.service.environment["GAMELIFT_SDK_FLEET_ID"], self.page.text())
        self.assertIn("export GAMELIFT_SDK_WEBSOCKET_URL=" + self.service.environment["GAMELIFT_SDK_WEBSOCKET_URL"], self.page.text())
        self.page.go("sessions")
        self.assertIn("No game session is running", self.page.text())
        self.page.go("tickets")
        self.assertIn("aws --endpoint-url " + self.service.url, self.page.text())
        self.assertIn("start-matchmaking", self.page.text())
        self.page.open("tickets", "?token=$(touch+planted)-of-another")  # what is shown is typed into a shell
        self.page.wait_for("start-matchmaking")
        self.assertNotIn("planted", self.page.text())

    async def test_a_match_is_seen_in_each_of_its_places(self):
        async with Server(self.service, "arena-1") as server:
            session_id = await one_match(self.service, server)
            self.page.open("overview")
            self.page.wait_for("1 game session with 1 player.")
            self.page.go("sessions")
            self.page.wait_for("2 of 8")
            self.page.press("Match of arena-1", ".list")
            self.page.wait_for("in game", "#detail")
            self.assertIn("nova", self.page.text("#detail"))
            self.assertIn("map=canyon", self.page.text("#detail"))
            self.page.open("sessions/" + session_id)  # the address can be shared
            self.page.wait_for("in game", "#detail")
            await server.ask("TerminateServerProcess")
            self.page.wait_for("terminated", "#detail")
            self.page.go("processes")
            self.page.wait_for("gone", ".list")

    async def test_news_do_not_rebuild_the_page(self):
        async with Server(self.service, "arena-1") as server:
            session_id = await one_match(self.service, server)
            self.page.open("sessions/" + session_id)
            self.page.wait_for("in game", "#detail")
            self.page.driver.execute_script(
                "window.added = 0; new MutationObserver(list => list.forEach(m => added += m.addedNodes.length))"
                ".observe(document.querySelector('#main'), { childList: true, subtree: true })")
            self.service.call("UpdateGameSession", GameSessionId=session_id, Name="another name")
            self.page.wait_for("another name", ".list")
            self.assertEqual(0, self.page.driver.execute_script("return window.added"))

    def test_a_service_that_is_gone_is_said_to_be_gone(self):
        self.page.open("overview")
        self.service.popen.terminate()
        self.page.wait_for("does not answer", "#problem")

    async def test_messages_are_paired_and_can_be_filtered(self):
        async with Server(self.service, "arena-1") as server:
            await one_match(self.service, server)
            self.page.open("messages")
            self.page.wait_for("ActivateGameSession", ".list")
            self.page.press("Pause", ".view-head")
            self.page.press("AcceptPlayerSession", ".list")
            self.page.wait_for("\"StatusCode\": 200", "#detail")
            self.assertIn("Request", self.page.text("#detail"))
            self.assertIn("Answer", self.page.text("#detail"))
            self.page.press("API calls", ".filters")
            self.page.settle()
            self.assertNotIn("AcceptPlayerSession", self.page.text(".list"))
            self.assertIn("CreateGameSession", self.page.text(".list"))
            self.assertNotIn(self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"], self.page.text())


@unittest.skipIf(missing(), missing())
class Safe(Case):
    """Names of any kind, in each field where one can be set."""

    async def plant(self, server):
        await server.ready()
        name = HOSTILE[0]
        self.service.create_session(seats=8, Name=name, GameSessionData=name, CreatorId=name, GameProperties=[
            {"Key": text[:32], "Value": text[:96]} for text in HOSTILE])
        session_id = (await server.push())["GameSessionId"]
        await server.ask("ActivateGameSession", GameSessionId=session_id)
        for text in HOSTILE:
            seat = self.service.call("CreatePlayerSession", GameSessionId=session_id, PlayerId=text, PlayerData=text)["PlayerSession"]
            await server.ask("AcceptPlayerSession", GameSessionId=session_id, PlayerSessionId=seat["PlayerSessionId"])
            self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": text}])
            self.service.call("UpdateGameSession", GameSessionId=session_id, Name=text)
        await server.ask("AcceptPlayerSession", GameSessionId=session_id, PlayerSessionId=MARKUP)
        return session_id

    def plant_matchmaking(self):
        """The longest names that there may be, in links and before figures."""
        rules = [{"name": name, "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 1}
                 for name in ("a rule of many words " * 12, "R" * 256)]
        body = {"ruleLanguageVersion": "1.0", "playerAttributes": [{"name": "skill", "type": "number"}], "rules": rules,
                "teams": [{"name": MARKUP, "minPlayers": 2, "maxPlayers": 2}]}
        self.service.call("CreateMatchmakingRuleSet", Name="r" * 128, RuleSetBody=json.dumps(body))
        self.service.call("CreateMatchmakingConfiguration", Name="c" * 128, RuleSetName="r" * 128, RequestTimeoutSeconds=600,
                          AcceptanceRequired=False, FlexMatchMode="STANDALONE", Description=MARKUP)
        for skill in (1, 5):
            self.service.call("StartMatchmaking", ConfigurationName="c" * 128, TicketId=str(skill) * 128, Players=[
                {"PlayerId": HOSTILE[skill % 5], "PlayerAttributes": {"skill": {"N": skill}}}])
        until(lambda: sum(bool(ticket["kept_out_by"]) for ticket in self.service.state()["tickets"]) == 2,
              what="what keeps the tickets apart")

    async def test_hostile_names_run_no_script_and_break_no_layout(self):
        async with Server(self.service, "P" * 120, sdkLanguage="<b>C</b>") as server, Server(self.service, MARKUP[:120]):
            session_id = await self.plant(server)
            self.plant_matchmaking()
            self.page.open()
            faults = []
            for size in (DESKTOP, NARROW):
                for place in (*VIEWS, "sessions/" + session_id, *self.page.firsts(
                        "tickets", "processes", "players", "fleets", "messages", "configurations", "rule-sets")):
                    faults += self.page.quick_look(place, size, "dark", "hostile")
                    heights = self.page.driver.execute_script(
                        "return [...new Set([...document.querySelectorAll('.list-row')].map((row) => row.offsetHeight))]")
                    if len(heights) > 1:
                        faults.append(f"{place}: rows of heights {heights}")
            self.assertEqual([], faults)
            self.page.go("sessions/" + session_id)
            self.assertIn("decalper", self.page.text("#detail"))
            self.assertEqual([], self.page.driver.find_elements("css selector", "#main img, #detail img, script:not([src])"))
            self.assertIsNone(self.page.driver.execute_script("return window.planted ?? null"))
            self.assertNotIn("planted", self.page.driver.title)


@unittest.skipIf(missing(), missing())
class Fits(Case):
    """Every view in light and dark, on a phone and on a desk, with 0 and 3 sessions (1,000: workbench_many_test.py).

    The pictures are to be looked at. With GLIFT_LONG there is one of each; else those that say the same are left out.
    """

    def looks(self, count, looks=LOOKS, views=VIEWS):
        self.page.open()
        return [fault for theme, size in looks for view in views for fault in self.page.quick_look(view, size, theme, count)]

    def check_axe(self):
        source, why = axe_source()
        if source is None:
            self.skipTest(why)
        faults = []
        places = self.places()
        for theme, size in LOOKS if LONG else (("dark", DESKTOP), ("light", PHONE)):
            self.page.look_as(size, theme)
            for view in places:
                self.page.go(view)
                faults += [f"{view} {theme} {size[0]}: {fault}" for fault in axe_faults(self.page, source)]
        self.assertEqual([], faults)

    def places(self):
        return (*VIEWS, *self.page.firsts("sessions", "processes", "tickets", "messages", "fleets"))

    def test_nothing_at_all(self):
        self.assertEqual([], self.looks(0, LOOKS if LONG else (("light", DESKTOP), ("dark", PHONE))))

    async def test_three_sessions(self):
        servers, _ = await many(self.service, 3)
        self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": "kestrel"}])
        await servers[2].ask("TerminateServerProcess")
        self.assertEqual([], self.looks(3))
        self.assertEqual([], self.looks(3, (("dark", WIDE), ("dark", NARROW)), ("overview", "messages", "processes", *self.page.firsts("sessions", "tickets"))))
        self.check_axe()


if __name__ == "__main__":
    unittest.main()
