#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the page does when something is refused or gone, and that it speaks the server's protocol.

How a person plays is in browser_test.py.
"""
import os
import pathlib
import signal
import types
import unittest
import urllib.parse

from chromium import browser, missing
from runner.arena import Arena
from runner.process import STOP_TIMEOUT_S

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
ROOT = pathlib.Path(__file__).resolve().parents[3]


def server_that_listens_on(port):
    """The process, found as the kernel knows it."""
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    inode = next(fields[9] for fields in map(str.split, lines)
                 if fields[1].endswith(f":{port:04X}") and fields[3] == "0A")
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if os.readlink(link) == f"socket:[{inode}]":
                return int(link.parts[2])
        except OSError:
            continue
    raise AssertionError(f"nobody listens on {port}")


def start_arena(logs):
    arena = Arena(types.SimpleNamespace(build_dir=BUILD, service_port=0, lobby_port=0, bots=2, logs=logs))
    arena.start_service()
    arena.start_lobby()
    return arena


@unittest.skipIf(missing(), missing())
class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.arena = start_arena("run-page")
        cls.addClassCleanup(cls.arena.stop)
        cls.arena.start_bots("bots", 2)
        cls.driver = browser(1280, 720)
        cls.addClassCleanup(cls.driver.quit)

    def look(self, what):
        return self.driver.execute_script(f"return window.arena.{what}")

    def open(self, query=""):
        self.driver.get(f"{self.arena.lobby_url}/{query}")

    def test_a_seat_that_nobody_reserved_is_refused_with_the_reason(self):
        self.open()
        session = self.arena.until("a session is active", 15, lambda: next(
            (s for s in self.arena.service.state()["game_sessions"] if s["status"] == "ACTIVE"), None))
        code, reason = self.driver.execute_async_script("""
            const [url, done] = arguments;
            new WebSocket(url).onclose = (event) => done([event.code, event.reason]);""",
            f"ws://127.0.0.1:{session['port']}/?PlayerSessionId=psess-nobody")
        self.assertEqual(4000, code)
        self.assertEqual("there is no seat reserved for you here", reason)

    def test_who_leaves_is_back_in_the_lobby_and_his_seat_is_free(self):
        self.open("?autoplay=1&name=ida")
        self.arena.until("the player is in the arena", 10, lambda: self.look("connected"))
        seat_id = self.look("playerSessionId")
        self.driver.find_element("id", "leave").click()
        self.arena.until("back in the lobby", 5, lambda: self.look("screen") == "lobby")
        self.assertFalse(self.look("result.failed"))
        self.arena.until("the seat is free", 10, lambda: [
            seat for seat in self.arena.service.state()["player_sessions"]
            if seat["player_session_id"] == seat_id and seat["status"] == "COMPLETED"])

    def told(self, call):
        """What the page says of this call: its state, and the sentence."""
        return self.driver.execute_script("""
            const item = document.querySelector(`#story [data-call="${arguments[0]}"]`);
            return item && [item.dataset.done ?? "", item.querySelector("span").textContent];""", call)

    def test_who_leaves_is_told_what_the_server_does_then(self):
        self.open("?autoplay=1&name=ida")
        self.arena.until("the player is in the arena", 10, lambda: self.look("connected"))
        self.assertEqual("", self.told("RemovePlayerSession")[0])
        self.driver.find_element("id", "leave").click()
        self.arena.until("back in the lobby", 5, lambda: self.look("screen") == "lobby")
        self.assertEqual(
            ["true", "Your connection is closed; the server gives your seat back to GameLift."],
            self.told("RemovePlayerSession"))

    def test_the_lobby_leads_to_the_dashboard(self):
        self.open()
        link = self.driver.find_element("css selector", "#dashboard a")
        self.arena.until("the dashboard is known", 10, link.is_displayed)
        self.assertEqual(self.arena.service.url, link.get_attribute("href"))

    def test_who_gives_no_name_plays_under_the_one_that_is_suggested(self):
        self.open()
        self.driver.execute_script("localStorage.clear()")
        self.open()
        suggested = self.driver.find_element("id", "name").get_attribute("placeholder")
        self.driver.find_element("id", "play").click()
        self.arena.until("the player is in the arena", 60, lambda: self.look("connected"))
        self.assertRegex(suggested, "\\A[a-z]{3}\\Z")
        self.assertEqual(suggested, self.driver.execute_script("return localStorage.getItem('arena.name')"))
        self.driver.find_element("id", "leave").click()
        self.arena.until("back in the lobby", 60, lambda: self.look("screen") == "lobby")

    def test_a_name_that_cannot_be_shown_is_refused_before_a_ticket_is_made(self):
        self.open("?autoplay=1&name=" + urllib.parse.quote("\u200b\u202e"))
        self.arena.until("the lobby objects", 5, lambda: self.look("error"))
        self.assertEqual("Please enter a name.", self.look("error"))
        self.assertTrue(self.driver.find_element("id", "retry").is_displayed())

    def test_the_page_speaks_the_protocol_with_the_golden_bytes(self):
        self.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # the check is no part of the page
        self.open()
        check, vectors = [(ROOT / "tests/spec" / name).read_text()
                          for name in ("arena_protocol_check.mjs", "arena_protocol_vectors.json")]
        complaints = self.driver.execute_async_script("""
            const [text, vectors, done] = arguments;
            const module = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
            Promise.all([import(module), import("/protocol.js"), import("/movement.js")])
              .then(([{ checkPage }, ...parts]) => done(checkPage(...parts, JSON.parse(vectors))),
                (error) => done([String(error)]));""",
            check, vectors)
        self.assertEqual([], complaints)

    def test_the_page_claims_no_call_of_a_server_that_was_killed(self):
        self.open("?autoplay=1&name=ida")
        self.arena.until("the player is in the arena", 10, lambda: self.look("connected"))
        session = next(s for s in self.arena.service.state()["game_sessions"]
                       if s["game_session_id"] == self.look("sessionId"))
        os.kill(server_that_listens_on(session["port"]), signal.SIGKILL)
        self.arena.until("back in the lobby", 10, lambda: self.look("screen") == "lobby")
        state, sentence = self.told("RemovePlayerSession")
        self.assertEqual("failed", state)
        self.assertEqual(
            "The connection was lost: what the server still told GameLift, if it lives, is not known here.", sentence)
        self.assertIsNone(self.told("ProcessEnding"))
        self.arena.until("GameLift has recorded a crash", 10, lambda: any(
            "CRASHED" in event["code"] for event in self.arena.service.state()["events"]))


@unittest.skipIf(missing(), missing())
class PageWithoutService(unittest.TestCase):
    def test_the_player_is_told_that_the_service_is_gone_and_can_retry(self):
        arena = start_arena("run-page-alone")
        self.addCleanup(arena.stop)
        service = arena.processes.pop(0)
        service.ask_to_stop()
        service.wait(STOP_TIMEOUT_S)

        driver = browser(1280, 720)
        self.addCleanup(driver.quit)
        driver.get(arena.lobby_url + "/?autoplay=1&name=mia")
        error = arena.until("the error is shown", 10, lambda: driver.execute_script("return window.arena.error"))
        self.assertRegex(error, "The matchmaking service at .* does not answer")
        self.assertTrue(driver.find_element("id", "retry").is_displayed())


if __name__ == "__main__":
    unittest.main()
