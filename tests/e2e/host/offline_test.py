# SPDX-License-Identifier: Apache-2.0
"""The arena without GameLift: whoever connects plays, under any player session id."""

import asyncio
import json
import pathlib
import unittest

import websockets

from arena import OFFLINE, ArenaCase

VECTORS = pathlib.Path(__file__).resolve().parents[2] / "spec/arena_protocol_vectors.json"

CHECKED = """
local gamelift = require "gamelift"
gamelift.run(function()
  assert(gamelift.server():process_ready { port = host.port })
  host.log("info", "ready")
end)
host.on("connect", function(player, info) host.send(player, "welcome " .. info.player_session_id) end)
"""


def message(side, name):
    """The bytes of a message of the arena."""
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))[side]
    return bytes.fromhex(next(one["hex"] for one in vectors if one["name"] == name))


class Offline(ArenaCase, unittest.IsolatedAsyncioTestCase):
    async def join(self, arena, query):
        player = await websockets.connect(f"ws://127.0.0.1:{arena.port}/?{query}")
        self.addAsyncCleanup(player.close)
        return player

    async def receive(self, player, start):
        """Skips messages that begin otherwise."""
        while True:
            text = await asyncio.wait_for(player.recv(), 10)
            if text.startswith(start):
                return text

    async def test_the_arena_is_played_by_connecting(self):
        arena = self.start(*OFFLINE)
        arena.wait_for("offline: no GameLift is asked")
        player = await self.join(arena, "PlayerSessionId=ann-1")
        await self.receive(player, message("server", "greeting"))
        await player.send(message("client", "hello"))
        welcome = await self.receive(player, message("server", "welcome")[:2])
        self.assertIn(b"ann-1", welcome)
        self.assertNotIn("ERROR", arena.log)
        await player.close()
        self.finish(arena)

    async def test_the_plugin_lets_everybody_in(self):
        script = self.write("main.lua", CHECKED)
        arena = self.start("--script", script, "--set", "gamelift.check_players=1", *OFFLINE)
        arena.wait_for("ready")
        player = await self.join(arena, "PlayerSessionId=whoever")
        await self.receive(player, b"welcome whoever")
        self.finish(arena)

    def test_a_service_in_the_environment_is_not_passed_over(self):
        line = self.fails(*OFFLINE, environment={"GAMELIFT_SDK_WEBSOCKET_URL": "ws://127.0.0.1:1"})
        self.assertIn("gamelift.offline is 1, but GAMELIFT_SDK_WEBSOCKET_URL names a GameLift service", line)

    def test_without_a_service_the_way_to_play_offline_is_told(self):
        line = self.fails()
        self.assertIn("set gamelift.offline to 1 to play without any", line)
        self.assertNotIn("traceback", line)


if __name__ == "__main__":
    unittest.main()
