# SPDX-License-Identifier: Apache-2.0
"""Hostile clients of the arena: every case of attack_cases.py against the players' port, and those of HTTP against the
lobby's."""
import http.client
import unittest

from arena import OFFLINE, Arena, ArenaCase
from attack import BINARY, Client, Target, WebSocket, run, valgrind
from attack_cases import http_cases, socket_cases

ECHO = """
host.on("connect", function() end)
host.on("message", function(player, bytes) host.send(player, bytes) end)
host.on("disconnect", function() end)
"""

LOBBY = 'host.on("request", function(request, respond) respond(200, { body = request.body }) end)'


class Players(Target):
    opcode = BINARY

    def __init__(self, port):
        self.port = port
        self.seats = 0
        self.witness = WebSocket(self)

    def socket_path(self):
        self.seats += 1
        return f"/?PlayerSessionId=psess-{self.seats}"

    def message(self):
        return b"hello"


class Lobby(Target):
    post = ("/api/echo", "")

    def __init__(self, port):
        self.port = port

    def socket_path(self):
        return "/"

    def ask_anew(self):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        client.request("POST", "/api/echo", "hello")
        assert client.getresponse().read() == b'{"body":"hello"}'
        client.close()


class Attack(ArenaCase):
    def start_wrapped(self, *arguments):
        arena = Arena(*arguments, wrapper=valgrind())
        self.addCleanup(arena.stop)
        arena.wait_for("players: http|lobby: http", 60)
        return arena

    def attack(self, target, sockets=()):
        for case in sockets:
            with self.subTest(case.name):
                run(case, WebSocket(target))
        for case in http_cases():
            with self.subTest(case.name):
                run(case, Client(target))

    def finish_wrapped(self, arena):
        arena.signal(15)
        self.assertEqual(0, arena.exit_code(60), arena.log)
        self.assert_clean(arena)

    def test_no_case_harms_the_players(self):
        arena = self.start_wrapped("--script", self.write("main.lua", ECHO), *OFFLINE,
                                   "--set", "joins_per_second=1000")
        players = Players(arena.port)
        self.attack(players, socket_cases())
        players.witness.socket.close()
        self.finish_wrapped(arena)

    def test_no_case_harms_the_lobby(self):
        pages = self.folder / "pages"
        pages.mkdir()
        (pages / "index.html").write_text("<p>the lobby</p>")
        arena = self.start_wrapped("--lobby", "--script", self.write("lobby.lua", LOBBY), "--assets", pages)
        self.attack(Lobby(arena.port))
        self.finish_wrapped(arena)


if __name__ == "__main__":
    unittest.main()
