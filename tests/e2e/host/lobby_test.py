# SPDX-License-Identifier: Apache-2.0
"""The lobby's pages and its /api/, the HTTP that scripts speak, and the connections of bots."""

import http.client
import json
import signal
import socket
import threading
import time
import unittest

from arena import ArenaCase

LOBBY = """
local routes = {}
function routes.echo(request, respond)
  respond(200, { method = request.method, path = request.path, body = request.body, query = request.query })
end
function routes.late(_, respond) host.sleep(0.2) respond(200, "late") respond(200, "too late") end
function routes.raise() error "at once" end
function routes.raise_later() host.sleep(0.1) error "later" end
function routes.badly(_, respond) respond(1000, "x") end
function routes.big(_, respond) respond(200, ("x"):rep(3000000)) end
function routes.fetch(request, respond)
  local answer, problem = host.http {
    url = request.query.url, method = request.query.method, body = request.query.body, headers = { ["X-Test"] = "yes" },
  }
  respond(200, answer and { status = answer.status, body = answer.body } or { problem = problem })
end
host.on("request", function(request, respond)
  local route = routes[request.path:match "^/api/([%l_]+)$"]
  if not route then return respond(404, { error = "no such thing" }) end
  route(request, respond)
end)
"""


class Lobby(ArenaCase):
    def setUp(self):
        super().setUp()
        pages = self.folder / "pages"
        (pages / "sub").mkdir(parents=True)
        (pages / "index.html").write_text("<p>the lobby</p>")
        (pages / "sub" / "game.js").write_text("x" * 300000)
        (pages / ".secret.txt").write_text("secret")
        (pages / "notes.unknown").write_text("no known type")
        self.write("outside.txt", "outside")
        self.arena = self.start("--lobby", "--script", self.write("lobby.lua", LOBBY), "--assets", pages,
                                "--origin", "https://play.example")
        self.port = self.arena.port

    def tearDown(self):
        self.finish(self.arena)

    def ask(self, path, method="GET", body=None, headers=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer, answer.read()

    def fetched(self, url, **query):
        path = "/api/fetch?url=" + url + "".join(f"&{name}={value}" for name, value in query.items())
        return json.loads(self.ask(path)[1])

    def test_pages_have_types_and_are_not_stored(self):
        answer, body = self.ask("/")
        self.assertEqual((200, b"<p>the lobby</p>"), (answer.status, body))
        self.assertEqual("text/html; charset=utf-8", answer.getheader("content-type"))
        self.assertEqual("no-store", answer.getheader("cache-control"))
        self.assertEqual("nosniff", answer.getheader("x-content-type-options"))
        answer, body = self.ask("/sub/game.js?v=1")
        self.assertEqual("text/javascript; charset=utf-8", answer.getheader("content-type"))
        self.assertEqual(300000, len(body))

    def test_only_pages_are_served(self):
        for path in ("/nothing.html", "/.secret.txt", "/../outside.txt", "/sub/../../outside.txt",
                     "/%2e%2e/outside.txt", "/sub", "/notes.unknown", "/sub/"):
            with self.subTest(path):
                self.assertEqual(404, self.ask(path)[0].status)
        self.assertEqual(405, self.ask("/index.html", "POST", "x")[0].status)

    def test_one_client_asks_many_times(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        self.addCleanup(connection.close)
        for number in range(20):
            connection.request("POST", "/api/echo", f"body {number}")
            self.assertEqual(f"body {number}", json.loads(connection.getresponse().read())["body"])
            connection.request("GET", "/")
            self.assertEqual(b"<p>the lobby</p>", connection.getresponse().read())

    def test_who_does_not_wait_for_the_answer_harms_nobody_else(self):
        host = f"HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
        post = f"POST /api/echo {host}Content-Length: 2\r\n\r\n{{}}"
        for requests in (post + post, f"GET / {host}\r\n" + post, f"GET /api/late {host}\r\n" + post,
                         f"POST /api/late {host}Content-Length: 2\r\n\r\n{{}}" + post, post + "garbage",
                         f"GET /sub/game.js {host}\r\n" * 3 + post, f"PUT /api/echo {host}\r\n" + post):
            with self.subTest(requests), socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
                client.sendall(requests.encode())
                answer = b"".join(iter(lambda: client.recv(65536), b""))
                self.assertLessEqual(answer.count(b"HTTP/1.1 "), 1)
                self.assertEqual(200, self.ask("/")[0].status)

    def test_a_request_reaches_the_script_whole(self):
        told = json.loads(self.ask("/api/echo?a=1&b=x%20%26y&c", "PUT", "text")[1])
        self.assertEqual({"method": "PUT", "path": "/api/echo", "body": "text",
                          "query": {"a": "1", "b": "x &y", "c": ""}}, told)

    def test_an_answer_may_come_later_and_only_once(self):
        self.assertEqual(b"late", self.ask("/api/late")[1])

    def test_a_large_answer_arrives_whole(self):
        self.assertEqual(3000000, len(self.ask("/api/big")[1]))

    def test_a_script_that_fails_is_a_500_with_a_sentence(self):
        for path in ("/api/raise", "/api/raise_later", "/api/badly"):
            answer, body = self.ask(path)
            self.assertEqual(500, answer.status)
            self.assertIn("its log says where", json.loads(body)["message"])
        self.arena.wait_for(r"lobby\.lua:\d+: later")

    def test_host_and_origin_are_checked(self):
        self.assertEqual(403, self.ask("/", headers={"Host": "evil.example"})[0].status)
        self.assertEqual(403, self.ask("/api/echo", headers={"Host": "evil.example"})[0].status)
        for origin, status in (("https://evil.example", 403), ("null", 403), ("https://play.example", 200),
                               (f"http://127.0.0.1:{self.port}", 200), ("http://localhost:1", 403),
                               ("http://127.0.0.1:1", 403)):
            with self.subTest(origin):
                self.assertEqual(status, self.ask("/api/echo", headers={"Origin": origin})[0].status)
        self.assertEqual(200, self.ask("/", headers={"Host": "play.example"})[0].status)

    def test_a_body_has_a_limit(self):
        self.assertEqual(65536, len(json.loads(self.ask("/api/echo", "POST", "y" * 65536)[1])["body"]))
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            raw.sendall(b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n")
            self.assertIn(b" 413 ", raw.recv(4096))
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
            raw.sendall(b"POST /api/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.assertIn(b" 400 ", raw.recv(4096))

    def test_what_is_too_long_or_too_much_is_refused_not_cut(self):
        self.assertEqual(404, self.ask("/api/" + "a" * 250)[0].status)
        self.assertEqual(400, self.ask("/api/" + "a" * 251)[0].status)
        values = "&".join(f"v{number}=1" for number in range(32))
        self.assertEqual(32, len(json.loads(self.ask("/api/echo?" + values)[1])["query"]))
        self.assertEqual(400, self.ask("/api/echo?more=1&" + values)[0].status)

    def test_a_websocket_finds_no_game(self):
        headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
                   "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        self.assertEqual(404, self.ask("/?PlayerSessionId=1", headers=headers)[0].status)

    def test_clients_that_hang_up_harm_nobody(self):
        for text in (b"GET /api/late HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST /api/echo HTTP/1.1\r\nHost: "
                     b"localhost\r\nContent-Length: 100\r\n\r\nhalf", b"GET /sub/game.js HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            for _ in range(20):
                with socket.create_connection(("127.0.0.1", self.port), timeout=10) as raw:
                    raw.sendall(text)
        time.sleep(0.4)
        self.assertEqual(b"late", self.ask("/api/late")[1])

    def test_a_script_fetches(self):
        base = f"http://127.0.0.1:{self.port}"
        told = self.fetched(base + "/api/echo%3Fz=1")
        self.assertEqual((200, {"z": "1"}), (told["status"], json.loads(told["body"])["query"]))
        told = self.fetched(base + "/api/echo", method="POST", body="hello")
        self.assertEqual(("POST", "hello"), (json.loads(told["body"])["method"], json.loads(told["body"])["body"]))
        self.assertEqual(404, self.fetched(base + "/api/nothing")["status"])
        self.assertEqual(300000, len(self.fetched(base + "/sub/game.js")["body"]))

    def test_a_fetch_that_fails_says_why(self):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.assertIn("nable to connect", self.fetched(f"http://127.0.0.1:{port}/")["problem"])
        self.assertIn("begins with http://", self.fetched("https://127.0.0.1/")["problem"])
        self.assertIn("http://host:port/path", self.fetched("http://127.0.0.1:99999/")["problem"])
        self.assertIn("cannot be reached", self.fetched("http://no-such-host.invalid/")["problem"])

    def fetched_from(self, raw_answer):
        with socket.create_server(("127.0.0.1", 0)) as server:
            def answer():
                peer, _ = server.accept()
                peer.recv(4096)
                peer.sendall(raw_answer)
                peer.close()
            threading.Thread(target=answer).start()
            return self.fetched(f"http://127.0.0.1:{server.getsockname()[1]}/")

    def test_an_answer_that_is_no_http_ends_the_fetch(self):
        self.assertIn("problem", self.fetched_from(b"what?\r\n\r\n"))
        self.assertIn("problem", self.fetched_from(b""))

    def test_an_answer_without_a_length_ends_with_its_connection(self):
        self.assertEqual({"status": 200, "body": "all of it"},
                         self.fetched_from(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it"))

    def test_half_an_answer_is_none(self):
        self.assertEqual({"problem": "the connection ended before the answer did"},
                         self.fetched_from(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"))

    def test_a_method_that_is_none_is_refused(self):
        self.assertEqual(500, self.ask("/api/fetch?url=http://127.0.0.1/&method=GET%20X")[0].status)
        self.arena.wait_for("a method is capital letters")

    def test_many_fetches_at_once(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(
            self.fetched(f"http://127.0.0.1:{self.port}/api/late"))) for _ in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([{"status": 200, "body": "late"}] * 25, answers)


class NoAnswer(ArenaCase):
    def test_a_request_that_the_script_forgets_is_a_504_and_a_silent_service_a_problem(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            arena = self.start("--lobby", "--set", f"silent={silent.getsockname()[1]}", "--script", self.write("lobby.lua", """
                host.on("request", function() end)
                local _, problem = host.http { url = "http://127.0.0.1:" .. host.config "silent" }
                host.log("info", "fetched: " .. problem)"""))
            connection = http.client.HTTPConnection("127.0.0.1", arena.port, timeout=20)
            connection.request("GET", "/api/forgotten")
            self.assertEqual(504, connection.getresponse().status)
            connection.close()
            arena.wait_for("fetched: no answer within 10 s", 25)
        self.finish(arena)


    def test_an_answer_that_comes_drop_by_drop_is_given_up(self):
        def drip(server):
            peer, _ = server.accept()
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            try:
                while True:
                    peer.sendall(b"x")
                    time.sleep(0.5)
            except OSError:
                peer.close()
        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=drip, args=[server]).start()
            arena = self.start("--lobby", "--set", f"slow={server.getsockname()[1]}", "--script",
                               self.write("lobby.lua", """
                local _, problem = host.http { url = "http://127.0.0.1:" .. host.config "slow" }
                host.log("info", "fetched: " .. problem)"""))
            arena.wait_for("fetched: no whole answer within 20 s", 30)
        self.finish(arena)


class Bots(ArenaCase):
    def test_a_bot_connects_talks_and_learns_why_it_was_closed(self):
        server = self.offline("""
            host.on("connect", function(player, info) host.send(player, "hello " .. info.player_session_id) end)
            host.on("message", function(player, bytes)
              host.send(player, ("s"):rep(20000))
              host.close(player, "enough: " .. bytes)
            end)
            host.on("disconnect", function(_, reason) host.log("info", "disconnect: " .. reason) end)""")
        bot = self.start("--bots", 1, "--set", f"url=ws://127.0.0.1:{server.port}/?PlayerSessionId=bot-1",
                         "--script", self.write("bot.lua", """
            assert(host.port == 0 and host.mode == "bots" and host.config "bots" == "1")
            host.on("open", function(connection) host.log("info", "open " .. connection) end)
            host.on("message", function(connection, bytes)
              host.log("info", "message " .. bytes:sub(1, 20) .. " of " .. #bytes)
              if #bytes < 100 then host.send(connection, "thanks") end
            end)
            host.on("disconnect", function(connection, reason)
              host.log("info", "disconnect " .. connection .. ": " .. reason)
              host.exit(3)
            end)
            host.log("info", "dialled " .. host.dial(host.config "url"))"""))
        self.assertEqual(3, bot.exit_code())
        number = bot.wait_for(r"dialled (\d+)", 0)[1]
        bot.wait_for(f"open {number}", 0)
        bot.wait_for("message hello bot-1 of 11", 0)
        bot.wait_for("message s+ of 20000", 0)
        bot.wait_for(f"disconnect {number}: enough: thanks", 0)
        server.wait_for("disconnect: enough: thanks")
        self.finish(server)

    def test_a_bot_is_told_of_a_connection_that_cannot_be(self):
        server = self.offline("")
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        bot = self.start("--bots", 1, "--script", self.write("bot.lua", f"""
            host.on("disconnect", function(connection, reason) host.log("info", "disconnect: " .. reason) end)
            for _, url in ipairs {{ "http://127.0.0.1/", "ws://127.0.0.1:{port}/", "ws://127.0.0.1:{server.port}/" }} do
              local connection, problem = host.dial(url)
              host.log("info", connection and "dialled" or problem)
            end"""))
        bot.wait_for('"http://127.0.0.1/" is not a URL that begins with ws://')
        bot.wait_for("disconnect: |cannot be reached|nable to connect", count=2)
        bot.signal(signal.SIGTERM)
        self.assertEqual(0, bot.exit_code())
        self.assert_clean(bot)
        self.finish(server)

    def test_a_bot_that_closes_first_is_told_too(self):
        server = self.offline("host.on('connect', function() end) "
                              "host.on('disconnect', function(_, reason) host.log('info', 'left: ' .. reason) end)")
        bot = self.start("--bots", 1, "--script", self.write("bot.lua", f"""
            host.on("open", function(connection) host.close(connection, "enough") end)
            host.on("disconnect", function(_, reason) host.log("info", "over: " .. reason) host.exit(0) end)
            host.dial("ws://127.0.0.1:{server.port}/?PlayerSessionId=1")"""))
        self.assertEqual(0, bot.exit_code())
        bot.wait_for("over: enough", 0)
        server.wait_for("left: enough")
        self.finish(server)


if __name__ == "__main__":
    unittest.main()
