#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local's HTTP side: the AWS API's framing, who may talk to it, and clients that misbehave."""
import http.client
import json
import pathlib
import re
import socket
import unittest
import uuid

from local import Refused, Service, until

ROOT = pathlib.Path(__file__).resolve().parents[3]


class Http(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def request(self, method="POST", path="/", body=b"{}", **headers):
        """(status, headers, body) over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, answer.headers, text

    def raw(self, text):
        connection = socket.create_connection(("127.0.0.1", self.service.port), timeout=20)
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        return connection

    def is_well(self):
        self.assertEqual(200, self.request("GET", "/_local/health", None)[0])

    # ---- the AWS API ----

    def test_an_operation_is_answered_as_aws_does(self):  # S1
        status, headers, body = self.request(X_Amz_Target="GameLift.ListFleets")
        self.assertEqual((200, "application/x-amz-json-1.1"), (status, headers["Content-Type"]))
        uuid.UUID(headers["x-amzn-RequestId"])
        self.assertEqual([self.service.fleet], json.loads(body)["FleetIds"])

    def test_errors_carry_type_and_message(self):  # S2, S3, S4
        for target, body, kind in (
                ("GameLift.CreateBuild", b"{}", "UnknownOperationException"),
                ("Other.CreateBuild", b"{}", "UnknownOperationException"),
                ("GameLift.ListFleets", b"{", "SerializationException"),
                ("GameLift.ListFleets", b"\xff\xfe", "SerializationException"),
                ("GameLift.DeleteFleet", b'{"FleetId":"fleet-none"}', "NotFoundException")):
            with self.subTest(target=target, body=body):
                status, headers, text = self.request(body=body, X_Amz_Target=target)
                self.assertEqual((400, "application/x-amz-json-1.1"), (status, headers["Content-Type"]))
                document = json.loads(text)
                self.assertEqual(kind, document["__type"])
                self.assertTrue(document["Message"])

    def test_a_post_without_a_target_is_an_unknown_operation(self):  # S2
        status, _, text = self.request()
        self.assertEqual((400, "UnknownOperationException"), (status, json.loads(text)["__type"]))

    def test_the_endpoint_may_have_a_path(self):  # S7
        self.assertEqual(200, self.request(path="/base/path", X_Amz_Target="GameLift.ListFleets")[0])

    def test_one_connection_takes_many_requests(self):  # S7
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        for i in range(50):
            connection.request("POST", "/", b"{}" if i % 2 else b"", {"X-Amz-Target": "GameLift.ListFleets"})
            answer = connection.getresponse()
            self.assertEqual(200, answer.status)
            answer.read()
        connection.close()

    def test_a_body_of_4_mib_is_read_and_a_longer_one_is_413(self):  # S8
        limit = 4 * 1024 * 1024
        body = b'{"x":"' + b"y" * (limit - 8) + b'"}'
        self.assertEqual(200, self.request(body=body, X_Amz_Target="GameLift.ListFleets")[0])
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        connection.request("POST", "/", body + b" ", {"X-Amz-Target": "GameLift.ListFleets"})
        answer = connection.getresponse()
        self.assertEqual(413, answer.status)
        answer.read()
        connection.request("POST", "/", b"{}", {"X-Amz-Target": "GameLift.ListFleets"})
        self.assertEqual(200, connection.getresponse().status)  # the connection lives on
        connection.close()

    def test_a_length_beyond_measure_is_refused_at_once(self):
        for length in ("99999999999999999999999", "-5", "x", str(1 << 40)):
            with self.subTest(length):
                connection = self.raw(f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n"
                                      f"X-Amz-Target: GameLift.ListFleets\r\nContent-Length: {length}\r\n\r\n")
                reply = connection.recv(4096)
                connection.close()
                self.assertIn(reply[:12], (b"HTTP/1.1 411", b"HTTP/1.1 400", b""))
        self.is_well()

    def test_chunked_bodies_are_refused_with_a_sentence(self):
        connection = self.raw(f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\n"
                              "X-Amz-Target: GameLift.ListFleets\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 411"))
        connection.close()

    # ---- who may talk to it ----

    def test_foreign_origins_and_hosts_are_refused_everywhere(self):  # S84
        local = f"127.0.0.1:{self.service.port}"
        before = len(self.service.state()["locations"])
        for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": f"http://{local}0"},
                        {"Origin": "http://localhost:1"}, {"Host": "evil.example"}, {"Host": f"evil.example:{self.service.port}"},
                        {"Host": "127.0.0.1.evil.example"}, {"Host": "localhost.evil.example:80"}):
            for method, path, body in (("GET", "/", None), ("GET", "/_local/state", None),
                                       ("POST", "/_local/advance", b'{"Milliseconds":1}'),
                                       ("POST", "/", b'{"LocationName":"custom-evil"}')):
                with self.subTest(headers=headers, path=path):
                    status, _, text = self.request(
                        method, path, body, X_Amz_Target="GameLift.CreateLocation", **headers)
                    self.assertEqual(403, status)
                    self.assertIn(b"gamelift-local", text)
        self.assertEqual(before, len(self.service.state()["locations"]))

    def test_its_own_page_is_welcome_under_every_name_of_the_loopback(self):
        for name in ("127.0.0.1", "localhost", "[::1]", "LOCALHOST"):
            host = f"{name}:{self.service.port}"
            with self.subTest(name):
                status, _, _ = self.request("GET", "/_local/state", None, Host=host, Origin=f"http://{host}")
                self.assertEqual(200, status)

    def test_pages_cannot_be_framed_and_load_nothing_foreign(self):
        status, headers, body = self.request("GET", "/", None)
        self.assertEqual((200, "text/html; charset=utf-8"), (status, headers["Content-Type"]))
        self.assertIn(b"gamelift-local", body)
        policy = headers["Content-Security-Policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertIn("frame-ancestors 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual("nosniff", headers["X-Content-Type-Options"])
        self.assertEqual("no-referrer", headers["Referrer-Policy"])  # the page's address may carry the token
        self.assertNotRegex(body, rb"<script>|<style|style=| on[a-z]+=")

    def test_the_files_of_the_page_are_those_of_its_folder(self):
        types = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8"}
        files = sorted((ROOT / "assets/dashboard").iterdir())
        for file in files:
            with self.subTest(file.name):
                status, headers, body = self.request("GET", "/dashboard/" + file.name, None)
                self.assertEqual((200, types[file.suffix], file.read_bytes()), (status, headers["Content-Type"], body))
        for name in ("", "none.js", "../main.c", "%2e%2e/main.c", "main.js/", "MAIN.JS"):
            with self.subTest(name):
                self.assertEqual(404, self.request("GET", "/dashboard/" + name, None)[0])

    def test_the_page_asks_for_all_of_its_modules_at_once(self):
        named = set(re.findall(r'rel="modulepreload" href="/dashboard/([\w.]+)"', (ROOT / "assets/dashboard/index.html").read_text()))
        self.assertEqual({file.name for file in (ROOT / "assets/dashboard").glob("*.js")} - {"main.js", "theme.js"}, named)

    def test_the_page_sets_text_and_never_markup(self):
        for file in (ROOT / "assets/dashboard").glob("*.js"):
            with self.subTest(file.name):
                self.assertNotRegex(file.read_text(), r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser")

    # ---- what is not there ----

    def test_other_paths_and_methods_are_refused_with_a_sentence(self):
        self.assertEqual(404, self.request("GET", "/etc/passwd", None)[0])
        self.assertEqual(404, self.request("GET", "/../../etc/passwd", None)[0])
        for method in ("PUT", "DELETE", "OPTIONS"):
            with self.subTest(method):
                self.assertIn(self.request(method, "/", b"")[0], (403, 404, 405))

    def test_controls_refuse_what_they_do_not_know(self):
        for name, members, kind in (("explode", {}, "UnknownOperationException"),
                                    ("drop", {}, "InvalidRequestException"),
                                    ("drop", {"ProcessId": "nobody"}, "NotFoundException"),
                                    ("drop", {"ProcessId": "nobody", "CloseCode": 999}, "InvalidRequestException"),
                                    ("drop", {"ProcessId": "nobody", "CloseCode": 66536}, "InvalidRequestException"),
                                    ("advance", {"Milliseconds": "soon"}, "InvalidRequestException")):
            with self.subTest(name), self.assertRaises(Refused) as refusal:
                self.service.control(name, **members)
            self.assertEqual((400, kind), (refusal.exception.status, refusal.exception.kind))

    def test_head_and_body_may_come_in_two_pieces(self):  # S7
        """The body comes at any moment while the head is looked at: no reason to refuse it."""
        connection = self.raw("")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        body = b'{"Padding":"' + b"x" * 1000 + b'"}'
        head = (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nX-Amz-Target: GameLift.ListLocations\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        for i in range(5000):
            connection.sendall(head)
            for _ in range(i % 100 * 10):
                pass  # some microseconds
            connection.sendall(body)
            reply = b""
            while not reply.endswith(b"}"):
                reply += connection.recv(4096)
                self.assertTrue(reply.startswith(b"HTTP/1.1 200 "), (i, reply))
        connection.close()

    # ---- requests that do not wait for the answer before ----

    def statuses(self, *requests):
        """Sends them in one piece; what was answered until the service closed the connection."""
        host = f"Host: 127.0.0.1:{self.service.port}\r\n"
        with self.raw("".join(line + "\r\n" + host + rest for line, rest in requests)) as connection:
            reply = b"".join(iter(lambda: connection.recv(65536), b""))
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", reply)]

    GET = ("GET /_local/health HTTP/1.1", "\r\n")
    LAST = ("GET /_local/health HTTP/1.1", "Connection: close\r\n\r\n")
    POST = ("POST / HTTP/1.1", "X-Amz-Target: GameLift.ListFleets\r\nContent-Length: 2\r\n\r\n{}")

    def test_requests_in_one_piece_are_all_answered_in_their_order(self):  # S7
        self.assertEqual([200] * 6, self.statuses(*[self.GET] * 5, self.LAST))
        self.assertEqual([200, 404, 200, 405, 400, 200], self.statuses(
            self.POST, ("GET /nothing HTTP/1.1", "Content-Length: 2\r\n\r\n{}"), self.POST,
            ("PUT / HTTP/1.1", "Content-Length: 2\r\n\r\n{}"), ("POST / HTTP/1.1", "\r\n"), self.LAST))
        self.assertEqual([200] * 500 + [200], self.statuses(*[self.POST] * 500, self.LAST))

    def test_a_body_that_is_asked_for_comes(self):  # S7
        connection = self.raw(f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nContent-Length: 2\r\n"
                              "X-Amz-Target: GameLift.ListFleets\r\nExpect: 100-continue\r\n\r\n")
        self.assertEqual(b"HTTP/1.1 100 Continue\r\n\r\n", connection.recv(4096))
        connection.sendall(b"{}")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 200 "))
        connection.close()

    # ---- heads that two readers could read in two ways ----

    def test_a_head_that_is_not_as_it_must_be_is_refused_and_nothing_behind_it_is_run(self):  # S84
        behind = "POST /_local/advance HTTP/1.1\r\nHost: localhost\r\nContent-Length: 18\r\n\r\n{\"Milliseconds\":1}"
        lines = ("Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", "Content-Length : 2", "Content-Length: +2",
                 "Content-Length: 2, 2", "Content-Length: 0x2", "Content-Length: ", "Content-Length: 2\r\nContent-Length: 3",
                 "Content-Length: 2\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip", " folded: 2", ": 2", "nothing",
                 "X-A: a\0b", "X-A: a\rContent-Length: 2", "X-A: b\nContent-Length: 2", "Host: localhost",
                 "Origin: http://localhost\r\nOrigin: http://evil.example",
                 "Authorization: Bearer a\r\nAuthorization: Bearer b", "X-Amz-Target: A\r\nX-Amz-Target: B")
        for line in lines:
            with self.subTest(line):
                self.assertEqual([400], self.statuses(("POST / HTTP/1.1", line + "\r\n\r\n" + behind)))
        for first in ("POST  / HTTP/1.1", "POST / HTTP/1.1 ", "POST /", "POST / HTTP/2.0", "POST x HTTP/1.1", "POST\t/ HTTP/1.1",
                      "\x16\x03\x01\x02", "\0"):
            with self.subTest(first):
                self.assertEqual([400], self.statuses((first, "\r\n" + behind)))
        self.is_well()

    def test_a_head_is_bounded(self):  # S84
        self.assertEqual([431], self.statuses(("GET /" + "a" * 17000 + " HTTP/1.1", "\r\n")))
        self.assertEqual([400], self.statuses(("GET / HTTP/1.1", "X: y\r\n" * 101 + "\r\n")))

    # ---- clients that misbehave ----

    def test_half_requests_keep_nobody_waiting(self):  # S84
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nX-Amz-Target: GameLift.ListFleets\r\n"
        slow = [self.raw(text) for text in ["", "G", "POST / HT", head, head + "Content-Length: 100\r\n\r\n{"] * 40]
        self.is_well()
        for connection in slow:
            connection.close()
        self.is_well()

    def test_garbage_on_the_port_is_survived(self):  # S84
        for text in (b"\x00" * 5000, b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\n",
                     b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n"):
            connection = self.raw(b"")
            try:
                connection.sendall(text)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)
            except OSError:
                pass  # closed on us: as good as an answer
            connection.close()
        self.is_well()

    def test_an_upgrade_to_anything_but_websocket_is_refused(self):
        connection = self.raw(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                              "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
        self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 400"))
        connection.close()
        self.is_well()

    def test_hundreds_of_connections_at_once(self):  # S84
        crowd = [self.raw("") for _ in range(500)]
        self.is_well()
        for connection in crowd:
            connection.close()
        until(lambda: self.request("GET", "/_local/health", None)[0] == 200)


if __name__ == "__main__":
    unittest.main()
