#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A person at the lobby page, in headless Chromium: plays, sees GameLift at work, leaves.

Leaves pictures in <build>/screenshots.
"""
import os
import pathlib
import time
import types
import unittest

import run
from chromium import browser, missing

if missing() is None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])


# Panels of the game that cover each other, and texts that do not fit into their panel.
COLLISIONS = """
    const shown = ["gamelift", "clock", "notices", "kills", "own", "stats", "scores"].map((id) => document.getElementById(id))
      .map((element) => [element, element.getBoundingClientRect()]).filter(([, box]) => box.width * box.height > 0);
    const found = [];
    shown.forEach(([one, a], index) => {
      for (const [other, b] of shown.slice(index + 1)) {
        if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) {
          found.push(`${one.id} and ${other.id}`);
        }
      }
      for (const part of one.querySelectorAll(".panel :is(p, li, button)")) {
        if (part.getClientRects().length && part.scrollWidth > part.clientWidth + 1) found.push(part.textContent);
      }
    });
    return found;"""


@unittest.skipIf(missing(), missing())
class Person(unittest.TestCase):
    def setUp(self):
        self.arena = run.Arena(types.SimpleNamespace(
            build_dir=BUILD, service_port=0, lobby_port=0, bots=3, logs="run-browser"))
        self.addCleanup(self.arena.stop)
        self.arena.start_service()
        self.arena.start_lobby()
        self.arena.start_bots("bots", 3)
        self.driver = browser(1280, 800)
        self.addCleanup(self.driver.quit)
        self.pictures = BUILD / "screenshots"
        self.pictures.mkdir(exist_ok=True)

    def until(self, what, timeout_s, condition):
        deadline = time.monotonic() + timeout_s
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                self.driver.save_screenshot(str(self.pictures / "failed.png"))
                self.arena.print_logs()
                self.fail(f"not within {timeout_s} s: {what}; the page knows {self.page()}")
            time.sleep(0.05)

    def page(self):
        """What the page says of itself: window.arena."""
        return self.driver.execute_script("return JSON.parse(JSON.stringify(window.arena || {}))")

    def picture(self, name):
        self.assertTrue(self.driver.save_screenshot(str(self.pictures / f"{name}.png")))

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def assert_nothing_collides(self):
        self.assertEqual([], self.driver.execute_script(COLLISIONS))

    def seat(self, player_session_id):
        return next(seat for seat in self.arena.service.state()["player_sessions"]
                    if seat["player_session_id"] == player_session_id)

    def test_plays_within_ten_seconds_and_leaves(self):
        self.driver.get(self.arena.lobby_url)
        self.picture("lobby")
        name = self.find("input[type=text], input:not([type])")
        name.send_keys("mia")
        name.send_keys(Keys.ENTER)

        self.until("the person is in a running arena", 10, lambda: self.page().get("connected"))
        seat_id = self.page()["playerSessionId"]
        self.assertEqual("ACTIVE", self.seat(seat_id)["status"])
        self.until("the person sees the bots and herself", 10, lambda: len(self.page()["players"]) == 4)
        self.assertEqual({"accepted"}, {seat["state"] for seat in self.page()["seats"]})
        self.until("snapshots arrive and a round trip is known", 10,
                   lambda: self.page()["snapshotsPerSecond"] > 20 and self.page()["roundTripMs"] is not None)
        session = self.arena.service.state()["game_sessions"][0]["game_session_id"]
        self.assertEqual(session, self.page()["sessionId"])
        self.assertIn(session.rsplit("/", 1)[1][:10], self.find("body").text)

        before = self.page()["ship"]
        body = self.find("body")
        ActionChains(self.driver).move_to_element_with_offset(body, 200, 0).click().key_down("d").perform()
        self.until("the ship moves when a key is held", 10, lambda: self.page()["ship"] and before and abs(
            self.page()["ship"]["x"] - before["x"]) + abs(self.page()["ship"]["y"] - before["y"]) > 20)
        ActionChains(self.driver).key_up("d").perform()
        self.until("the script looks for more players", 10, lambda: self.page()["backfill"] == "searching")
        self.picture("game")
        self.assert_nothing_collides()

        self.driver.get("about:blank")
        self.until("the seat of who left is free", 10, lambda: self.seat(seat_id)["status"] == "COMPLETED")

        errors = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        self.assertEqual([], errors)

    def test_the_game_fits_every_screen(self):
        for width, height in ((320, 690), (390, 844), (844, 520), (820, 1180), (1024, 640), (1920, 1080)):
            with self.subTest(f"{width} x {height}"):
                self.driver.set_window_size(width, height)
                self.driver.get(self.arena.lobby_url + "/?autoplay=1&name=eva")
                self.until("the person is in a running arena", 10, lambda: self.page().get("connected"))
                self.until("snapshots arrive", 10, lambda: self.page()["snapshotsPerSecond"] > 20)
                self.assert_nothing_collides()
                self.find("#panel-toggle").click()
                self.assert_nothing_collides()

    def test_a_phone_shows_the_lobby_and_the_game(self):
        self.driver.set_window_size(390, 844)
        self.driver.get(self.arena.lobby_url)
        self.picture("lobby-phone")
        self.driver.get(self.arena.lobby_url + "/?autoplay=1&name=leo")
        self.until("the person is in a running arena", 10, lambda: self.page().get("connected"))
        self.until("snapshots arrive", 10, lambda: self.page()["snapshotsPerSecond"] > 20)
        self.picture("game-phone")
        self.find("#panel-toggle").click()
        self.picture("game-phone-panel")

    def test_the_dashboard_shows_the_running_match(self):
        self.driver.get(self.arena.service.url)
        self.until("the dashboard shows an active session", 15, lambda: "ACTIVE" in self.find("body").text)
        self.until("the dashboard shows the players", 10, lambda: len([
            session for session in self.arena.service.state()["player_sessions"]
            if session["player_id"] in self.find("body").text]) == 3)
        self.picture("dashboard")


if __name__ == "__main__":
    unittest.main()
