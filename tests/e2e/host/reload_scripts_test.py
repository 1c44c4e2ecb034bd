# SPDX-License-Identifier: Apache-2.0
"""The scripts of an arena are reloaded while something is under way: what GameLift was asked reaches the scripts that
come, and what GameLift says in between is not lost."""

import asyncio
import signal
import time
import unittest

import websockets

from arena import ArenaCase
from service import Service

# Asks and does not wait, so that the log tells when the request is on its way.
ASKS = """
local server = require("gamelift").server()
server:set_handlers {
  on_start_game_session = function(self)
    host.log("info", "placed")
    host.sleep(0.5)
    self:activate_game_session(function() host.log("info", "answered") end)
    host.log("info", "asked")
  end,
}
if not server:is_process_ready() then assert(server:process_ready { port = host.port, log_paths = {} }) end
"""

INHERITS = """
local server = require("gamelift").server()
server:set_handlers {
  on_inherited_answer = function(_, answer)
    host.log("info", ("inherited %s: %s"):format(answer.action, tostring(answer.result or answer.code)))
    return true
  end,
  on_process_terminate = function(self) host.log("info", "asked to end") assert(self:process_ending()) host.exit(0) end,
}
for _, request in ipairs(server:inherited_requests()) do host.log("info", "to come: " .. request.action) end
"""

# Takes its time: a second passes between the scripts before and these.
IS_SLOW = "host.log('info', 'late') host.sleep(1)" + INHERITS

DRAINS = """
local server = require("gamelift").server()
local function leave()
  host.log("info", ("the drain began %s"):format(server:kept("drain") and "before" or "now"))
  assert(server:process_ending())
  host.exit(0)
end
server:set_handlers {
  on_process_terminate = function(self)
    self:keep("drain", true)
    host.log("info", "draining")
    host.sleep(60)
    leave()
  end,
}
if server:is_terminating() then leave() end
if not server:is_process_ready() then assert(server:process_ready { port = host.port, log_paths = {} }) end
"""


MATCH = """
local gamelift, match = require "gamelift", require "gamelift.match"
local m = match.new {
  server = gamelift.server(), port = host.port, log = host.log, drain_grace_s = 5,
  init = function(_, resumed) host.log("info", resumed and "init again" or "init") end,
  join = function(player, seat) host.send(player, "welcome " .. seat.player_id) end,
  kick = function(player, reason) host.close(player, reason) end,
  terminate = function(reason) host.log("info", "terminate " .. reason) end,
  on_ended = function(ok) host.log("info", "ended " .. tostring(ok)) host.exit(0) end,
}
host.on("tick", function(dt, now) m:tick(dt, now) end)
host.on("connect", function(player, info) m:connect(player, info.player_session_id) end)
host.on("disconnect", function(player, reason) m:disconnect(player, reason) end)
host.on("terminate", function(grace_s) m:terminate(grace_s) end)
m:start()
"""


class Silence:
    """The service neither reads nor answers."""

    def __init__(self, service):
        self.process = service.popen

    def __enter__(self):
        self.process.send_signal(signal.SIGSTOP)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)


class Reload(ArenaCase):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.stop)

    def server(self, script, *arguments):
        arena = self.start("--script", self.write("main.lua", script), *arguments,
                           environment=self.service.environment)
        self.service.wait_until(lambda: self.service.process_state() == "READY", "a ready process")
        return arena

    def reload(self, arena, script=None):
        if script is not None:
            self.write("main.lua", script)
        count = arena.log.count("scripts reloaded")
        arena.signal(signal.SIGHUP)
        arena.wait_for("scripts reloaded", count=count + 1)

    def assert_ended_well(self, arena):
        self.assertEqual(0, arena.exit_code(), arena.log)
        self.service.wait_until(lambda: "process manual-1 has ended" in self.service.log(), "the end")
        self.assertNotIn("SERVER_PROCESS_CRASHED", self.service.log())
        self.assertEqual(1, self.service.log().count("process manual-1 connected"))
        self.assert_clean(arena)

    def test_two_reloads_while_an_activation_is_under_way_and_gamelift_is_silent(self):
        arena = self.server(ASKS)
        session = self.service.create_session()["GameSessionId"]
        arena.wait_for("placed")
        with Silence(self.service):
            arena.wait_for("asked")
            self.reload(arena, INHERITS)
            self.reload(arena)
            arena.wait_for("to come: activate_game_session", count=2)
            time.sleep(1)
        arena.wait_for("inherited activate_game_session: true")
        self.assertEqual("ACTIVE", self.service.session(session)["Status"])
        self.assertNotIn("answered", arena.log)
        self.service.control("terminate", ProcessId="manual-1")
        self.assert_ended_well(arena)

    def test_a_terminate_process_that_comes_between_two_scripts_is_served_by_the_second(self):
        arena = self.server(ASKS)
        self.reload(arena, IS_SLOW)
        arena.wait_for("late")
        self.service.control("terminate", ProcessId="manual-1")
        arena.wait_for("asked to end")
        self.assert_ended_well(arena)

    def test_a_terminate_process_is_served_by_the_plugin_where_the_scripts_never_come_back(self):
        arena = self.server(ASKS)
        self.reload(arena, "error 'no scripts any more'")
        self.service.control("terminate", ProcessId="manual-1")
        arena.wait_for("no script or engine code has taken GameLift's callbacks over within 10 s", 20)
        self.assert_ended_well(arena)

    def test_a_reload_in_the_drain_of_a_terminate_process_ends_the_process(self):
        arena = self.server(DRAINS)
        self.service.control("terminate", ProcessId="manual-1")
        arena.wait_for("draining")
        self.reload(arena)
        arena.wait_for("the drain began before")
        self.assert_ended_well(arena)

    # ---- with gamelift.match

    def join(self, arena, player_session_id):
        return websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId={player_session_id}")

    async def reload_with(self, arena):
        await asyncio.to_thread(self.reload, arena)

    def test_a_match_is_reloaded_twice_right_after_create_game_session_while_gamelift_is_silent(self):
        arena = self.server(MATCH)
        session = self.service.create_session()["GameSessionId"]
        with Silence(self.service):
            self.reload(arena)
            self.reload(arena)
            time.sleep(1)
        self.service.wait_until(lambda: self.service.session(session)["Status"] == "ACTIVE", "an active session")
        self.assertNotIn("terminate", arena.log)
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)

    def test_players_of_a_match_stay_over_reloads_also_while_they_are_accepted(self):
        arena = self.server(MATCH)
        session = self.service.place_session()
        with_seat, without = self.service.create_player(session, "ann"), self.service.create_player(session, "bob")

        async def play():
            async with self.join(arena, with_seat) as ann:
                self.assertEqual(b"welcome ann", await ann.recv())
                with Silence(self.service):
                    async with self.join(arena, without) as bob:
                        await asyncio.sleep(0.3)  # bob is being accepted
                        for _ in range(2):
                            await self.reload_with(arena)
                            self.assertEqual(b"welcome ann", await ann.recv())
                        self.service.popen.send_signal(signal.SIGCONT)
                        self.assertEqual(b"welcome bob", await bob.recv())
                        self.assertEqual(["ACTIVE", "ACTIVE"], self.service.player_states())
                self.service.control("terminate", ProcessId="manual-1")
                await asyncio.to_thread(arena.wait_for, "terminate TERMINATE_PROCESS")
                await self.reload_with(arena)
                self.assertEqual(b"welcome ann", await ann.recv())
                await asyncio.to_thread(arena.wait_for, "terminate TERMINATE_PROCESS", count=2)
        asyncio.run(play())
        self.assert_ended_well(arena)
        self.assertEqual(1, arena.log.count("ended true"), arena.log)
        self.assertEqual(["COMPLETED", "COMPLETED"], self.service.player_states())


if __name__ == "__main__":
    unittest.main()
