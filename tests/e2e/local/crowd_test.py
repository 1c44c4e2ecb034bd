#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Crowds at gamelift-local's port: who keeps a place, who gives way, and what those cost who do nothing."""
import http.client
import os
import pathlib
import resource
import socket
import struct
import tempfile
import time
import unittest

from local import Server, Service, make_certificate, until

# The beginning of what a TLS client says first.
HALF_HELLO = bytes.fromhex("16 0301 0200 01 0001fc 0303") + bytes(40)
HALF_HEAD = b"GET / HTTP/1.1\r\n"


class Crowd(unittest.TestCase):
    """With 200 files there are 133 places, of which game servers take 100."""

    trust = None

    def options(self):
        return ()

    def start(self, *files):
        self.service = Service(*self.options(), files=files, trust=self.trust)
        self.addCleanup(self.service.stop)

    def connect(self, number=0, addresses=1):
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=60,
                                              source_address=(f"127.0.1.{number % addresses + 1}", 0))
        self.addCleanup(connection.close)
        return connection

    def secure(self, connection):
        if not self.trust:
            return connection
        connection = self.trust.wrap_socket(connection, server_hostname="127.0.0.1")
        self.addCleanup(connection.close)
        return connection

    def crowd(self, size, addresses=1, text=b""):
        """Connections that ask for nothing, spread over so many addresses."""
        connections = [self.connect(number, addresses) for number in range(size)]
        for connection in connections:
            try:
                connection.sendall(text)
            except OSError:
                pass  # it gave way to another one of them
        return connections

    def game_server(self, number, connection):
        """A WebSocket, once the answer is read."""
        url = Server(self.service, f"process-{number}").url()
        connection.sendall((f"GET {url[url.index('/?'):]} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        return connection

    def client(self):
        if self.trust:
            client = http.client.HTTPSConnection("127.0.0.1", self.service.port, timeout=60, context=self.trust)
        else:
            client = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        self.addCleanup(client.close)
        return client

    def ask(self, client):
        client.request("GET", "/_local/health")
        self.assertEqual(b'{"status":"ok"}', client.getresponse().read())

    def processor_s(self):
        fields = pathlib.Path(f"/proc/{self.service.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rests(self):
        before = self.processor_s()
        time.sleep(0.5)
        return self.processor_s() - before < 0.05

    def assert_rests(self):
        """A loop that turns without end takes all of the processor that it gets, and never rests."""
        until(self.rests, 60, "it uses next to nothing of the processor")

    def assert_told_once(self, what):
        self.assertEqual(1, self.service.log().count(what), self.service.log())

    # ---- places ----

    def test_a_crowd_that_asks_for_nothing_is_in_its_own_way_alone(self):  # S84
        self.start(200, 200)
        known = self.client()
        self.ask(known)
        for addresses, text in ((1, b""), (200, b""), (30, HALF_HEAD), (30, HALF_HELLO)):
            with self.subTest(addresses=addresses, text=text):
                self.crowd(600, addresses, text)
                for _ in range(10):
                    self.ask(known)
                    self.ask(self.client())
        self.assert_told_once("as many connections as there may be")

    def test_a_crowd_of_one_address_gets_one_line_where_places_are_left(self):  # S84
        self.start(2000, 2000)
        self.crowd(600)
        self.ask(self.client())
        self.assert_told_once("as many connections as there may be")

    def test_those_who_rest_give_way_to_a_newcomer_the_longest_rest_first(self):  # S84
        self.start(200, 200)
        known = [self.client() for _ in range(140)]
        for client in known:
            self.ask(client)
        with self.assertRaises(OSError):
            self.ask(known[0])
        self.ask(known[-1])

    def test_game_servers_leave_places_to_the_api_and_the_dashboard(self):  # S84
        self.start(200, 200)
        servers = [self.game_server(number, self.secure(self.connect())) for number in range(103)]
        self.assertEqual([101] * 100 + [503] * 3, [int(server.recv(12)[9:12]) for server in servers])
        self.crowd(50)
        self.assertEqual(100, len(self.service.state()["processes"]))
        self.assert_told_once("as many as there may be: the next ones are refused")

    def test_it_takes_as_many_files_as_it_is_allowed(self):  # S84
        self.start(100, 2000)
        self.crowd(300)
        self.service.state()
        self.assertNotIn("libwebsockets", self.service.log())

    def test_a_newcomer_is_let_in_where_the_system_has_no_more_descriptors(self):  # S84
        self.start(20, 20)
        self.crowd(60)
        self.ask(self.client())
        self.assert_told_once("a connection could not be accepted: Too many open files")

    def test_it_waits_for_a_descriptor_where_nobody_gives_way(self):  # S84
        self.start(20, 20)
        servers = [self.game_server(number, self.secure(self.connect())) for number in range(3)]
        for server in servers:
            self.assertEqual(b"HTTP/1.1 101", server.recv(12))
        resource.prlimit(self.service.popen.pid, resource.RLIMIT_NOFILE, (5, 20))
        self.connect()
        until(lambda: "a connection could not be accepted" in self.service.log(), 60, "the door is shut")
        self.assert_rests()
        resource.prlimit(self.service.popen.pid, resource.RLIMIT_NOFILE, (20, 20))
        self.ask(self.client())
        self.assert_told_once("a connection could not be accepted: Too many open files")

    # ---- what they cost ----

    def test_those_who_do_not_go_on_cost_nothing(self):  # S84
        """Silent ones, half a head, half a TLS hello, half a request, game servers that say nothing."""
        self.start(2000, 2000)
        rest = self.crowd(100, 10) + self.crowd(100, 10, HALF_HEAD) + self.crowd(100, 10, HALF_HELLO)
        rest += [self.game_server(number, self.secure(self.connect())) for number in range(30)]
        for _ in range(30):
            rest.append(self.secure(self.connect()))
            rest[-1].sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nhalf")
        self.ask(self.client())
        self.assert_rests()

    def test_those_who_never_read_cost_nothing(self):  # S84
        """Each asks for more than the kernel holds, over and over, and keeps saying so."""
        self.start(2000, 2000)
        for number in range(30):
            deaf = self.connect(number, 30)
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf = self.secure(deaf)
            deaf.settimeout(0.05)
            try:
                for _ in range(200):
                    deaf.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
            except TimeoutError:
                pass
        self.ask(self.client())
        self.assert_rests()

    def test_a_game_server_that_never_reads_and_goes_on_sending_costs_nothing(self):  # S84
        self.start(2000, 2000)
        deaf = self.connect()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf = self.game_server(1, self.secure(deaf))
        body = b'{"Action":"Y","RequestId":"%s"}' % (b"r" * 30000)
        frame = b"\x81\xfe" + struct.pack("!H", len(body)) + bytes(4) + body
        deaf.settimeout(0.2)
        try:
            for _ in range(2000):
                deaf.sendall(frame)
        except TimeoutError:
            pass
        self.ask(self.client())
        self.assert_rests()

    def test_connections_that_break_off_leave_nothing_behind(self):  # S84
        self.start(200, 200)
        known = self.client()
        said = (b"", HALF_HEAD, HALF_HELLO, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
        for number in range(2000):
            connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=60)
            connection.sendall(said[number % len(said)])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
            if number % 100 == 0:
                self.ask(known)
        descriptors = pathlib.Path(f"/proc/{self.service.popen.pid}/fd")
        until(lambda: len(list(descriptors.iterdir())) < 20, 60, "the descriptors are closed")
        self.ask(known)
        self.assertNotIn("libwebsockets", self.service.log())


class CrowdOverTls(Crowd):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.certificate, cls.key, cls.trust = make_certificate(pathlib.Path(cls.folder.name))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def options(self):
        return "--tls-cert", self.certificate, "--tls-key", self.key


if __name__ == "__main__":
    unittest.main()
