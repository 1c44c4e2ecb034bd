#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The game module of plugin/engines/openarena in OpenArena's server: a whole life on gamelift-local, over a change of the
map, and SIGTERM."""

import re
import socket
import unittest

import local
from engine import BUILD, ENGINES, EngineCase, free_port, needs

REAL_MODULE = "/usr/lib/openarena-server/baseoa/qagamex86_64.so"
OUT_OF_BAND = b"\xff\xff\xff\xff"


class Client:
    """A player as far as the connection goes, which is where it is judged."""

    def __init__(self, case, port, qport=1):
        self.qport = qport
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self.socket.close)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(1)

    def ask(self, text, answer):
        """The rest of the answer that begins so, asked for until it comes."""
        def try_once():
            self.socket.send(OUT_OF_BAND + text.encode())
            try:
                said = self.socket.recv(65536)
            except (socket.timeout, ConnectionRefusedError):
                return None
            found = re.match(OUT_OF_BAND + rb"(?:" + answer.encode() + rb")\s*(.*)", said, re.DOTALL)
            return found and (found[1].decode(errors="replace") or "yes")
        return local.until(try_once, 30, f"an answer to {text}")

    def connect(self, name, player_session, guid="0123456789abcdef" * 2):
        """What the server says to it; the game itself wants a guid of each player."""
        challenge = self.ask("getchallenge", "challengeResponse").split()[0]
        info = rf"\protocol\71\qport\{self.qport}\challenge\{challenge}\name\{name}\cl_guid\{guid}\psess\{player_session}"
        # In capitals: "connect" would have to be compressed.
        return self.ask(f'CONNECT "{info}"', "connectResponse|print")

    def map(self):
        return re.search(r"\\mapname\\([^\\]+)", self.ask("getstatus", "statusResponse"))[1]

    def players(self):
        return re.findall(r'^-?\d+ \d+ "(.*)"$', self.ask("getstatus", "statusResponse"), re.M)


@needs("openarena-server", "openarena-server")
class OpenArena(EngineCase):
    def start_server(self, **environment):
        self.port = free_port()
        home = self.service.path / "home"
        modules = home / ".openarena/baseoa"
        modules.mkdir(parents=True)
        (modules / "qagamex86_64.so").symlink_to(BUILD / "engines/openarena/qagamex86_64.so")
        cvars = {"dedicated": 1, "vm_game": 0, "net_ip": "127.0.0.1", "net_port": self.port, "net_enabled": 1,
                 "sv_maxclients": 4, "com_hunkmegs": 64, "rconPassword": "secret", "ttycon": 0, "bot_enable": 0,
                 "gamelift_module": REAL_MODULE, "gamelift_plugin": BUILD / "gamelift_plugin.so"}
        options = [part for name, value in cvars.items() for part in ("+set", name, value)]
        self.start(self.program, *options, "+map", "oa_dm1", environment={"HOME": str(home), **environment})

    def test_a_player_comes_with_a_seat_and_goes_over_a_change_of_the_map(self):
        self.start_server()
        session = self.place_session(GameProperties=[{"Key": "map", "Value": "oa_dm2"}])
        client = Client(self, self.port)
        self.assertEqual("oa_dm2", client.map())
        seat = self.create_player(session)
        client.connect("ann", seat)
        self.wait_for_seat(seat, "ACTIVE")
        self.assertEqual(["ann"], client.players())
        stranger = Client(self, self.port, qport=2)
        stranger.connect("stranger", "psess-nobody")
        self.wait(lambda: client.players() == ["ann"], "the stranger is put out")
        client.ask("rcon secret map oa_dm1", "print")
        self.wait(lambda: client.map() == "oa_dm1", "the other map")
        self.assertEqual(["ann"], client.players())
        self.assertEqual(1, self.service.log().count("process manual-1 connected"), self.service.log())
        client.ask("rcon secret clientkick 0", "print|disconnect")
        self.wait_for_seat(seat, "COMPLETED")
        self.terminate()
        self.assert_ends(session)

    def test_without_a_player_session_id_nobody_comes_in(self):
        self.start_server()
        self.place_session()
        self.assertIn("this is no player session id", Client(self, self.port).connect("nobody", ""))
        self.send_sigterm()
        self.assert_ends()

    def test_a_player_who_connects_anew_gives_the_old_seat_back(self):
        self.start_server()
        session = self.place_session()
        old, new = self.create_player(session), self.create_player(session, "bob")
        client = Client(self, self.port)
        client.connect("ann", old)
        self.wait_for_seat(old, "ACTIVE")
        Client(self, self.port).connect("bob", new)  # from the same address and with the same number
        self.wait_for_seat(new, "ACTIVE")
        self.wait_for_seat(old, "COMPLETED")
        self.assertEqual(["bob"], client.players())
        self.send_sigterm()
        self.assert_ends(session)

    def test_a_player_whom_the_game_itself_turns_away_takes_no_seat(self):
        self.start_server()
        session = self.place_session()
        seat = self.create_player(session)
        self.assertEqual("Invalid GUID", Client(self, self.port).connect("ann", seat, guid="").strip())
        client = Client(self, self.port)
        client.connect("ann", seat)
        self.wait_for_seat(seat, "ACTIVE")
        self.assertEqual(["ann"], client.players())
        self.send_sigterm()
        self.assert_ends(session)

    def test_sigterm_ends_the_game_session(self):
        self.start_server()
        session = self.place_session()
        seat = self.create_player(session)
        Client(self, self.port).connect("ann", seat)
        self.wait_for_seat(seat, "ACTIVE")
        self.send_sigterm()
        self.assert_ends(session)

    def test_without_a_service_it_ends_with_a_sentence(self):
        self.start_server(GAMELIFT_SDK_WEBSOCKET_URL="")
        self.assertEqual(1, self.engine.process.wait(20), self.engine.text)
        self.assertIn("no GameLift service is named", self.engine.text)


if __name__ == "__main__":
    unittest.main()
