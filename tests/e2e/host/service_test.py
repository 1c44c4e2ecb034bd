# SPDX-License-Identifier: Apache-2.0
"""The arena on a service: what happens when there is none, when it refuses, and at the end."""

import asyncio
import json
import signal
import socket
import unittest

import websockets

from arena import WITH_TSAN, Arena, ArenaCase
from service import Service

# A small game server: ready, activates, accepts, removes. No policy of a real game in it.
SERVER = """
local gamelift = require "gamelift"
local server = gamelift.server()
local ids, ticks = {}, 0
host.on("tick", function() ticks = ticks + 1 end)
server:set_handlers {
  on_start_game_session = function(self, session)
    host.log("info", "session " .. session.game_session_id)
    assert(self:activate_game_session())
    host.log("info", "active")
  end,
  on_process_terminate = function(self, time)
    host.log("info", "terminate by the service")
    assert(self:process_ending())
    host.exit(0)
  end,
}
host.on("connect", function(player, info)
  local began = ticks
  local ok, message = server:accept_player_session(info.player_session_id)
  if not ok then return host.close(player, message) end
  ids[player] = info.player_session_id
  host.log("info", ("accepted %d ticks later"):format(ticks - began))
  host.send(player, "welcome")
end)
host.on("message", function(player, bytes) host.send(player, bytes) end)
host.on("disconnect", function(player)
  local id = ids[player]
  ids[player] = nil
  if id then server:remove_player_session(id) host.log("info", "removed") end
end)
assert(server:process_ready { port = host.port, log_paths = {} })
host.log("info", "ready")
"""


class OnService(ArenaCase):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.stop)

    def server(self, script=SERVER, *arguments):
        return self.start("--script", self.write("main.lua", script), *arguments,
                          environment=self.service.environment)

    def join(self, arena, player_session_id):
        return websockets.connect(f"ws://127.0.0.1:{arena.port}/?PlayerSessionId={player_session_id}")

    def assert_ended_well(self, arena, code=0):
        """Exit code, and ProcessEnding instead of a crash."""
        self.assertEqual(code, arena.exit_code(), arena.log)
        self.assertIn("process manual-1 has ended", self.service.log(), arena.log)
        self.assertNotIn("SERVER_PROCESS_CRASHED", self.service.log())
        self.assert_clean(arena)


class NoService(ArenaCase):
    def unreachable(self, url, token="token", **options):
        return self.fails("--script", self.write("main.lua", SERVER), environment={
            "GAMELIFT_SDK_WEBSOCKET_URL": url, "GAMELIFT_SDK_AUTH_TOKEN": token, "GAMELIFT_SDK_FLEET_ID": "fleet-1",
            "GAMELIFT_SDK_HOST_ID": "host-1", "GAMELIFT_SDK_PROCESS_ID": "process-1"}, **options)

    def test_a_service_that_does_not_run_is_one_sentence_within_ten_seconds(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        log = self.unreachable(f"ws://127.0.0.1:{port}")
        self.assertRegex(log, rf"ERROR gamelift no connection to GameLift: 127\.0\.0\.1:{port} cannot be reached.*; "
                              "start gamelift-local, or set GAMELIFT_SDK_WEBSOCKET_URL")
        self.assertEqual(1, log.count(" ERROR "), log)

    def test_a_service_that_does_not_answer_is_one_sentence_within_ten_seconds(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"ws://127.0.0.1:{silent.getsockname()[1]}"
            log = self.unreachable(url)
        self.assertIn(f"no connection to GameLift: {url} does not answer; start gamelift-local", log)

    def test_sigterm_before_the_first_connection_is_no_failure(self):
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            url = f"ws://127.0.0.1:{nobody.getsockname()[1]}"
            arena = self.start(
                "--set", f"gamelift.websocket_url={url}", "--set", "gamelift.auth_token=t",
                "--set", "gamelift.process_id=p", "--set", "gamelift.host_id=h", "--set", "gamelift.fleet_id=f",
                "--set", "gamelift.first_connect_timeout_ms=0", "--set", "terminate_grace_s=600")
            arena.wait_for("players: http")
            arena.signal(signal.SIGTERM)
            self.assertEqual(0, arena.exit_code(), arena.log)
            self.assertNotIn(" ERROR ", arena.log)
            arena.wait_for("ProcessEnding was not sent: there was no connection", 0)

    def test_no_address_at_all_is_named(self):
        log = self.fails("--script", self.write("main.lua", SERVER))
        self.assertIn("ERROR gamelift no GameLift service is named: start gamelift-local", log)
        self.assertEqual(1, log.count(" ERROR "), log)


class Refused(OnService):
    def test_a_token_that_nobody_gave_is_one_sentence(self):
        log = self.fails("--script", self.write("main.lua", SERVER), environment={
            **self.service.environment, "GAMELIFT_SDK_AUTH_TOKEN": "forged"})
        self.assertIn("check GAMELIFT_SDK_AUTH_TOKEN", log)
        self.assertEqual(1, log.count(" ERROR "), log)
        self.assertNotIn("forged", log)


class Session(OnService):
    def test_players_are_accepted_refused_and_removed(self):
        arena = self.server()
        session = self.service.place_session()

        async def play():
            async with self.join(arena, self.service.create_player(session)) as player:
                self.assertEqual(b"welcome", await player.recv())
                self.assertEqual(["ACTIVE"], self.service.player_states())
                async with self.join(arena, "psess-nobody") as stranger:
                    with self.assertRaises(websockets.ConnectionClosed) as closed:
                        await stranger.recv()
                    self.assertIn("psess-nobody", closed.exception.rcvd.reason)
                await player.send(b"still here")
                self.assertEqual(b"still here", await player.recv())
        asyncio.run(play())
        self.service.wait_until(lambda: self.service.player_states() == ["COMPLETED"], "a removed player")
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)

    def test_an_answer_does_not_wait_for_the_next_frame(self):
        arena = self.server(SERVER, "--tick-rate", 1)
        session = self.service.place_session()

        async def play():
            for number in range(4):
                async with self.join(arena, self.service.create_player(session, f"player-{number}")) as player:
                    await player.recv()
        asyncio.run(play())
        arena.wait_for(r"accepted (\d+) ticks later", count=4)
        self.assertIn("accepted 0 ticks later", arena.log)  # one may meet the frame by chance, not all four
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)

    def test_the_plugin_can_check_the_players_itself(self):
        arena = self.server("""
            local server = require("gamelift").server()
            server:set_handlers { on_start_game_session = function(self) assert(self:activate_game_session()) end }
            host.on("connect", function(player) host.send(player, "in") end)
            host.on("message", function() error "nobody is to be heard" end)
            assert(server:process_ready { port = host.port, log_paths = {} })""",
                            "--set", "gamelift.check_players=1")
        session = self.service.place_session()

        async def play():
            async with self.join(arena, self.service.create_player(session)) as player:
                self.assertEqual(b"in", await player.recv())
                self.assertEqual(["ACTIVE"], self.service.player_states())
            async with self.join(arena, "psess-nobody") as stranger:
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await stranger.send(b"not heard")
                    await stranger.recv()
                self.assertIn("psess-nobody", closed.exception.rcvd.reason)
        asyncio.run(play())
        self.service.wait_until(lambda: self.service.player_states() == ["COMPLETED"], "a removed player")
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)


class End(OnService):
    @unittest.skipIf(WITH_TSAN, "ThreadSanitizer holds a signal back until the next system call")
    def test_a_callback_of_gamelift_that_never_returns_is_ended_and_the_session_can_be_lost_in_order(self):
        for spin in ("while true do end", "while true do pcall(function() while true do end end) end"):
            with self.subTest(spin):
                service = Service()
                self.addCleanup(service.stop)
                arena = self.start("--script", self.write("main.lua", SERVER.replace(
                    'host.log("info", "session " .. session.game_session_id)', spin)), "--set", "script_timeout_ms=200",
                    environment=service.environment)
                arena.wait_for("ready")
                service.create_session()
                arena.wait_for(r"did not return within 200 ms of CPU time")
                arena.wait_for(r"stack traceback:[^$]*main.lua:\d")
                arena.signal(signal.SIGTERM)
                self.assertEqual(0, arena.exit_code(), arena.log)

    def test_the_log_is_kept_in_a_file_of_which_gamelift_is_told(self):
        arena = self.start("--set", f"log_folder={self.folder}/./", environment=self.service.environment)
        self.service.wait_until(lambda: self.service.process_state() == "READY", "the arena is ready")
        path = self.folder.resolve() / f"arena-{arena.process.pid}.log"
        with self.service.open("/_local/messages?action=ActivateServerProcess") as answer:
            self.assertIn(f'"LogPaths":["{path}"]', json.load(answer)["messages"][0]["text"])
        self.assertEqual("", arena.log)
        arena.signal(signal.SIGTERM)
        self.assertEqual(0, arena.exit_code(), path.read_text())
        self.assertRegex(path.read_text(), r"players: http(.|\n)* INFO ")

    def test_a_log_that_cannot_be_kept_is_one_sentence(self):
        for folder, words in ((f"{self.folder}/missing", "No such file or directory"), ("a" * 300, "File name too long"),
                              ("/proc/self/status", "Not a directory")):
            with self.subTest(words):
                log = self.fails("--set", f"log_folder={folder}", code=2)
                self.assertIn(words, log)
                self.assertEqual(1, len(log.splitlines()), log)

    def test_the_log_goes_into_no_file_that_somebody_else_has_linked_there(self):
        link = 'ln -s "$1/other" "$1/arena-$$.log" && shift && exec "$@"'
        arena = Arena("--set", f"log_folder={self.folder}", wrapper=["sh", "-c", link, "sh", str(self.folder)])
        self.addCleanup(arena.stop)
        self.assertEqual(2, arena.exit_code(), arena.log)
        self.assertIn("symbolic links", arena.log)
        self.assertFalse((self.folder / "other").exists())

    def test_sigterm_at_once(self):
        arena = self.server()
        arena.wait_for("GameLift is ws://")
        arena.signal(signal.SIGTERM)
        self.assertEqual(0, arena.exit_code(), arena.log)
        self.assertNotIn("SERVER_PROCESS_CRASHED", self.service.log())

    def test_sigterm_when_ready(self):
        arena = self.server()
        arena.wait_for("ready")
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)

    def test_sigterm_with_a_player_in_the_game(self):
        arena = self.server()
        session = self.service.place_session()

        async def play():
            async with self.join(arena, self.service.create_player(session)) as player:
                await player.recv()
                arena.signal(signal.SIGTERM)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await player.recv()
                self.assertEqual((4000, "the server has ended"),
                                 (closed.exception.rcvd.code, closed.exception.rcvd.reason))
        asyncio.run(play())
        self.assert_ended_well(arena)

    def test_sigterm_while_players_join(self):
        arena = self.server()
        session = self.service.place_session(16)
        ids = [self.service.create_player(session, f"player-{number}") for number in range(8)]

        async def play():
            joining = [asyncio.create_task(self.join(arena, one).__aenter__()) for one in ids]
            await asyncio.sleep(0.005)
            arena.signal(signal.SIGTERM)
            for result in await asyncio.gather(*joining, return_exceptions=True):
                if isinstance(result, websockets.WebSocketClientProtocol):
                    await result.close()
        asyncio.run(play())
        self.assert_ended_well(arena)

    def test_sigterm_while_the_service_is_away_ends_in_time(self):
        arena = self.server(SERVER, "--set", "terminate_grace_s=600")
        arena.wait_for("ready")
        self.service.stop()
        arena.signal(signal.SIGTERM)
        self.assertEqual(0, arena.exit_code(), arena.log)

    def test_the_service_ends_a_server_whose_script_handles_that(self):
        arena = self.server()
        arena.wait_for("ready")
        self.service.control("terminate", ProcessId="manual-1", NoticeSeconds=60)
        self.assert_ended_well(arena)
        arena.wait_for("terminate by the service", 0)

    def test_the_service_ends_a_server_whose_script_does_not(self):
        arena = self.server("local server = require('gamelift').server() "
                            "assert(server:process_ready { port = host.port, log_paths = {} }) host.log('info', 'ready')")
        arena.wait_for("ready")
        self.service.control("terminate", ProcessId="manual-1", NoticeSeconds=60)
        self.assert_ended_well(arena)

    def test_a_script_that_raises_at_once_still_says_process_ending(self):
        arena = self.server("local server = require('gamelift').server() "
                            "assert(server:process_ready { port = host.port, log_paths = {} }) error 'no map'")
        # It raises after its first wait: that is an error in a coroutine, and the server lives on.
        arena.wait_for("no map")
        self.service.wait_until(lambda: self.service.process_state() == "READY", "a ready process")
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)


class Reload(OnService):
    SCRIPT = """
        local server = require("gamelift").server()
        local version = %d
        local again = server:game_session_id() ~= nil
        server:set_handlers { on_start_game_session = function(self) assert(self:activate_game_session()) end }
        host.on("connect", function(player, info)
          if not info.again then assert(server:accept_player_session(info.player_session_id)) end
          host.send(player, "v" .. version)
        end)
        if not again then assert(server:process_ready { port = host.port, log_paths = {} }) end
        host.log("info", "running v" .. version)"""

    def test_scripts_are_reloaded_in_a_running_session(self):
        arena = self.server(self.SCRIPT % 1)
        session = self.service.place_session()

        async def play():
            async with self.join(arena, self.service.create_player(session)) as player:
                self.assertEqual(b"v1", await player.recv())
                for version in range(2, 6):
                    self.write("main.lua", self.SCRIPT % version)
                    arena.signal(signal.SIGHUP)
                    self.assertEqual(b"v%d" % version, await player.recv())
                async with self.join(arena, self.service.create_player(session, "late")) as late:
                    self.assertEqual(b"v5", await asyncio.wait_for(late.recv(), 5))
                self.assertEqual("ACTIVE", self.service.session(session)["Status"])
        asyncio.run(play())
        self.assertEqual(1, self.service.log().count("process manual-1 connected"))
        arena.signal(signal.SIGTERM)
        self.assert_ended_well(arena)


if __name__ == "__main__":
    unittest.main()
