#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faults as they are on the wire, and as real clients of the AWS API meet them (service model 3.5 and 6)."""
import asyncio
import concurrent.futures
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import threading
import unittest
import urllib.error
import warnings

import websockets

from local import Refused, Server, Service, until

AWS = pathlib.Path("/usr/bin/aws")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}

try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    boto3 = None


class FaultsCase(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def tearDown(self):
        self.service.control("faults/clear")

    def server(self):
        return Server(self.service, self.id().rsplit(".", 1)[1][5:45])


class RawServer:
    """A game server on a plain socket: what comes in one read is seen as it is."""

    def __init__(self, service, process_id):
        url = Server(service, process_id).url()
        self.socket = socket.create_connection(("127.0.0.1", service.port), timeout=20)
        self.socket.sendall((f"GET {url[url.index('/?'):]} HTTP/1.1\r\nHost: 127.0.0.1:{service.port}\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        assert b" 101 " in self.socket.recv(4096)

    def send(self, message):
        data = json.dumps(message).encode()
        assert len(data) < 126
        self.socket.sendall(bytes([0x81, 0x80 | len(data)]) + bytes(4) + data)

    def frames(self):
        """Of one read: [(first byte, payload)]; it may not end within a frame."""
        data, found = self.socket.recv(65536), []
        while data:
            length, at = data[1], 2
            if length == 126:
                (length,), at = struct.unpack("!H", data[2:4]), 4
            assert len(data) >= at + length, "a frame is cut"
            found.append((data[0], data[at:at + length]))
            data = data[at + length:]
        return found


class OnTheWire(FaultsCase):
    BEAT = {"Action": "HeartbeatServerProcess", "RequestId": "r", "HealthStatus": True}

    def raw(self):
        raw = RawServer(self.service, self.id().rsplit(".", 1)[1][5:45])
        self.addCleanup(raw.socket.close)
        return raw

    def test_two_pushes_come_in_one_segment(self):
        raw = self.raw()
        self.service.fault("joined_frames", milliseconds=100)
        self.service.fault("duplicated_pushes")
        self.service.fault("refresh_connection")
        (first, _), (second, text) = raw.frames()
        self.assertEqual((0x81, 0x81, "RefreshConnection"), (first, second, json.loads(text)["Action"]))

    def test_a_message_comes_in_fragments(self):
        raw = self.raw()
        self.service.fault("fragmented_frames", {"next": 1}, bytes=10)
        raw.send({"Action": "AskForNothing", "RequestId": "r"})
        frames = []
        while not frames or not frames[-1][0] & 0x80:
            frames += raw.frames()
        self.assertEqual(0x01, frames[0][0])
        self.assertEqual({0x00}, {first for first, _ in frames[1:-1]})
        self.assertEqual(0x80, frames[-1][0])
        self.assertTrue(all(len(payload) == 10 for _, payload in frames[:-1]))
        self.assertEqual(400, json.loads(b"".join(payload for _, payload in frames))["StatusCode"])

    def test_a_connection_ends_by_rst(self):
        raw = self.raw()
        self.service.fault("drop_connection", how="reset")
        with self.assertRaises(ConnectionResetError):
            while raw.socket.recv(4096):
                pass

    async def test_a_connection_ends_with_the_close_code_that_was_asked_for(self):
        async with self.server() as server:
            self.service.fault("drop_connection", {"process_id": server.process_id}, how="close", close_code=1013)
            with self.assertRaises(websockets.ConnectionClosed) as closed:
                await server.socket.recv()
            self.assertEqual(1013, closed.exception.rcvd.code)

    async def test_a_silent_connection_stays_open_and_says_nothing_until_it_is_taken_back(self):
        async with self.server() as server:
            await server.ready()
            self.service.fault("drop_connection", how="silence")
            await server.socket.send(json.dumps(self.BEAT))
            waiting = asyncio.ensure_future(server.socket.recv())
            done, _ = await asyncio.wait([waiting], timeout=0.5)
            self.assertFalse(done)
            process = self.service.process(server.process_id)
            self.assertTrue(process["connected"])
            self.assertEqual(0, process["last_heartbeat_unix_ms"])
            self.service.control("faults/clear")
            with self.assertRaises(websockets.ConnectionClosed):
                await waiting
            self.service.control("terminate", ProcessId=server.process_id)

    async def test_pushes_to_a_half_open_connection_wait_for_the_next_one(self):
        server = await self.server().connect()
        await server.ready()
        self.service.fault("drop_connection", how="half_open")
        self.service.control("refresh", ProcessId=server.process_id)
        async with self.server() as again:
            self.assertEqual("RefreshConnection", (await again.push())["Action"])
        server.socket.transport.abort()

    def test_the_state_of_nothing_on_is_the_state_of_the_start(self):  # S79
        before = self.service.faults()
        self.assertEqual([], before["faults"])
        for fault in before["known"]:
            if not fault["acts_at_once"]:
                self.service.fault(fault["name"], {"next": 1000}, 3600)
        on = self.service.faults()["faults"]
        self.assertEqual(sorted(fault["name"] for fault in before["known"] if not fault["acts_at_once"]),
                         sorted(fault["name"] for fault in on))
        self.assertTrue(all(fault["until_unix_ms"] > 0 and fault["scope"]["next"] <= 1000 for fault in on))
        # Calls of controls do not go by the faults of the API.
        self.service.control("faults/clear")
        self.assertEqual([], self.service.faults()["faults"])

    def test_the_readme_names_each_fault_with_its_parameters(self):
        text = (pathlib.Path(__file__).resolve().parents[3] / "sdk/local/README.md").read_text()
        rows = {name: re.findall(r"`(\w+)`", parameters)
                for name, parameters in re.findall(r"(?m)^\| `(\w+)` \| .* \| (.*)\|$", text.split("## Faults on demand")[1].split("\n## ")[0])}
        self.assertEqual({fault["name"]: [one["name"] for one in fault["parameters"]] for fault in self.service.faults()["known"]}, rows)

    def test_a_reset_ends_all_faults(self):
        service = Service()
        service.fault("slow_api")
        service.control("reset")
        self.assertEqual([], service.faults()["faults"])
        self.assertEqual(0, service.stop())


class OfTheApi(FaultsCase):
    def test_an_answer_is_late_and_others_are_not(self):
        self.service.fault("slow_api", {"action": "ListFleets"}, milliseconds=600_000)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            slow = pool.submit(self.service.call, "ListFleets")
            until(lambda: self.service.faults()["faults"][0]["hits"] == 1, what="the call has come")
            for _ in range(5):
                self.service.call("ListLocations")
            self.assertFalse(slow.done())
            self.service.control("faults/clear")  # what it holds up comes now
            self.assertIn("FleetIds", slow.result(20))

    def test_a_late_answer_keeps_the_connection_for_the_next_request(self):
        self.service.fault("slow_api", {"next": 1}, milliseconds=300)
        with socket.create_connection(("127.0.0.1", self.service.port), timeout=20) as raw:
            request = (f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nX-Amz-Target: GameLift.ListFleets\r\n"
                       "Content-Length: 2\r\n\r\n{}").encode()
            raw.sendall(request * 2)  # the second one comes while the first one is held up
            data = b""
            while data.count(b"FleetIds") < 2:
                data += raw.recv(65536)
            self.assertEqual(2, data.count(b"HTTP/1.1 200 OK"))

    def test_a_client_that_leaves_before_its_late_answer_harms_nobody(self):
        self.service.fault("slow_api", {"action": "ListFleets"}, milliseconds=300)
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", self.service.port), timeout=20) as raw:
                raw.sendall((f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{self.service.port}\r\nX-Amz-Target: GameLift.ListFleets\r\n"
                             "Content-Length: 2\r\n\r\n{}").encode())
        until(lambda: self.service.faults()["faults"][0]["hits"] == 20, what="all were heard")
        self.service.control("faults/clear")
        self.assertIn("FleetIds", self.service.call("ListFleets"))

    async def test_an_answer_to_a_game_server_is_late_until_it_is_taken_back(self):
        async with self.server() as server:
            self.service.fault("slow_answers", milliseconds=2_000_000_000)
            asked = asyncio.ensure_future(server.ask("HeartbeatServerProcess", HealthStatus=True))
            await asyncio.to_thread(
                until, lambda: self.service.faults()["faults"][0]["hits"] == 1, what="the request has come")
            self.assertFalse(asked.done())
            self.service.control("faults/clear")
            self.assertEqual(200, (await asked)["StatusCode"])

    def test_a_call_ends_by_rst(self):
        self.service.fault("reset_api", {"action": "ListFleets"}, effect=False)
        with self.assertRaises((ConnectionResetError, urllib.error.URLError)) as ended:
            self.service.call("ListFleets")
        self.assertIn("reset", str(ended.exception).lower())

    def test_an_error_has_any_status_and_name(self):
        self.service.fault("api_errors", {"action": "ListFleets", "next": 1}, error="UnauthorizedException", status=403)
        with self.assertRaises(Refused) as refused:
            self.service.call("ListFleets")
        self.assertEqual((403, "UnauthorizedException"), (refused.exception.status, refused.exception.kind))

    async def test_a_slow_call_is_made_twice_by_a_client_without_a_token(self):  # S82
        names = [f"{self.id().rsplit('.', 1)[1][5:35]}-{number}" for number in range(3)]
        servers = [await Server(self.service, name).connect() for name in names]
        for server in servers:
            await server.ready()
        client = client_of(self.service, "standard", read_timeout=1)
        made = {}
        for token in (None, "once"):
            self.service.fault("slow_api", {"action": "CreateGameSession", "next": 1}, milliseconds=3000)
            before = self.sessions()
            await asyncio.to_thread(
                client.create_game_session, FleetId=self.service.fleet, Location=self.service.location,
                MaximumPlayerSessionCount=2, **({"IdempotencyToken": token} if token else {}))
            made[token] = self.sessions() - before
        client.close()
        self.assertEqual({None: 2, "once": 1}, made)
        for server in servers:
            await server.socket.close()

    def sessions(self):
        return len(self.service.call("DescribeGameSessions", FleetId=self.service.fleet)["GameSessions"])


def client_of(service, mode, **config):
    retries = {"mode": mode} if mode != "default" else {}
    return boto3.client("gamelift", endpoint_url=service.url, region_name="us-east-1", aws_access_key_id="local",
                        aws_secret_access_key="local", config=botocore.config.Config(retries=retries, **config))


# What is done to each call -> how often each client makes it (service model 3.5).
ATTEMPTS = {
    ("InternalServiceException", 500): {"default": 5, "standard": 3, "cli": 3},
    ("none", 503): {"default": 5, "standard": 3, "cli": 3},
    ("ThrottlingException", 400): {"default": 5, "standard": 3, "cli": 3},
    ("LimitExceededException", 400): {"default": 1, "standard": 3, "cli": 3},
    ("TooManyRequestsException", 400): {"default": 1, "standard": 3, "cli": 3},
    ("none", 429): {"default": 5, "standard": 1, "cli": 1},
    ("FleetCapacityExceededException", 400): {"default": 1, "standard": 1, "cli": 1},
    ("ConflictException", 400): {"default": 1, "standard": 1, "cli": 1},
    "reset": {"default": 5, "standard": 3, "cli": 3},
    "slow": {"default": 5, "standard": 3, "cli": 3},
}


@unittest.skipUnless(boto3 and AWS.exists(), "boto3 and the AWS CLI (Debian packages python3-boto3, awscli)")
class Retries(FaultsCase):
    # A start of the CLI costs a second of the machine: the others show the rest of its column with --long.
    OF_THE_CLI = {("InternalServiceException", 500), ("LimitExceededException", 400), ("none", 429)}
    cli_starts = threading.Semaphore(2)

    def attempts(self, stimulus, who):
        """How often the client makes its call. Each pair has a service of its own: all wait at the same time."""
        service = Service(demo=False)
        try:
            if stimulus == "reset":
                service.fault("reset_api")
            elif stimulus == "slow":
                service.fault("slow_api", milliseconds=600_000)
            else:
                service.fault("api_errors", error=stimulus[0], status=stimulus[1])
            self.call(service, who)
            return service.hits(service.faults()["faults"][0]["name"])
        finally:
            service.stop()

    def call(self, service, who):
        if who == "cli":
            with self.cli_starts:
                done = subprocess.run([AWS, "gamelift", "--endpoint-url", service.url, "--cli-read-timeout", "2",
                                       "list-locations"], env={**os.environ, **CREDENTIALS}, capture_output=True, check=False)
            self.assertNotEqual(0, done.returncode)
            return
        client = client_of(service, who, read_timeout=1)
        with self.assertRaises((botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError)):
            client.list_locations()

    def test_S81_each_client_tries_as_often_as_it_is_known_to(self):
        pairs = [(stimulus, who) for stimulus, counts in ATTEMPTS.items() for who in counts
                 if who != "cli" or stimulus in self.OF_THE_CLI or os.environ.get("GLIFT_LONG")]
        warnings.simplefilter("ignore", ResourceWarning)  # botocore leaves its sockets to the collector
        with concurrent.futures.ThreadPoolExecutor(len(pairs)) as pool:
            found = list(pool.map(lambda pair: self.attempts(*pair), pairs))
        self.assertEqual({pair: ATTEMPTS[pair[0]][pair[1]] for pair in pairs}, dict(zip(pairs, found)))

    def test_a_throttled_client_gets_through_by_itself(self):
        client = client_of(self.service, "default")
        self.service.fault("api_throttling")
        for number in range(6):  # 4 at once, one more each second
            client.create_location(LocationName=f"custom-throttled-{number}")
        client.close()
        self.assertLess(0, self.service.hits("api_throttling"))


if __name__ == "__main__":
    unittest.main()
