# SPDX-License-Identifier: Apache-2.0
"""Players' connections: what gets in, what is dropped and why, and that the others do not notice."""

import asyncio
import os
import socket
import unittest

import websockets

from arena import ArenaCase

ECHO = """
host.on("connect", function(player, info)
  host.log("info", "connect " .. info.player_session_id)
  host.send(player, "welcome " .. info.player_session_id)
end)
host.on("message", function(player, bytes)
  if bytes == "raise" then error("asked to") end
  if bytes == "close" then host.send(player, "last words") host.close(player, "no reserved seat") return end
  if bytes == "much" then
    while host.send(player, ("x"):rep(32000)) do end
    return
  end
  if bytes == "twice:ab" then host.send(player, bytes, bytes) return end
  if bytes:find "^later:" then host.sleep(0.2) end
  if bytes == "keep:" then kept = coroutine.running() return end
  if bytes == "resume:" then bytes = tostring(coroutine.resume(kept)) end
  host.send(player, bytes)
end)
host.on("disconnect", function(player, reason) host.log("info", "disconnect: " .. reason) end)
"""


class Players(ArenaCase, unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        super().setUp()
        self.arena = self.offline(ECHO, "--origin", "https://play.example", "--set", "joins_per_second=1000",
                                  "--set", "players_per_address=400")

    def tearDown(self):
        self.finish(self.arena)

    async def join(self, session_id="psess-1", **options):
        player = await websockets.connect(
            f"ws://127.0.0.1:{self.arena.port}/?PlayerSessionId={session_id}", **options)
        self.addAsyncCleanup(player.close)
        self.assertEqual(f"welcome {session_id}".encode(), await player.recv())
        return player

    async def echo(self, player, data=b"hello"):
        await player.send(data)
        self.assertEqual(data, await player.recv())

    async def close_of(self, player):
        with self.assertRaises(websockets.ConnectionClosed) as closed:
            while True:
                await asyncio.wait_for(player.recv(), 10)
        return closed.exception.rcvd.code, closed.exception.rcvd.reason

    async def refusal(self, path, **options):
        with self.assertRaises(websockets.InvalidStatusCode) as refused:
            await websockets.connect(f"ws://127.0.0.1:{self.arena.port}{path}", **options)
        return refused.exception.status_code

    async def test_a_message_comes_back(self):
        player = await self.join()
        await self.echo(player)
        await self.echo(player, b"\0" * 4096)

    async def test_a_message_in_fragments_is_put_together(self):
        player = await self.join()
        await player.send([b"one ", b"two ", b"three"])
        self.assertEqual(b"one two three", await player.recv())

    async def test_a_message_may_be_sent_in_two_pieces(self):
        player = await self.join()
        await player.send(b"twice:ab")
        self.assertEqual(b"twice:abtwice:ab", await player.recv())

    async def test_a_handler_that_waits_keeps_its_coroutine_and_one_that_ended_gives_it_up(self):
        player = await self.join()
        for index in range(5):
            await player.send(b"later:%d" % index)
            await self.echo(player, b"at once %d" % index)
        self.assertEqual({b"later:%d" % index for index in range(5)}, {await player.recv() for _ in range(5)})
        await player.send(b"keep:")
        await player.send(b"resume:")
        self.assertEqual(b"false", await player.recv())

    async def test_nobody_joins_without_a_player_session_id(self):
        for path in ("/", "/?PlayerSessionId=", "/?Player=1", "/?PlayerSessionId=" + "a" * 257):
            self.assertEqual(400, await self.refusal(path))
        await self.join("a" * 256)

    async def test_pages_of_other_sites_are_refused(self):
        for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
            self.assertEqual(403, await self.refusal("/?PlayerSessionId=1", origin=origin))
        for origin in ("http://localhost:8000", "http://127.0.0.1", "https://play.example"):
            await self.join(origin=origin)

    async def test_a_close_by_the_script_comes_after_what_was_sent(self):
        player = await self.join()
        await player.send(b"close")
        self.assertEqual(b"last words", await player.recv())
        self.assertEqual((4000, "no reserved seat"), await self.close_of(player))
        self.arena.wait_for("disconnect: no reserved seat")

    async def test_a_flood_is_dropped_and_the_others_play_on(self):
        other, player = await self.join("psess-2"), await self.join()
        try:
            for _ in range(5000):
                await player.send(b"x")
        except websockets.ConnectionClosed:
            pass
        self.assertEqual((1008, "more than 120 messages a second"), await self.close_of(player))
        await self.echo(other)

    async def test_sixty_messages_a_second_are_no_flood(self):
        player = await self.join()
        for _ in range(120):
            await self.echo(player)
            await asyncio.sleep(1 / 60)

    async def test_an_oversize_message_is_dropped_and_the_others_play_on(self):
        other, player = await self.join("psess-2"), await self.join()
        await player.send(b"x" * 4097)
        self.assertEqual((1009, "a message is larger than 4096 bytes"), await self.close_of(player))
        big = await self.join()
        with self.assertRaises(websockets.ConnectionClosed):
            await big.send([b"x" * 4000] * 1000)
            await self.close_of(big)
            await big.send(b"x")
        await self.echo(other)

    async def test_text_is_dropped(self):
        player = await self.join()
        await player.send("text")
        self.assertEqual((1003, "only binary messages are understood"), await self.close_of(player))

    async def test_bytes_that_are_no_websocket_frames_are_dropped(self):
        other = await self.join("psess-2")
        with socket.create_connection(("127.0.0.1", self.arena.port), timeout=10) as raw:
            raw.sendall(b"GET /?PlayerSessionId=psess-raw HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        b"Sec-WebSocket-Version: 13\r\n\r\n")
            self.arena.wait_for("connect psess-raw")
            raw.sendall(b"\xff" * 5000)
            self.arena.wait_for("disconnect: ")
        for garbage in (b"\0" * 3000, b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 3000, os.urandom(3000)):
            with socket.create_connection(("127.0.0.1", self.arena.port), timeout=10) as raw:
                raw.sendall(garbage)
        await self.echo(other)

    async def test_a_player_who_does_not_read_is_dropped_as_too_slow(self):
        other = await self.join("psess-2")
        player = await self.join(max_queue=1, read_limit=1024)
        await player.send(b"much")
        self.arena.wait_for("disconnect: the connection is too slow for this game")
        await self.echo(other)

    async def test_a_lost_connection_is_told(self):
        player = await self.join()
        player.transport.abort()
        await asyncio.sleep(0)
        self.arena.wait_for("disconnect: connection lost")
        player = await self.join()
        await player.close()
        self.arena.wait_for("disconnect: left")

    async def test_a_player_who_vanished_is_noticed_by_its_silence(self):
        player = await self.join()
        player.transport.pause_reading()  # no pong will be sent
        await asyncio.to_thread(self.arena.wait_for, "disconnect: connection lost", 40)
        player.transport.abort()

    async def test_a_script_error_is_logged_with_file_and_line_and_the_session_lives(self):
        player = await self.join()
        await player.send(b"raise")
        self.arena.wait_for(r"ERROR script\s.*main\.lua:7: asked to\n\s+stack traceback:")
        await self.echo(player)

    async def test_three_hundred_and_twenty_connections_and_no_more(self):
        players = [await self.join(f"psess-{i}") for i in range(320)]
        self.assertEqual(503, await self.refusal("/?PlayerSessionId=late"))
        await players[0].close()
        self.arena.wait_for("disconnect: left")
        await self.join("late")


if __name__ == "__main__":
    unittest.main()
