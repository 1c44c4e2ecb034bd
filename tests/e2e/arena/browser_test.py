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

from chromium import browser, missing
from runner.arena import Arena

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

# What lies under a thumb: panels and lines of the game in the circles of the sticks, or over the dash button.
UNDER_THUMBS = """
    const circles = [...document.querySelectorAll("#touch .stick, #touch-dash")].map((element) => {
      const box = element.getBoundingClientRect();
      return { id: element.id, x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, r: box.width / 2 };
    });
    const found = circles.filter(({ x, y, r }) => !(r > 0 && x >= r && y >= r && x + r <= innerWidth && y + r <= innerHeight))
      .map(({ id }) => `${id} is not on the screen`);
    for (const part of document.querySelectorAll("#gamelift, #clock, #own, #stats, #stats button, #feed p")) {
      const box = part.getBoundingClientRect();
      for (const { id, x, y, r } of box.width ? circles : []) {
        const dx = Math.max(box.left - x, 0, x - box.right), dy = Math.max(box.top - y, 0, y - box.bottom);
        if (Math.hypot(dx, dy) < r) found.push(`${part.id || part.textContent} is under ${id}`);
      }
    }
    return found;"""

# Texts whose contrast is too low: what is under them is laid together from the canvas up.
CONTRAST = r"""
    const WANTED = 4.5, FLOOR = [11, 15, 26];
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { pointer-events: auto !important; transition: none !important; animation: none !important; }"
      + "[data-covers], #feed p { opacity: 1 !important; } #touch { display: none !important; }");
    document.adoptedStyleSheets = [sheet];
    const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { rgb: [r, g, b], a }; };
    const lay = (below, { rgb, a }, opacity) => below.map((value, index) => value + (rgb[index] - value) * a * opacity);
    const opacityOf = (element) => (element ? Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement) : 1);
    const light = (rgb) => rgb.map((value) => value / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
    const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let looked = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement, range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (!node.textContent.trim() || !box.width || element.closest("script, style, noscript")) continue;
      const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
      const stack = document.elementsFromPoint(x, y);
      if (!stack.includes(element)) continue; // scrolled out of sight, or covered
      let ground = FLOOR;
      for (const one of stack.slice(stack.indexOf(element)).reverse()) {
        ground = lay(ground, parse(getComputedStyle(one).backgroundColor), opacityOf(one));
      }
      const text = lay(ground, parse(getComputedStyle(element).color), opacityOf(element));
      const [high, low] = [light(text), light(ground)].sort((a, b) => b - a), ratio = (high + 0.05) / (low + 0.05);
      looked += 1;
      if (ratio < WANTED) found.push(`${ratio.toFixed(2)}: ${node.textContent.trim()} (#${element.id || element.className})`);
    }
    document.adoptedStyleSheets = [];
    return looked ? found : ["no text"];"""

# The table of a full match, as long as it gets.
SHOW_SCORES = """
    const rows = Array.from({ length: 8 }, (_, index) => ({ ship: index + 1, kills: 12, deaths: 10, total: 36, won: 1,
      name: "W".repeat(16), past: [{ kills: 12 }, { kills: 12 }, { kills: 255 }] }));
    const world = { phase: "results", me: 1, shared: { left: 7 }, scores: { round: 3, rounds: 3, final: 0, rows } };
    return import("/hud.js").then(({ Hud }) => {
      Hud.prototype.showScores.call({}, world);
      Hud.prototype.showScores = () => {};
    });"""

SCREENS = {"phone-landscape": (844, 390), "phone-landscape-small": (667, 375), "phone": (390, 844), "tablet": (1180, 820)}


@unittest.skipIf(missing(), missing())
class Person(unittest.TestCase):
    def setUp(self):
        self.arena = Arena(types.SimpleNamespace(
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
        self.until("the lobby knows the service", 10, lambda: self.find("#service").text)
        self.picture("lobby")
        self.assert_readable()
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
        self.assert_readable()

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

    def enter(self):
        self.driver.get(self.arena.lobby_url + "/?autoplay=1&name=leo")
        self.until("the person is in a running arena", 10, lambda: self.page().get("connected"))
        self.until("snapshots arrive", 10, lambda: self.page()["snapshotsPerSecond"] > 20)

    def touch_screen(self, width, height):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": True})
        self.driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def touch(self, kind, *points):
        self.driver.execute_cdp_cmd("Input.dispatchTouchEvent", {
            "type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    def assert_readable(self):
        self.assertEqual([], self.driver.execute_script(CONTRAST))

    def test_thumbs_have_a_place_of_their_own_on_every_touch_screen(self):
        for name, (width, height) in SCREENS.items():
            with self.subTest(name):
                self.touch_screen(width, height)
                self.driver.get(self.arena.lobby_url)
                self.picture(f"lobby-{name}")
                self.assert_readable()
                self.enter()
                self.picture(f"game-{name}")
                self.assertEqual([], self.driver.execute_script(UNDER_THUMBS))
                self.assert_nothing_collides()
                self.assert_readable()
                self.find("#panel-toggle").click()
                self.picture(f"game-{name}-panel")
                self.assertEqual([], self.driver.execute_script(UNDER_THUMBS))
                self.assert_readable()

    def test_a_thumb_on_its_stick_moves_the_ship_and_presses_no_button(self):
        self.touch_screen(*SCREENS["phone-landscape"])
        self.enter()
        box = self.find("#stick-move").rect
        left, top, size = box["x"], box["y"], box["width"]
        self.assertGreater(size, 100)
        for across, down in ((0.5, 0.5), (0.5, 0.05), (0.5, 0.95), (0.05, 0.5), (0.95, 0.5), (0.2, 0.2), (0.8, 0.2)):
            self.touch("touchStart", (left + size * across, top + size * down))
            self.touch("touchEnd")
        self.assertTrue(self.page()["connected"])
        self.until("the ship is there", 10, lambda: self.page()["ship"])
        before = self.page()["ship"]
        centre = (left + size / 2, top + size / 2)
        # To the middle of the arena, from whichever corner.
        self.touch("touchStart", centre)
        self.touch("touchMove", (centre[0] + (45 if before["x"] < 1000 else -45), centre[1]))
        self.until("the ship moves", 10, lambda: self.page()["ship"] and abs(self.page()["ship"]["x"] - before["x"]) > 20)
        self.touch("touchEnd")

    def gamepad(self, axes=(0, 0, 0, 0), buttons=()):
        """A pad of the standard layout that is held like this."""
        self.driver.execute_script("""
            const [axes, pressed] = arguments;
            const buttons = Array.from({ length: 17 }, (_, index) => ({ value: pressed.includes(index) ? 1 : 0 }));
            navigator.getGamepads = () => [null, { connected: true, mapping: "standard", axes, buttons }];""",
            list(axes), list(buttons))

    def test_a_gamepad_plays(self):
        self.driver.get(self.arena.lobby_url + "/?name=pad")
        self.gamepad(buttons=[0])
        self.until("the lower button has pressed Play", 10, lambda: self.page().get("connected"))
        self.gamepad(axes=(0.1, -0.1, 0.1, 0.1))
        self.until("a pad at rest wants nothing", 5, lambda: self.wants(move_x=0, move_y=0, fire=False, dash=False))
        self.gamepad(axes=(0, 0, 0, -0.6))
        self.until("the right stick aims", 5, lambda: self.wants(fire=False) and self.page()["wanted"]["aim"] < -1.5)
        self.gamepad(axes=(0, 0, 0, -1))
        self.until("all the way it shoots", 5, lambda: self.wants(fire=True))
        self.gamepad(buttons=[7])
        self.until("a trigger shoots", 5, lambda: self.wants(fire=True))
        self.gamepad(buttons=[4])
        self.until("a shoulder dashes", 5, lambda: self.wants(dash=True))
        self.gamepad()
        self.until("the ship is there", 10, lambda: self.page()["ship"])
        before = self.page()["ship"]
        self.gamepad(axes=(1 if before["x"] < 1000 else -1, 0, 0, 0))
        self.until("the left stick moves the ship", 10, lambda: self.page()["ship"] and abs(
            self.page()["ship"]["x"] - before["x"]) > 20)
        self.assertTrue(self.wants(move_y=0))

    def wants(self, **fields):
        wanted = self.page()["wanted"]
        return all(wanted.get(name) == value for name, value in fields.items())

    def test_a_match_that_is_found_shows_in_the_title_for_a_while(self):
        self.driver.get(self.arena.lobby_url + "/?name=tab")
        usual = self.driver.title
        self.find("#play").click()
        self.until("the title tells", 15, lambda: self.driver.title == "Match found: Arena")
        self.assertEqual("game", self.page()["screen"])
        self.until("the title is the usual one again", 10, lambda: self.driver.title == usual)

    def test_the_table_of_scores_fits_and_covers_nothing(self):
        for name in ("phone-landscape", "phone-landscape-small", "phone"):
            with self.subTest(name):
                self.touch_screen(*SCREENS[name])
                self.enter()
                self.driver.execute_script(SHOW_SCORES)
                self.picture(f"scores-{name}")
                box = self.find("#scores").rect
                self.assertGreaterEqual(box["x"], 0)
                self.assertLessEqual(box["y"] + box["height"], SCREENS[name][1])
                self.assertTrue(self.driver.execute_script("""
                    const box = document.getElementById("scores");
                    return box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;"""))

    def test_a_panel_that_covers_a_ship_can_be_seen_through(self):
        self.enter()
        self.until("the ship is there", 10, lambda: self.page()["ship"])
        self.driver.execute_script("""
            Object.assign(document.getElementById("own").style,
              { inset: "0", width: "auto", transform: "none", transition: "none" });""")
        self.until("the panel over the ship is see-through", 10, lambda: self.driver.execute_script(
            "return getComputedStyle(document.getElementById('own')).opacity") == "0.3")
        self.driver.execute_script("document.getElementById('own').style.inset = '-500px auto auto -5000px'")
        self.until("elsewhere it is not", 10, lambda: self.driver.execute_script(
            "return getComputedStyle(document.getElementById('own')).opacity") == "1")

    def test_the_dashboard_shows_the_running_match(self):
        self.driver.get(self.arena.service.url + "#/sessions?state=ACTIVE")
        self.until("the dashboard shows an active session", 15, lambda: "active" in self.driver.execute_script(
            "return document.querySelector('.list-row')?.innerText ?? ''"))
        self.driver.get(self.arena.service.url + "#/players?state=ACTIVE")
        self.until("the dashboard shows the players", 10, lambda: len([
            session for session in self.arena.service.state()["player_sessions"]
            if session["player_id"] in self.find("body").text]) == 3)
        self.picture("dashboard")


if __name__ == "__main__":
    unittest.main()
