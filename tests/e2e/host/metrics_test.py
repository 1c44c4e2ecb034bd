# SPDX-License-Identifier: Apache-2.0
"""Metrics of an arena: the engine's frames by the plugin, the players' network by its scripts, the rest by the SDK."""
import asyncio
import unittest

import websockets

from arena import ArenaCase
from collector import CrashReporter, StatsD
from service import Service

INTERVAL_MS = 200


class Measured(ArenaCase):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.stop)
        self.statsd, self.reporter = StatsD(), CrashReporter()
        self.addCleanup(self.statsd.close)
        self.addCleanup(self.reporter.close)

    def measured(self, *arguments, **environment):
        return self.start(*arguments, environment={
            **self.service.environment, "GAMELIFT_STATSD_PORT": str(self.statsd.port),
            "GAMELIFT_CRASH_REPORTER_PORT": str(self.reporter.port),
            "GAMELIFT_FLUSH_INTERVAL_MS": str(INTERVAL_MS), **environment})

    def test_an_arena_shows_its_frames_its_players_and_its_requests(self):
        arena = self.measured("--set", "gamelift.metrics=1")
        session = self.service.place_session()
        seat = self.service.create_player(session)

        async def play():
            async with websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId={seat}") as player:
                await asyncio.wait_for(player.recv(), 10)  # the greeting
                await asyncio.to_thread(self.statsd.wait_for, "server_players", lambda line: line.value == 1)
                await asyncio.to_thread(self.statsd.wait_for, "server_connections", lambda line: line.value == 1)
                await asyncio.to_thread(self.statsd.wait_for, "server_packets_out", lambda line: line.value >= 1)
                await asyncio.to_thread(self.statsd.wait_for, "server_bytes_out", lambda line: line.value >= 1)

        asyncio.run(play())
        delta = self.statsd.wait_for("server_delta_time.p50", lambda line: line.tags.get("session_id") == session)
        self.assertEqual("ms", delta.type)
        for name in ("server_tick_time", "server_world_tick_time", "server_tick_time.max", "server_tick_time.p95"):
            self.assertGreater(self.statsd.wait_for(name, lambda line: line.value > 0).value, 0)
        self.statsd.wait_for("server_gamelift_requests", lambda line: line.tags["request"] == "ActivateGameSession")
        self.statsd.wait_for("server_connections", lambda line: line.value == 0)
        self.statsd.wait_for("server_players", lambda line: line.value == 0 and "session_id" in line.tags)
        self.finish(arena)
        self.statsd.wait_for("server_up", lambda line: line.value == 0)
        self.assertEqual(["/register", "/update", "/deregister"], self.reporter.paths())

    def test_frames_are_as_many_as_the_engine_makes(self):
        """The counted frames of an interval, by a timer of a script's own beside the plugin's."""
        arena = self.measured("--script", self.write("main.lua", """
            local gamelift = require "gamelift"
            local frames = gamelift.metrics(gamelift.server()):counter "script_frames"
            host.on("tick", function() frames:add() end)"""))
        arena.wait_for("players: http")
        counted = self.statsd.wait_for("script_frames", lambda line: line.value > 1)
        self.assertEqual("c", counted.type)
        self.statsd.wait_for("server_delta_time", lambda line: line.value > 1)  # ms: a frame that sleeps
        self.finish(arena)

    def test_metrics_that_a_script_starts_have_frames_too(self):
        arena = self.measured("--set", "gamelift.metrics=0", "--script", self.write("main.lua", """
            local gamelift = require "gamelift"
            local metrics = gamelift.metrics(gamelift.server())
            host.log("info", "running: " .. tostring(metrics:is_running()))
            assert(metrics:start())
            host.on("tick", function() end)"""))
        arena.wait_for("running: false")
        self.statsd.wait_for("server_tick_time")
        self.finish(arena)

    def test_without_being_asked_for_nothing_is_sent(self):
        arena = self.measured("--set", "gamelift.metrics=0")
        self.service.place_session()
        self.finish(arena)
        self.assertEqual([], self.statsd.lines())
        self.assertEqual([], self.reporter.calls)


if __name__ == "__main__":
    unittest.main()
