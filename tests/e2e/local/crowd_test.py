#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Crowds at gamelift-local's port: who keeps a place, who gives way, and what those cost who do nothing."""
import http.client
import socket
import unittest

from local import Server, Service


class FewFiles(unittest.TestCase):
    """With 200 files there are 133 places, of which game servers take 100."""

    def start(self, *files):
        self.service = Service(files=files)
        self.addCleanup(self.service.stop)

    def crowd(self, size, addresses=1, text=b""):
        """Connections that ask for nothing, spread over so many addresses."""
        connections = [socket.create_connection(("127.0.0.1", self.service.port), timeout=20,
                                                source_address=(f"127.0.1.{i % addresses + 1}", 0)) for i in range(size)]
        for connection in connections:
            self.addCleanup(connection.close)
            connection.sendall(text)
        return connections

    def client(self):
        client = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        self.addCleanup(client.close)
        return client

    def ask(self, client):
        client.request("GET", "/_local/health")
        self.assertEqual(b'{"status":"ok"}', client.getresponse().read())

    def test_a_crowd_that_asks_for_nothing_is_in_its_own_way_alone(self):  # S84
        self.start(200, 200)
        known = self.client()
        self.ask(known)
        for addresses, text in ((1, b""), (200, b""), (30, b"GET / HTTP/1.1\r\n")):
            with self.subTest(addresses=addresses):
                self.crowd(600, addresses, text)
                for _ in range(10):
                    self.ask(known)
                    self.ask(self.client())
        self.assertEqual(1, self.service.log().count("as many connections as there may be"), self.service.log())

    def test_a_crowd_of_one_address_gets_one_line_where_places_are_left(self):  # S84
        self.start(2000, 2000)
        self.crowd(600)
        self.ask(self.client())
        self.assertEqual(1, self.service.log().count("as many connections as there may be"), self.service.log())

    def test_those_who_rest_give_way_to_a_newcomer_the_longest_rest_first(self):  # S84
        self.start(200, 200)
        known = [self.client() for _ in range(140)]
        for client in known:
            self.ask(client)
        with self.assertRaises(ConnectionError):
            self.ask(known[0])
        self.ask(known[-1])

    def test_game_servers_leave_places_to_the_api_and_the_dashboard(self):  # S84
        self.start(200, 200)
        sockets = [socket.create_connection(("127.0.0.1", self.service.port), timeout=20) for _ in range(103)]
        for number, connection in enumerate(sockets):
            self.addCleanup(connection.close)
            url = Server(self.service, f"process-{number}").url()
            connection.sendall((f"GET {url[url.index('/?'):]} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        statuses = [int(connection.recv(12)[9:12]) for connection in sockets]
        self.assertEqual([101] * 100 + [503] * 3, statuses)
        self.crowd(50)
        self.assertEqual(100, len(self.service.state()["processes"]))
        self.assertEqual(1, self.service.log().count("as many as there may be"), self.service.log())

    def test_it_takes_as_many_files_as_it_is_allowed(self):  # S84
        self.start(100, 2000)
        self.crowd(300)
        self.service.state()
        self.assertNotIn("libwebsockets", self.service.log())


if __name__ == "__main__":
    unittest.main()
