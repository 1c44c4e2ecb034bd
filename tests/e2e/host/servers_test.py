# SPDX-License-Identifier: Apache-2.0
"""Many game servers in one arena: each lives, ends and fails by itself, and a new one takes its place."""

import asyncio
import resource
import signal
import unittest

import websockets

from arena import OFFLINE, WITH_TSAN, Arena, ArenaCase, clean_environment
from local import free_ports
from service import Service

PATIENCE_S = 120

# A game server that does what its players tell it.
SERVER = """
local gamelift = require "gamelift"
local server = gamelift.server()
if host.config("bad_port") == tostring(host.port) then error "this port brings bad luck" end
local deeds, every_tick = {}, nil
function deeds.error() error "as was asked" end
function deeds.loop() while true do end end
function deeds.loops() every_tick = deeds.loop end
function deeds.memory() local all = {} while true do all[#all + 1] = ("x"):rep(1 << 20) .. #all end end
function deeds.leave() assert(server:process_ending()) host.exit(0) end
function deeds.fail() host.exit(3) end
server:set_handlers {
  on_start_game_session = function(self) assert(self:activate_game_session()) end,
  on_process_terminate = deeds.leave,
}
host.on("connect", function(player, info)
  if info.again then return end
  local ok, message = server:accept_player_session(info.player_session_id)
  if ok then host.send(player, "welcome") else host.close(player, message) end
end)
host.on("message", function(player, bytes)
  if deeds[bytes] then deeds[bytes]() end
  host.send(player, VERSION .. bytes)
end)
host.on("tick", function() if every_tick then every_tick() end end)
if not server:is_process_ready() then assert(server:process_ready { port = host.port, log_paths = {} }) end
host.log("info", "ready")
"""


def server_script(version=""):
    return SERVER.replace("VERSION", f"{version!r}")


class Player:
    """A player in the game, over a real socket."""

    def __init__(self, loop, port, seat):
        self.loop = loop
        self.socket = self.run(self.come(port, seat))

    @staticmethod
    async def come(port, seat):
        socket = await websockets.connect(f"ws://127.0.0.1:{port}/?PlayerSessionId={seat}", open_timeout=PATIENCE_S,
                                          ping_interval=None)
        if await socket.recv() != b"welcome":
            raise AssertionError("no welcome")
        return socket

    def run(self, what):
        return self.loop.run_until_complete(asyncio.wait_for(what, PATIENCE_S))

    def say(self, text):
        self.run(self.socket.send(text.encode()))

    def hear(self):
        return self.run(self.socket.recv()).decode()

    def ask(self, text):
        self.say(text)
        return self.hear()

    def farewell(self):
        """Why the server has closed the connection."""
        try:
            while True:
                self.hear()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.reason if closed.rcvd else "connection lost"

    def close(self):
        self.run(self.socket.close())


class Servers(ArenaCase):
    def setUp(self):
        super().setUp()
        self.service = Service()
        self.addCleanup(self.service.stop)
        self.environment = {name: value for name, value in self.service.environment.items()
                            if name != "GAMELIFT_SDK_PROCESS_ID"}
        self.loop = asyncio.new_event_loop()
        self.addCleanup(self.loop.close)

    def many(self, count, *arguments, ready=None):
        """An arena of so many servers, all of them ready."""
        self.script = self.write("main.lua", server_script())
        arena = self.start("--script", self.script, "--servers", count, *arguments, environment=self.environment)
        wanted = count if ready is None else ready
        self.until(lambda: len(self.ready()) == wanted, f"{wanted} servers are ready", arena)
        return arena

    def until(self, condition, what, arena):
        try:
            self.service.wait_until(condition, what, PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{arena.log}") from None

    def ready(self):
        return {one["process_id"] for one in self.service.state()["processes"] if one["state"] == "READY"}

    def join(self, player_id="player-1"):
        """A player in a game session of its own."""
        session = self.service.place_session()
        player = Player(self.loop, self.service.session(session)["Port"], self.service.create_player(session, player_id))
        self.addCleanup(player.close)
        return player

    def processes(self, state):
        return [one for one in self.service.state()["processes"] if one["state"] == state]

    def finish_all(self, arena, code=0):
        arena.signal(signal.SIGTERM)
        self.assertEqual(code, arena.exit_code(PATIENCE_S), arena.log)
        self.assert_clean(arena)
        self.assertEqual([], self.processes("READY") + self.processes("ACTIVE"), arena.log)

    def test_each_server_has_a_process_id_a_port_and_players_of_its_own(self):
        arena = self.many(4)
        processes = self.service.state()["processes"]
        self.assertEqual(4, len({one["process_id"] for one in processes}))
        players = [self.join(f"player-{number}") for number in range(3)]
        ports = {one["port"] for one in self.service.state()["game_sessions"]}
        self.assertEqual(3, len(ports))
        for number, player in enumerate(players):
            player.say(f"from {number}")
        for number, player in enumerate(players):
            self.assertEqual(f"from {number}", player.hear())
        for number in range(1, 5):
            arena.wait_for(rf"INFO  arena    \[{number}\] players: http://127.0.0.1:", PATIENCE_S)
            arena.wait_for(rf"INFO  script   \[{number}\] ready", PATIENCE_S)
        self.finish_all(arena)

    def test_ports_follow_one_another_from_the_given_one(self):
        first = free_ports(3)
        arena = self.many(3, "--port", first)
        arena.wait_for(rf"\[1\] players: http://127.0.0.1:{first}\b")
        arena.wait_for(rf"\[3\] players: http://127.0.0.1:{first + 2}\b")
        self.finish_all(arena)

    def test_a_session_that_ends_has_a_new_server_in_its_place_and_disturbs_no_other(self):
        arena = self.many(2)
        first = self.ready()
        staying, leaving = self.join("a"), self.join("b")
        port = self.service.state()["game_sessions"][1]["port"]
        leaving.say("leave")
        self.assertEqual("the server has ended", leaving.farewell())
        self.until(lambda: len(self.ready() - first) == 1, "a new server is ready", arena)
        self.assertEqual("still here", staying.ask("still here"))
        fresh = self.service.process(next(iter(self.ready() - first)))
        self.assertEqual(port, fresh["port"])
        self.assertEqual("again", self.join("c").ask("again"))
        self.finish_all(arena)

    def test_an_error_of_one_script_is_its_own(self):
        arena = self.many(2)
        good, bad = self.join("a"), self.join("b")
        for _ in range(3):
            bad.say("error")
            self.assertEqual("fine", good.ask("fine"))
        self.assertEqual("alive", bad.ask("alive"))
        arena.wait_for(r"ERROR script   \[[12]\] .*as was asked", PATIENCE_S)
        self.finish_all(arena)

    @unittest.skipIf(WITH_TSAN, "ThreadSanitizer holds a signal back until the next system call")
    def test_a_call_that_does_not_return_is_ended_and_a_server_that_goes_on_so_makes_room_for_another(self):
        arena = self.many(2)
        first = self.ready()
        good, bad = self.join("a"), self.join("b")
        bad.say("loop")
        self.assertEqual("fine", good.ask("fine"))
        arena.wait_for(r"did not return within 500 ms of CPU time", PATIENCE_S)
        self.assertEqual("alive", bad.ask("alive"))
        bad.say("loops")
        self.assertEqual("the server has ended", bad.farewell())
        arena.wait_for(r"ERROR arena    \[[12]\] its script took too long 3 times", PATIENCE_S)
        self.assertEqual("fine", good.ask("fine"))
        self.until(lambda: len(self.ready() - first) == 1, "a new server is ready", arena)
        self.assertEqual("new", self.join("c").ask("new"))
        self.finish_all(arena)

    def test_a_script_that_eats_memory_gets_an_error(self):
        arena = self.many(2, "--set", "script_memory_mb=32", "--set", "script_timeout_ms=60000")
        good, bad = self.join("a"), self.join("b")
        bad.say("memory")
        self.assertEqual("alive", bad.ask("alive"))
        self.assertEqual("fine", good.ask("fine"))
        arena.wait_for(r"ERROR script   \[[12]\] not enough memory", PATIENCE_S)
        self.finish_all(arena)

    def test_a_server_that_leaves_keeps_no_other_waiting(self):
        arena = self.many(2, "--set", "gamelift.exit_timeout_ms=60000")
        good, bad = self.join("a"), self.join("b")
        self.service.popen.send_signal(signal.SIGSTOP)  # it answers no ProcessEnding
        bad.say("fail")
        bad.farewell()
        for number in range(100):
            self.assertEqual(f"fine {number}", good.ask(f"fine {number}"))
        self.assertNotIn("has ended with code", arena.log)
        self.service.popen.send_signal(signal.SIGCONT)
        arena.wait_for(r"\[[12]\] the server has ended with code 3; the next one starts in", PATIENCE_S)
        self.until(lambda: len(self.ready()) == 1, "a new server is ready", arena)
        self.finish_all(arena)

    def test_sighup_reloads_all_and_a_script_that_does_not_compile_changes_nothing(self):
        arena = self.many(2)
        players = [self.join("a"), self.join("b")]
        self.script.write_text(server_script("new "))
        arena.signal(signal.SIGHUP)
        for number in (1, 2):
            arena.wait_for(rf"\[{number}\] scripts reloaded", PATIENCE_S)
        self.assertEqual(["new a", "new b"], [player.ask(text) for player, text in zip(players, "ab")])
        self.script.write_text("this is no Lua")
        arena.signal(signal.SIGHUP)
        arena.wait_for("the scripts stay as they were", PATIENCE_S, count=2)
        self.assertEqual(["new a", "new b"], [player.ask(text) for player, text in zip(players, "ab")])
        self.finish_all(arena)

    def test_sigterm_drains_all(self):
        arena = self.start("--script", self.write("main.lua", server_script() + """
            host.on("terminate", function()
              host.log("info", "drains")
              host.sleep(0.5)
              deeds.leave()
            end)"""), "--servers", 3, environment=self.environment)
        self.until(lambda: len(self.ready()) == 3, "3 servers are ready", arena)
        self.join()
        self.finish_all(arena)
        for number in (1, 2, 3):
            self.assertIn(f"[{number}] drains", arena.log)
        self.assertNotIn("the next one starts", arena.log)

    def test_a_place_that_fails_for_good_takes_no_other_down_and_is_told_by_the_exit_code(self):
        first = free_ports(3)
        arena = self.many(3, "--port", first, "--set", f"bad_port={first + 1}", ready=2)
        arena.wait_for(r"\[2\] the server has ended with code 1; the next one starts in", PATIENCE_S, count=2)
        self.assertEqual(400, self.refusal(first))
        self.assertEqual(503, self.refusal(first + 1))
        self.assertEqual("fine", self.join().ask("fine"))
        self.finish_all(arena, code=1)

    def refusal(self, port):
        async def try_it():
            try:
                await websockets.connect(f"ws://127.0.0.1:{port}/", open_timeout=PATIENCE_S)
            except websockets.InvalidStatusCode as refused:
                return refused.status_code
            return 101
        return self.loop.run_until_complete(try_it())

    def test_where_all_servers_fail_the_program_ends(self):
        self.environment["GAMELIFT_SDK_AUTH_TOKEN"] = "wrong"
        arena = self.start("--script", self.write("main.lua", server_script()), "--servers", 3,
                           environment=self.environment)
        self.assertEqual(1, arena.exit_code(PATIENCE_S), arena.log)
        self.assertIn("the servers of all places have failed: the program ends", arena.log)
        self.assert_clean(arena)

    def test_the_token_is_read_for_each_server(self):
        good = self.environment.pop("GAMELIFT_SDK_AUTH_TOKEN")
        token = self.write("token", good + "\n")
        self.environment["GAMELIFT_SDK_AUTH_TOKEN"] = "not this one"
        arena = self.many(2, "--set", f"auth_token_file={token}")
        first = self.ready()
        player = self.join()
        token.write_text("a token that GameLift does not know")
        player.say("leave")
        arena.wait_for(r"no connection to GameLift: .*check GAMELIFT_SDK_AUTH_TOKEN", PATIENCE_S)
        token.unlink()
        arena.wait_for(r"the auth token cannot be read: .*token: No such file", PATIENCE_S)
        token.write_text(good)
        self.until(lambda: len(self.ready() - first) == 1, "a server with the right token is ready", arena)
        self.finish_all(arena)

    def test_one_server_may_have_successors_as_well(self):
        arena = self.many(1)
        first = self.ready()
        self.join().say("leave")
        self.until(lambda: self.ready() and not self.ready() & first, "a new server is ready", arena)
        self.finish_all(arena)


class Refusals(ArenaCase):
    def test_what_does_not_go_together_is_one_sentence(self):
        for arguments, sentence in (
                (("--servers", 0), "--servers takes a number from 1 to 500, not \"0\""),
                (("--servers", 501), "--servers takes a number from 1 to 500, not \"501\""),
                (("--servers", 2, "--lobby"), "--servers is for game servers"),
                (("--bots", 1, "--servers", 2), "--servers is for game servers"),
                (("--servers", 100, "--port", 65500), "--port 65500 with --servers 100 is beyond port 65535")):
            with self.subTest(sentence):
                log = self.fails(*arguments, code=2)
                self.assertIn(sentence, log)
                self.assertEqual(1, len(log.splitlines()), log)

    def test_a_process_id_of_the_environment_is_for_one_server(self):
        log = self.fails("--servers", 2, environment={"GAMELIFT_SDK_PROCESS_ID": "ManagedResource"})
        self.assertIn("--servers is for Anywhere fleets", log)
        self.assertIn("(ManagedResource)", log)
        self.assertEqual(1, len(log.splitlines()), log)

    def test_too_few_descriptors_are_told_before_any_server_starts(self):
        arena = Arena("--servers", 500, *OFFLINE, wrapper=("prlimit", "--nofile=1024:1024"),
                      environment=clean_environment())
        self.addCleanup(arena.stop)
        self.assertEqual(1, arena.exit_code(PATIENCE_S), arena.log)
        self.assertIn("--servers 500 needs 18064 file descriptors, and this process may have 1024", arena.log)
        self.assertEqual(1, len(arena.log.splitlines()), arena.log)

    def test_the_soft_limit_is_raised_where_the_hard_one_allows(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 4096:
            self.skipTest(f"no more than {hard} descriptors may be had here")
        script = self.write("main.lua", "host.on('terminate', function() host.exit(0) end) host.log('info', 'runs')")
        arena = Arena("--servers", 20, *OFFLINE, "--script", script, wrapper=("prlimit", f"--nofile=256:{hard}"),
                      environment=clean_environment())
        self.addCleanup(arena.stop)
        arena.wait_for(r"\[20\] runs", PATIENCE_S)
        self.finish(arena)


if __name__ == "__main__":
    unittest.main()
