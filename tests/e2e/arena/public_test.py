#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./game/run.sh --public: others on the network join with the link, and nobody without its token.

The network is this machine's own address: what is sent to it stays here. Leaves pictures in <build>/screenshots.
"""
import io
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request

from chromium import browser, missing
from local import until
from runner import public
from runner.service import Service
from running import BUILD, RunCase, alive

ADDRESS = public.own_address()
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


def get(url):
    """Status and text."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def command_lines():
    lines = b""
    for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines += entry.read_bytes()
        except OSError:
            continue
    return lines.decode(errors="replace")


@unittest.skipIf(ADDRESS is None, "this machine has no address beside the loopback")
class Public(RunCase):
    def setUp(self):
        self.run_ = self.start("run-public", "--public", "--bots", "3")
        self.link = self.run_.until("Play").split()[1]
        self.service = Service(self.run_.until("gamelift-local").split()[1].rstrip("/") + "/")
        self.run_.until("Ctrl-C")
        self.lobby, self.token = self.link.split("/#token=")

    def stop(self):
        self.run_.process.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.run_.end(), self.run_.output)
        self.assertEqual([], alive(self.service.url))

    def test_only_who_has_the_token_gets_in(self):
        self.assertEqual(ADDRESS, urllib.parse.urlsplit(self.lobby).hostname)
        self.assertEqual(200, get(self.lobby)[0])
        for query in ("", "?token=", "?token=" + self.token[:-1], "?token=" + self.token[::-1], "?Token=" + self.token):
            for path in ("status", "link", "tickets/x"):
                status, text = get(f"{self.lobby}/api/{path}{query}")
                self.assertEqual(403, status)
                self.assertIn("open the whole link", text)
        status, text = get(f"{self.lobby}/api/status?token={self.token}")
        self.assertEqual((200, "ok"), (status, json.loads(text)["service"]))
        told = json.loads(get(f"{self.lobby}/api/link?token={self.token}")[1])
        self.assertEqual(self.link, told["link"])
        self.assertEqual(public.code_of(self.link), told.get("rows", []))

        until(lambda: len(self.service.state()["player_sessions"]) >= 2, 60, "the bots have got in")
        self.assertNotIn(self.token, command_lines())
        port = urllib.parse.urlsplit(self.service.url).port
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((ADDRESS, port), timeout=20)
        self.stop()
        for log in (BUILD / "run-public").glob("*.log"):
            self.assertNotIn(self.token, log.read_text(), log)

    @unittest.skipIf(missing(), missing())
    def test_the_desk_shows_the_code_and_a_phone_plays(self):
        pictures = BUILD / "screenshots"
        pictures.mkdir(exist_ok=True)
        driver = browser(1280, 800)
        self.addCleanup(driver.quit)
        driver.get(self.link)
        until(lambda: driver.find_element("id", "invitation").is_displayed(), 60, "the desk shows the link")
        self.assertEqual(self.link, driver.find_element("css selector", "#invitation a").get_attribute("href"))
        driver.save_screenshot(str(pictures / "lobby-public.png"))
        if shutil.which("qrencode") and shutil.which("zbarimg"):
            seen = subprocess.run(["zbarimg", "-q", "--raw", pictures / "lobby-public.png"], capture_output=True, text=True)
            self.assertEqual(self.link, seen.stdout.strip())

        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
        driver.get("about:blank")
        driver.get(self.link)
        until(lambda: "server" in driver.find_element("id", "service").text, 60, "the phone's lobby knows the service")
        self.assertFalse(driver.find_element("id", "invitation").is_displayed())
        driver.save_screenshot(str(pictures / "lobby-public-phone.png"))
        driver.find_element("id", "name").send_keys("mia")
        driver.find_element("id", "play").click()
        until(lambda: driver.execute_script("return window.arena.connected"), 60, "the phone plays")
        self.assertEqual({ADDRESS}, {one["ip_address"] for one in self.service.state()["game_sessions"]})
        errors = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
        self.assertEqual([], errors)
        self.stop()


class Refused(RunCase):
    def test_an_address_that_others_cannot_reach_is_one_sentence(self):
        for address, words in (("here", 'takes an IPv4 address of this machine, not "here"'),
                               ("::1", 'not "::1"'), ("127.0.0.1", "that others can reach, which 127.0.0.1 is not"),
                               ("0.0.0.0", "which 0.0.0.0 is not"),
                               ("203.0.113.7", "this machine has no such address")):
            with self.subTest(address):
                code, output = self.refused("--public", address)
                self.assertEqual(1, code, output)
                self.assertRegex(output, "\\AFAILED: --public [^\n]*\n\\Z")
                self.assertIn(words, output)

    @unittest.skipIf(ADDRESS is None, "this machine has no address beside the loopback")
    def test_a_port_that_is_taken_is_one_sentence(self):
        with socket.create_server((ADDRESS, 0)) as taken:
            port = taken.getsockname()[1]
            code, output = self.refused("--public", "--lobby-port", str(port))
        self.assertEqual(1, code, output)
        self.assertRegex(output, f"\\AFAILED: port {port} is in use by another program: give --lobby-port [^\n]*\n\\Z")

    def test_a_token_of_the_environment_is_not_demanded_by_surprise(self):
        code, output = self.refused("--bots", "0", wrapper=["env", "ARENA_LOBBY_TOKEN=secret"])
        self.assertEqual(1, code, output)
        self.assertRegex(output, "\\AFAILED: ARENA_LOBBY_TOKEN is set, [^\n]*--public makes a token[^\n]*\n\\Z")

    def test_a_machine_without_a_network_is_one_sentence(self):
        alone = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "alone"]
        if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("this machine makes no network of its own")
        code, output = self.refused("--public", wrapper=alone)
        self.assertEqual(1, code, output)
        self.assertRegex(output, "\\AFAILED: --public finds no network address[^\n]*\n\\Z")


class OnATerminal(unittest.TestCase):
    def test_two_rows_of_the_code_are_a_line_inside_a_light_frame(self):
        lines = [re.sub("\033\\[[0-9;]*m", "", line) for line in public.drawn(["#.#", "##.", "..#"]).splitlines()]
        self.assertEqual(["         ", "    █▄▀  ", "      ▀  ", "         "], lines)

    def test_blocks_go_only_to_a_terminal_that_shows_them(self):
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.assertFalse(public.can_draw(out))
        out.isatty = lambda: True
        self.assertTrue(public.can_draw(out))
        plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
        plain.isatty = lambda: True
        self.assertFalse(public.can_draw(plain))


if __name__ == "__main__":
    unittest.main()
