# SPDX-License-Identifier: Apache-2.0
"""Many hostile clients at once: what each address may take of the arena's ports, and that the others get in.

Attackers come from 127.0.0.2 and further addresses, honest clients from 127.0.0.1. What one hostile client may send
is in listener_attack_test.py.
"""
import http.client
import json
import socket
import threading
import unittest

from arena import OFFLINE, ArenaCase
from attack import BINARY, TEXT, Client, Target, WebSocket, head, post, upgrade

ECHO = """
host.on("connect", function(player, info) host.send(player, "from " .. info.address) end)
host.on("message", function(player, bytes) host.send(player, bytes) end)
host.on("disconnect", function() end)
"""

LOBBY = """
local held = {}
host.on("request", function(request, respond)
  if request.path == "/api/hold" then held[#held + 1] = respond return end
  if request.path == "/api/release" then for _, one in ipairs(held) do one(200, "released") end end
  respond(200, { body = request.body, address = request.address })
end)"""


class Port(Target):
    """One as clients from this address see it."""
    opcode = BINARY
    post = ("/api/echo", "")

    def __init__(self, arena, source="127.0.0.1"):
        self.port, self.source = arena.port, source

    def socket_path(self):
        return "/?PlayerSessionId=psess-1"

    def ask(self, path="/api/echo", method="POST", body="hello", **headers):
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=(self.source, 0))
        try:
            client.request(method, path, body, headers)
            answer = client.getresponse()
            return answer, answer.read()
        finally:
            client.close()


class Doors(ArenaCase):
    def crowd(self, port, count, data=b""):
        """So many connections that send this and wait."""
        clients = []
        for _ in range(count):
            client = Client(port)
            self.addCleanup(client.socket.close)
            client.send(data)
            clients.append(client)
        return clients

    def count_open(self, clients):
        """Those that the arena has not ended."""
        open_ones = 0
        for client in clients:
            client.socket.setblocking(False)
            try:
                client.socket.recv(1)
            except BlockingIOError:
                open_ones += 1
            except ConnectionError:
                pass
        return open_ones

    def join(self, port):
        """The status of the answer to an upgrade; 101 stays open."""
        client = Client(port)
        self.addCleanup(client.socket.close)
        client.send(upgrade(port))
        return client.status()


class Lobby(Doors):
    def setUp(self):
        super().setUp()
        pages = self.folder / "pages"
        pages.mkdir()
        (pages / "index.html").write_text("<p>the lobby</p>")
        self.arena = self.start("--lobby", "--script", self.write("lobby.lua", LOBBY), "--assets", pages)
        self.port, self.attacker = Port(self.arena), Port(self.arena, "127.0.0.2")

    def tearDown(self):
        self.finish(self.arena)

    def assert_served(self):
        self.assertEqual(200, self.port.ask()[0].status)

    def test_an_empty_post_is_answered(self):
        for length in ("0", "00"):
            client = Client(self.port)
            client.send(post(self.port, f"Content-Length: {length}"))
            self.assertEqual(200, client.status())
            while client.read():
                pass
            self.assertIn(b'"body":""', client.received)
            client.socket.close()

    def test_bodies_that_never_come_keep_nobody_out(self):
        self.crowd(self.attacker, 70, post(self.attacker, "Content-Length: 1000", body=b"x"))
        self.assert_served()

    def test_a_body_that_trickles_for_ever_is_given_up(self):
        client = Client(self.attacker)
        client.send(post(self.attacker, "Content-Length: 60000"))
        ended = threading.Event()

        def trickle():
            while not ended.wait(0.3):
                client.send(b"x")
        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            self.assertIn(client.status(), (408, 0))
        finally:
            ended.set()
            thread.join()
            client.socket.close()

    def test_seven_hundred_silent_connections_keep_nobody_out(self):
        crowd = self.crowd(self.attacker, 700)
        self.assert_served()
        self.assertLessEqual(self.count_open(crowd), 128)  # else it was only served when their time was over

    def test_silent_connections_push_out_those_of_their_own_address(self):
        slow = Client(self.port)
        slow.send(head(self.port, "GET / HTTP/1.1")[:-2])
        for number in range(2, 8):
            self.crowd(Port(self.arena, f"127.0.0.{number}"), 100)
        self.assert_served()
        slow.send(b"\r\n")
        self.assertEqual(200, slow.status())
        slow.socket.close()

    def test_requests_that_wait_for_an_answer_leave_room_for_other_addresses(self):
        waiting = self.crowd(self.attacker, 80, head(self.attacker, "GET /api/hold HTTP/1.1"))
        self.assert_served()
        self.port.ask("/api/release")
        statuses = [client.status() for client in waiting]
        self.assertEqual((64, 16), (statuses.count(200), statuses.count(503)))

    def test_the_script_hears_where_a_request_comes_from(self):
        for port in (self.port, self.attacker):
            self.assertEqual(port.source, json.loads(port.ask()[1])["address"])

    def test_no_page_of_another_site_may_frame_the_lobby(self):
        for path in ("/", "/api/echo", "/nothing"):
            policy = self.port.ask(path, "GET", None)[0].getheader("content-security-policy")
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertIn("default-src 'self'", policy)

    def test_a_host_that_only_begins_like_ours_is_refused(self):
        for name, status in (("127.0.0.1:{}.evil.example", 403), ("localhost:evil.example", 403), ("127.0.0.1:", 200),
                             ("127.0.0.1.evil.example", 403), ("localhost:{}", 200)):
            with self.subTest(name):
                answer = self.port.ask("/", "GET", None, Host=name.format(self.port.port))[0]
                self.assertEqual(status, answer.status)
        self.assertEqual(403, self.port.ask(Origin="http://127.0.0.1:80.evil.example")[0].status)


class Players(Doors):
    def start_players(self, *settings):
        self.arena = self.offline(ECHO, *(part for setting in settings for part in ("--set", setting)))
        self.port, self.attacker = Port(self.arena), Port(self.arena, "127.0.0.2")

    def tearDown(self):
        self.finish(self.arena)

    def test_silent_connections_keep_no_player_out(self):
        self.start_players()
        crowd = self.crowd(self.attacker, 700)
        self.assertEqual(101, self.join(self.port))
        self.assertLessEqual(self.count_open(crowd), 128)

    def test_an_address_has_so_many_connections_and_no_more(self):
        self.start_players("players_per_address=3", "joins_per_second=100")
        self.assertEqual([101, 101, 101, 429], [self.join(self.attacker) for _ in range(4)])
        self.assertEqual(101, self.join(self.port))
        self.arena.wait_for("a join from 127.0.0.2 was refused: that address has as many connections as one may have")

    def test_an_address_that_joins_all_the_time_is_refused_and_logged_with_a_count(self):
        self.start_players("joins_per_second=1", "players_per_address=100")
        statuses = [self.join(self.attacker) for _ in range(40)]
        self.assertEqual([101] * 5, statuses[:5])
        self.assertLessEqual(statuses.count(101), 15)  # one a second more, on a machine as slow as this
        self.assertEqual(101, self.join(self.port))
        refused = statuses.count(429) - 1
        self.assertGreater(refused, 10)
        self.arena.wait_for(f"{refused} further joins were refused", 30)
        self.assertEqual(1, self.arena.log.count("a join from 127.0.0.2 was refused: that address joins too often"))

    def test_the_script_hears_the_address(self):
        self.start_players()
        for port in (self.port, self.attacker):
            with WebSocket(port) as player:
                self.assertEqual(f"from {port.source}".encode(), player.next_of(TEXT, BINARY))


if __name__ == "__main__":
    unittest.main()
