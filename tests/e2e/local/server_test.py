#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Game servers' WebSockets on gamelift-local, with real sockets and real time."""
import asyncio
import json
import pathlib
import socket
import tempfile
import unittest

import websockets

from local import Server, Service, make_certificate, until


def forms(**empty):
    """Members as the C++, C# and Go SDKs write what is not set: left out, null, empty."""
    return {}, dict.fromkeys(empty), empty


class Sockets(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def server(self, name, **changes):
        return Server(self.service, f"{self.id().rsplit('.', 1)[1][5:45]}-{name}", **changes)

    async def test_a_session_with_a_player_from_start_to_end(self):
        async with self.server("a") as server:
            session = await server.host(GameProperties=[{"Key": "map", "Value": "pit"}])
            seat = self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="alice")["PlayerSession"]
            seat = {"GameSessionId": session, "PlayerSessionId": seat["PlayerSessionId"]}
            self.assertEqual(200, (await server.ask("AcceptPlayerSession", **seat))["StatusCode"])
            page = await server.ask("DescribePlayerSessions", GameSessionId=session)
            self.assertEqual("ACTIVE", page["PlayerSessions"][0]["Status"])
            self.assertEqual(200, (await server.ask("RemovePlayerSession", **seat))["StatusCode"])
            self.assertEqual(200, (await server.ask("TerminateServerProcess"))["StatusCode"])
        self.assertEqual("TERMINATED", self.service.session(session)["Status"])

    async def test_a_bad_token_is_a_403_with_a_json_body(self):  # S24
        with self.assertRaises(websockets.InvalidStatusCode) as refusal:
            await self.server("a", Authorization="wrong").connect()
        self.assertEqual(403, refusal.exception.status_code)
        self.assertIn("auth token is not one of compute", self.service.log())

    async def test_the_body_of_a_refused_handshake_says_why(self):
        url = self.server("a", Authorization="wrong").url()
        path = url[url.index("/?"):]
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=10) as raw:
            raw.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nUpgrade: websocket\r\n"
                         "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                         "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
            reply = b"".join(iter(lambda: raw.recv(4096), b"")).decode()
        self.assertTrue(reply.startswith("HTTP/1.1 403 "), reply)
        document = json.loads(reply.split("\r\n\r\n", 1)[1])
        self.assertEqual(("$connect", 403), (document["Action"], document["StatusCode"]))
        self.assertIn("auth token", document["ErrorMessage"])

    async def test_pages_of_other_origins_cannot_connect(self):  # S84
        for origin in ("http://evil.example", "null", f"http://localhost:{self.service.port}"):
            with self.subTest(origin), self.assertRaises(websockets.InvalidStatusCode) as refusal:
                await self.server("a").connect(extra_headers={"Origin": origin})
            self.assertEqual(403, refusal.exception.status_code)

    async def test_a_connect_url_of_4000_characters_arrives_whole(self):
        server = self.server("long", padding="x" * 3700)
        self.assertGreater(len(server.url()), 3900)
        async with server:
            self.assertTrue(self.service.process(server.process_id)["connected"])

    async def test_spaces_slashes_and_plus_signs_in_a_process_id(self):  # P14
        async with Server(self.service, "p 1/x+y&z=%41"):
            self.assertIsNotNone(self.service.process("p 1/x+y&z=%41"))

    async def test_the_parameters_of_a_connect_url_come_in_any_order(self):  # P14
        base, query = self.server("a").url().split("/?")
        parameters = query.split("&")
        turned = [parameters[at:] + parameters[:at] for at in range(len(parameters))]
        for number, ordered in enumerate(turned + [parameters[::-1] for parameters in turned]):
            ordered = [f"pID=order+{number}" if part.startswith("pID=") else part for part in ordered]
            async with websockets.connect(base + "/?" + "&".join(ordered)):
                self.assertIsNotNone(self.service.process(f"order {number}"), ordered)

    async def test_fragments_are_joined(self):  # P5
        async def fragments(text, size):
            for at in range(0, len(text), size):
                yield text[at:at + size]
                await (await server.socket.ping())  # between two fragments: not part of the message

        async with self.server("a") as server:
            await server.ready()
            heartbeat = {"Action": "HeartbeatServerProcess", "RequestId": "r", "HealthStatus": True}
            large = json.dumps({**heartbeat, "Padding": "y" * (131072 - len(json.dumps({**heartbeat, "Padding": ""})))})
            for text, size in ((json.dumps(heartbeat), 5), (large, 2048)):  # 2048: as the Go SDK writes
                await server.socket.send(fragments(text, size))
                self.assertEqual({"Action": "HeartbeatServerProcess", "RequestId": "r", "StatusCode": 200},
                                 json.loads(await server.socket.recv()))

    async def test_binary_messages_and_garbage_do_no_harm(self):  # S84
        async with self.server("a") as server:
            await server.socket.send(b"\x00\x01\x02")
            await server.socket.send([b"a", b"b"])
            await server.socket.send("no json")
            self.assertEqual(400, json.loads(await server.socket.recv())["StatusCode"])
            self.assertEqual(200, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])

    async def test_messages_of_128_kib_are_taken_and_longer_ones_close(self):
        async with self.server("a") as server:
            empty = len(json.dumps({"Action": "X", "RequestId": "r", "Padding": ""}))
            answer = await server.ask("X", request_id="r", Padding="y" * (131072 - empty))
            self.assertEqual(400, answer["StatusCode"])
            await server.socket.send("y" * 131073)
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await server.socket.recv()
            self.assertEqual(1009, closed.exception.rcvd.code)

    async def test_close_frames_are_answered(self):  # P182
        for code in (1000, 1001, 4000):  # 1001: as the C++ SDK closes
            with self.subTest(code):
                server = await self.server("a").connect()
                await server.socket.close(code, "bye")
                self.assertEqual(code, server.socket.close_code)  # 1006 without an answer

    async def test_invalid_utf8_closes_only_its_own_connection(self):  # S84
        async with self.server("good") as good:
            bad = await self.server("bad").connect()
            bad.socket.transport.write(b"\x81\x84\x00\x00\x00\x00\xff\xfe\xfd\xfc")
            await asyncio.wait_for(bad.socket.wait_closed(), 10)
            self.assertEqual(200, (await good.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])

    async def test_many_pings_are_survived(self):  # S84
        async with self.server("a") as server:
            for _ in range(2000):
                await server.socket.ping()
            self.assertEqual(200, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])

    async def test_large_game_session_data_arrives(self):
        async with self.server("a") as server:
            await server.ready()
            self.service.create_session(GameSessionData="d" * 262144)
            self.assertEqual(262144, len((await server.push())["GameSessionData"]))

    async def test_a_refresh_moves_the_pushes_to_the_new_socket(self):  # S29, P157
        async with self.server("a") as old:
            session = await old.host()
            self.service.control("refresh", ProcessId=old.process_id)
            push = await old.push()
            self.assertEqual("RefreshConnection", push["Action"])
            self.assertEqual(self.service.environment["GAMELIFT_SDK_WEBSOCKET_URL"], push["RefreshConnectionEndpoint"])
            async with self.server("a", Authorization=push["AuthToken"]) as new:
                for server in (old, new, old):
                    self.assertEqual(200, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])
                self.service.control("refresh", ProcessId=old.process_id)
                self.assertEqual("RefreshConnection", (await new.push())["Action"])
                await old.socket.close(1000)
                self.assertEqual([], old.pushes)
                self.assertEqual(200, (await new.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])
                self.assertEqual("ACTIVE", self.service.session(session)["Status"])
                self.service.call("TerminateGameSession", GameSessionId=session,
                                  TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
                self.assertEqual("TerminateProcess", (await new.push())["Action"])
                await new.ask("TerminateServerProcess")
        self.assertEqual("TRIGGERED_ON_PROCESS_TERMINATE", self.service.session(session)["StatusReason"])

    async def test_a_dropped_server_comes_back_to_its_session(self):  # S28
        server = await self.server("a").connect()
        session = await server.host()
        self.service.control("drop", ProcessId=server.process_id)
        with self.assertRaises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(server.socket.recv(), 10)
        self.assertIsNone(closed.exception.rcvd)  # no Close frame
        until(lambda: not self.service.process(server.process_id)["connected"])
        async with self.server("a") as again:
            answer = await again.ask("UpdatePlayerSessionCreationPolicy", GameSessionId=session,
                                     PlayerSessionPolicy="DENY_ALL")
            self.assertEqual(200, answer["StatusCode"])

    async def match(self, server):
        """alice and bob in a session of this server, which is ready: what a backfill for it must name."""
        for player in ("alice", "bob"):
            self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": player}])
        push = await server.push()
        return {"GameSessionArn": push["GameSessionId"], "MatchmakingConfigurationArn":
                json.loads(push["MatchmakerData"])["matchmakingConfigurationArn"]}

    async def check_echo(self, server, status, action, **members):
        """The answer as it is on the wire, which `Server.ask` takes for granted."""
        await server.socket.send(json.dumps({"Action": action, "RequestId": f"echo {action}", **members}))
        answer = await server.push()
        self.assertEqual((action, f"echo {action}", status),
                         (answer.get("Action"), answer.get("RequestId"), answer.get("StatusCode")))
        self.assertIs(int, type(answer["StatusCode"]))

    async def test_every_answer_echoes_action_and_request_id(self):  # P100
        compute = {"FleetId": self.service.fleet, "ComputeName": "certified"}
        self.service.call("RegisterCompute", **compute, IpAddress="127.0.0.1", Location=self.service.location,
                          CertificatePath="/cert.pem")
        token = self.service.call("GetComputeAuthToken", **compute)["AuthToken"]
        async with self.server("a", ComputeId="certified", Authorization=token) as server:
            sdk = {"SdkVersion": "5.6.0", "SdkLanguage": "Python"}
            await self.check_echo(server, 400, "ActivateServerProcess", **sdk, Port=0)
            await self.check_echo(server, 200, "ActivateServerProcess", **sdk, Port=7777)
            backfill = {"TicketId": "echo", **await self.match(server)}
            session = {"GameSessionId": backfill["GameSessionArn"]}
            await self.check_echo(server, 404, "ActivateGameSession", GameSessionId="arn:none")
            await self.check_echo(server, 200, "ActivateGameSession", **session)
            seat = {**session, "PlayerSessionId": self.service.call(
                "DescribePlayerSessions", **session)["PlayerSessions"][0]["PlayerSessionId"]}
            for status, action, members in (
                    (400, "HeartbeatServerProcess", {}),
                    (200, "HeartbeatServerProcess", {"HealthStatus": True}),
                    (400, "UpdatePlayerSessionCreationPolicy", {**session, "PlayerSessionPolicy": "SOME"}),
                    (200, "UpdatePlayerSessionCreationPolicy", {**session, "PlayerSessionPolicy": "DENY_ALL"}),
                    (404, "AcceptPlayerSession", {**session, "PlayerSessionId": "psess-none"}),
                    (200, "AcceptPlayerSession", seat),
                    (404, "RemovePlayerSession", {**session, "PlayerSessionId": "psess-none"}),
                    (200, "RemovePlayerSession", seat),
                    (400, "DescribePlayerSessions", {**session, "PlayerSessionStatusFilter": "GONE"}),
                    (200, "DescribePlayerSessions", session),
                    (400, "StartMatchBackfill", backfill),
                    (200, "StartMatchBackfill", {**backfill, "Players": [{"PlayerId": "bob", "Team": "players"}]}),
                    (404, "StopMatchBackfill", {**backfill, "TicketId": "none"}),
                    (200, "StopMatchBackfill", backfill)):
                await self.check_echo(server, status, action, **members)
            self.assertEqual("BACKFILL_CANCELLED", (await server.push())["UpdateReason"])
            for status, action, members in (
                    (400, "GetFleetRoleCredentials", {}),
                    (200, "GetFleetRoleCredentials", {"RoleArn": "arn:aws:iam::1:role/r"}),
                    (200, "GetComputeCertificate", {}),
                    (400, "FlyToTheMoon", {}),
                    (200, "TerminateServerProcess", {})):
                await self.check_echo(server, status, action, **members)

    async def test_what_a_process_does_not_set_may_be_absent_null_or_empty(self):  # P52
        described = []
        for number, form in enumerate(forms(SdkToolName="", SdkToolVersion="", LogPaths=[])):
            async with self.server(number) as server:
                answer = await server.ask(
                    "ActivateServerProcess", SdkVersion="5.6.0", SdkLanguage="Python", Port=7777, **form)
                self.assertEqual(200, answer["StatusCode"], form)
                state = self.service.process(server.process_id)
                described.append({name: state[name] for name in state
                                  if name != "process_id" and not name.endswith("_unix_ms")})
                credentials = [{**await server.ask("GetFleetRoleCredentials", RoleArn="arn:aws:iam::1:role/r", **name),
                                "RequestId": ""} for name in forms(RoleSessionName="")]
                self.assertEqual([credentials[0]] * 3, credentials)
                await server.ask("TerminateServerProcess")
        self.assertEqual("READY", described[0]["state"])
        self.assertEqual([described[0]] * 3, described)

    async def test_what_a_filter_does_not_set_may_be_absent_null_or_empty(self):  # P52
        async with self.server("a") as server:
            session = await server.host()
            for player in ("alice", "bob"):
                self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId=player)
            pages = [{**await server.ask("DescribePlayerSessions", GameSessionId=session, **form), "RequestId": ""}
                     for form in forms(PlayerId="", PlayerSessionId="", PlayerSessionStatusFilter="", NextToken="",
                                       Limit=0)]
            self.assertEqual(["alice", "bob"], [seat["PlayerId"] for seat in pages[0]["PlayerSessions"]])
            self.assertEqual([pages[0]] * 3, pages)

    async def test_what_a_backfill_does_not_set_may_be_absent_null_or_empty(self):  # P52
        async with self.server("a") as server:
            await server.ready()
            names = await self.match(server)
            await server.ask("ActivateGameSession", GameSessionId=names["GameSessionArn"])
            players, ids = [], set()
            for form, player in zip(forms(TicketId=""), forms(PlayerAttributes={}, LatencyInMs={})):
                answer = await server.ask("StartMatchBackfill", **names, **form,
                                          Players=[{"PlayerId": "alice", "Team": "players", **player}])
                self.assertEqual(200, answer["StatusCode"], answer)
                ids.add(answer["TicketId"])
                ticket = self.service.call("DescribeMatchmaking", TicketIds=[answer["TicketId"]])["TicketList"][0]
                players.append(ticket["Players"])
            self.assertEqual(["alice"], [player["PlayerId"] for player in players[0]])
            self.assertEqual([players[0]] * 3, players)
            self.assertEqual(3, len(ids - {""}))  # none was given: the service made each
            refusals = [(await server.ask("StartMatchBackfill", **names, Players=[{"PlayerId": "alice", **team}]))
                        ["ErrorMessage"] for team in forms(Team="")]
            self.assertEqual(['Player alice: the rule set has no team "".'] * 3, refusals)
            await server.ask("TerminateServerProcess")

    async def test_a_drop_with_a_code_closes_with_it(self):
        server = await self.server("a").connect()
        self.service.control("drop", ProcessId=server.process_id, CloseCode=1001)
        with self.assertRaises(websockets.ConnectionClosed) as closed:
            await asyncio.wait_for(server.socket.recv(), 10)
        self.assertEqual((1001, "closed by POST /_local/drop"), (closed.exception.rcvd.code, closed.exception.rcvd.reason))

    async def test_a_client_that_never_reads_is_let_go(self):  # S84
        url = self.server("deaf").url()
        path = url[url.index("/?"):]
        # The kernel's buffers have to fill up as well before the service holds anything.
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.connect(("127.0.0.1", self.service.port))
        raw.settimeout(1)
        raw.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        until(lambda: self.service.process(self.server("deaf").process_id))
        body = json.dumps({"Action": "Y" * 1000, "RequestId": "r" * 30000}).encode()
        frame = b"\x81\xfe" + len(body).to_bytes(2, "big") + b"\0\0\0\0" + body
        with self.assertRaises(OSError):
            for _ in range(2000):
                raw.sendall(frame)
        raw.close()
        async with self.server("good") as good:
            self.assertEqual(200, (await good.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])


class ShortPatience(unittest.IsolatedAsyncioTestCase):
    def serve(self, *options):
        service = Service(*options)
        self.addCleanup(service.stop)
        return service

    async def test_a_reservation_runs_out_by_itself(self):  # S46
        service = self.serve("--reservation-timeout", "0.3")
        async with Server(service, "p") as server:
            session = await server.host()
            service.call("CreatePlayerSession", GameSessionId=session, PlayerId="alice")
            until(lambda: service.state()["player_sessions"][0]["status"] == "TIMEDOUT", 5)

    async def test_an_unhealthy_server_is_told_to_end(self):  # S27
        service = self.serve("--heartbeat-patience", "0.5")
        async with Server(service, "p") as server:
            await server.ready()
            await server.ask("HeartbeatServerProcess", HealthStatus=False)
            push = await asyncio.wait_for(server.push(), 5)
            self.assertEqual("TerminateProcess", push["Action"])
            self.assertGreater(push["TerminationTime"], service.state()["now_unix_ms"])
        self.assertIn("SERVER_PROCESS_TERMINATED_UNHEALTHY", service.events())

    async def test_a_server_that_vanishes_has_crashed(self):  # S31
        service = self.serve("--heartbeat-patience", "0.5")
        server = await Server(service, "p").connect()
        session = await server.host()
        server.socket.transport.abort()
        await asyncio.sleep(0.1)  # aborting happens in the event loop
        until(lambda: "SERVER_PROCESS_CRASHED" in service.events(), 5)
        self.assertEqual("TERMINATED", service.session(session)["Status"])

    async def test_a_server_that_is_never_ready_is_closed(self):  # S32
        service = self.serve("--process-ready-timeout", "0.3")
        server = await Server(service, "p").connect()
        await asyncio.wait_for(server.socket.wait_closed(), 5)
        self.assertEqual(1008, server.socket.close_code)

    async def test_the_clock_can_be_moved(self):  # S80
        service = self.serve()
        async with Server(service, "p") as server:
            session = await server.host()
            service.call("CreatePlayerSession", GameSessionId=session, PlayerId="alice")
            before = service.state()["now_unix_ms"]
            service.control("advance", Milliseconds=61000)
            state = service.state()
            self.assertEqual("TIMEDOUT", state["player_sessions"][0]["status"])
            self.assertGreaterEqual(state["now_unix_ms"] - before, 61000)

    async def test_a_repeated_request_id_is_answered_from_memory(self):  # P152
        service = self.serve("--dedupe-request-ids", "on")
        async with Server(service, "p") as server:
            session = await server.host()
            seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="alice")["PlayerSession"]
            seat = {"GameSessionId": session, "PlayerSessionId": seat["PlayerSessionId"]}
            copy = json.dumps({"Action": "AcceptPlayerSession", "RequestId": "same", **seat})
            async with Server(service, "p") as second:  # as after a redial: the copies come by two sockets
                await asyncio.gather(server.socket.send(copy), server.socket.send(copy), second.socket.send(copy))
                answers = [await of.push() for of in (server, server, second)]
            self.assertEqual([("same", 200)] * 3, [(answer["RequestId"], answer["StatusCode"]) for answer in answers])
            self.assertEqual(400, (await server.ask("AcceptPlayerSession", **seat))["StatusCode"])

    async def test_a_repeated_request_id_is_otherwise_judged_anew(self):  # P152
        async with Server(self.serve(), "p") as server:
            session = await server.host()
            seat = server.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="alice")["PlayerSession"]
            seat = {"GameSessionId": session, "PlayerSessionId": seat["PlayerSessionId"]}
            answers = [await server.ask("AcceptPlayerSession", request_id="same", **seat) for _ in range(3)]
            self.assertEqual([200, 400, 400], [answer["StatusCode"] for answer in answers])
            self.assertEqual(200, (await server.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])


class Tls(unittest.IsolatedAsyncioTestCase):
    async def test_everything_works_over_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key, trust = make_certificate(pathlib.Path(folder))
            service = Service("--tls-cert", certificate, "--tls-key", key, trust=trust)
            try:
                self.assertTrue(service.environment["GAMELIFT_SDK_WEBSOCKET_URL"].startswith("wss://"))
                async with Server(service, "p") as server:
                    session = await server.host()
                    self.assertEqual("ACTIVE", service.session(session)["Status"])
            finally:
                self.assertEqual(0, service.stop())


if __name__ == "__main__":
    unittest.main()
