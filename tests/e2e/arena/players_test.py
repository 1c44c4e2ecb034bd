#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Players who send what nobody should, in a match that runs: each is dropped with a reason, the others play on."""
import asyncio
import json
import os
import re
import types
import unittest
import urllib.request

import websockets
from runner.arena import Arena

HELLO = bytes([2, 1, 0, 3]) + b"mia"
WELCOME, SNAPSHOT = 2, 4


class Players(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        os.environ["ARENA_BACKFILL_OPEN_SECONDS"] = "0.1"
        cls.arena = Arena(types.SimpleNamespace(
            build_dir=os.environ["GLIFT_BUILD"], service_port=0, lobby_port=0, bots=2, logs="run-players"))
        cls.addClassCleanup(cls.arena.stop)
        cls.arena.start_service()
        cls.arena.start_lobby()
        cls.arena.start_bots("bots", 2)

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.arena.lobby_url + path, method=method, data=body and json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    async def seat(self):
        """Through the lobby, like everybody: where to connect."""
        return await asyncio.to_thread(self.find_match)

    def find_match(self, name="mia"):
        ticket = self.ask("POST", "/api/play", {"name": name})["ticket_id"]
        return self.arena.until("a match is found", 15, lambda: self.ask(
            "GET", "/api/tickets/" + ticket).get("connection"))["url"]

    async def connect(self, url):
        socket = await websockets.connect(url)
        self.addAsyncCleanup(socket.close)
        return socket

    async def enter(self, url, hello=HELLO):
        socket = await self.connect(url)
        await socket.send(hello)
        return socket

    async def until_type(self, socket, number):
        while (await asyncio.wait_for(socket.recv(), 5))[1] != number:
            pass

    async def reason(self, socket):
        """Read to the end; why the server closed."""
        try:
            while True:
                await asyncio.wait_for(socket.recv(), 5)
        except websockets.ConnectionClosed as closed:
            self.assertEqual(4000, closed.rcvd.code)
            return closed.rcvd.reason

    async def test_who_sends_no_message_of_the_protocol_is_dropped_and_the_others_play_on(self):
        other = await self.enter(await self.seat())
        await self.until_type(other, WELCOME)
        for bytes_sent, reason in (
                (b"\x02\x63", "unknown message type 99"),
                (b"\x02\x02\x00", "input is too short"),
                (b"\x02\x01\x00\x01\xff", "text is not UTF-8"),
                (HELLO, "a second hello")):
            with self.subTest(reason):
                socket = await self.enter(await self.seat())
                await self.until_type(socket, WELCOME)
                await socket.send(bytes_sent)
                self.assertEqual(reason, await self.reason(socket))
        await self.until_type(other, SNAPSHOT)

    async def test_a_client_of_another_version_is_told_so(self):
        socket = await self.enter(await self.seat(), hello=b"\x03" + HELLO[1:])
        self.assertEqual("this server speaks version 2 of the arena protocol, you speak 3; reload the page",
                         await self.reason(socket))

    async def test_a_seat_is_good_for_one_player(self):
        url = await self.seat()
        first = await self.enter(url)
        await self.until_type(first, WELCOME)
        self.assertEqual("this seat is taken", await self.reason(await self.connect(url)))
        await self.until_type(first, SNAPSHOT)
        await first.close()
        self.assertEqual("you have left this game, and your seat was given back", await self.reason(await self.connect(url)))

    async def test_a_seat_is_free_again_when_its_player_has_gone(self):
        url = await self.seat()
        socket = await self.enter(url)
        await self.until_type(socket, WELCOME)
        await socket.close()
        seat_id = url.partition("=")[2]
        await asyncio.to_thread(self.arena.until, "the seat is completed", 10, lambda: [
            seat for seat in self.arena.service.state()["player_sessions"]
            if seat["player_session_id"] == seat_id and seat["status"] == "COMPLETED"])

    async def test_names_of_all_scripts_are_shown_before_their_players_have_come(self):
        other = await self.enter(await self.seat())
        await self.until_type(other, WELCOME)
        name = "Жанна 名前 🦊"
        url = await asyncio.to_thread(self.find_match, name)
        while name.encode() not in await asyncio.wait_for(other.recv(), 10):
            pass
        seat = next(seat for seat in self.arena.service.state()["player_sessions"]
                    if seat["player_session_id"] == url.partition("=")[2])
        self.assertEqual("RESERVED", seat["status"])
        self.assertRegex(seat["player_id"], "^player-[0-9a-f]{16}$")

    async def test_a_crowd_without_a_seat_is_turned_away_and_logged_with_its_number(self):
        url = (await self.seat()).partition("=")[0] + "=psess-nobody"
        for _ in range(20):
            self.assertIn("there is no seat reserved for you here", await self.reason(await self.connect(url)))
        await asyncio.to_thread(self.arena.until, "the log tells how many", 15, lambda: sum(
            int(found) for found in re.findall(r"(\d+) players? (?:was|were) turned away at the door", self.logs())) >= 20)
        self.assertLess(self.logs().count("turned away at the door"), 10)

    def logs(self):
        return "".join(log.read_text() for log in self.arena.logs.rglob("*.log"))


if __name__ == "__main__":
    unittest.main()
