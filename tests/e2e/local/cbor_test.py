#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""RPC v2 CBOR over HTTP: its framing, and the AWS SDK for JavaScript that speaks it, beside JSON (service model 3.3)."""
import asyncio
import datetime
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import unittest

import npm
from local import Server, Service

try:
    import cbor2
except ImportError:
    cbor2 = None

HERE = pathlib.Path(__file__).parent


@unittest.skipUnless(cbor2, "cbor2 is not installed (Debian package python3-cbor2)")
class Cbor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def ask(self, operation, members=None, body=None, base="/"):
        """(status, headers, answer) of one call."""
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=20)
        connection.request("POST", f"{base}service/GameLift/operation/{operation}",
                           body if body is not None else cbor2.dumps(members or {}),
                           {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor", "Accept": "application/cbor"})
        answer = connection.getresponse()
        tree = cbor2.loads(answer.read())
        connection.close()
        return answer.status, answer.headers, tree

    def test_a_call_is_answered_with_the_protocol_of_the_question(self):  # S9, S10
        for base in ("/", "/some/base/"):
            status, headers, tree = self.ask("ListFleets", base=base)
            self.assertEqual((200, "application/cbor", "rpc-v2-cbor"),
                             (status, headers["Content-Type"], headers["smithy-protocol"]))
            self.assertEqual({"FleetIds": [self.service.fleet]}, tree)
        self.assertEqual(self.service.call("DescribeFleetAttributes")["FleetAttributes"][0]["FleetArn"],
                         self.ask("DescribeFleetAttributes")[2]["FleetAttributes"][0]["FleetArn"])

    def test_times_come_as_times_and_go_as_times(self):  # S10
        attributes = self.ask("DescribeFleetAttributes", {"FleetIds": [self.service.fleet]})[2]["FleetAttributes"][0]
        created = attributes["CreationTime"]
        self.assertIsInstance(created, datetime.datetime)
        inside = {"FleetId": self.service.fleet, "StartTime": created - datetime.timedelta(hours=1)}
        body = cbor2.dumps(inside, datetime_as_timestamp=True)
        self.assertTrue(self.ask("DescribeFleetEvents", body=body)[2]["Events"])
        outside = {"FleetId": self.service.fleet, "EndTime": created - datetime.timedelta(hours=1)}
        body = cbor2.dumps(outside, datetime_as_timestamp=True)
        self.assertFalse(self.ask("DescribeFleetEvents", body=body)[2]["Events"])

    def test_errors_are_in_cbor_too(self):  # S10
        for operation, body, kind in (("CreateBuild", None, "UnknownOperationException"),
                                      ("", None, "UnknownOperationException"),
                                      ("ListFleets", b"{}", "SerializationException"),
                                      ("ListFleets", b"\x80", "SerializationException"),
                                      ("ListFleets", b"\xbf", "SerializationException"),
                                      ("DeleteFleet", cbor2.dumps({"FleetId": "fleet-none"}), "NotFoundException")):
            with self.subTest(operation=operation, body=body):
                status, headers, tree = self.ask(operation, body=body)
                self.assertEqual((400, "application/cbor", kind), (status, headers["Content-Type"], tree["__type"]))
                self.assertTrue(tree["Message"])

    def test_void_operations_answer_with_an_empty_map(self):
        self.assertEqual({}, self.ask("StopMatchmaking", {"TicketId": self.start_matchmaking()})[2])

    def start_matchmaking(self):
        ticket = self.ask("StartMatchmaking", {
            "ConfigurationName": self.service.environment["GAMELIFT_LOCAL_MATCHMAKING_CONFIGURATION"],
            "Players": [{"PlayerId": "ada", "PlayerAttributes": {"skill": {"N": 10.0}}}]})[2]["MatchmakingTicket"]
        self.assertIsInstance(ticket["Players"][0]["PlayerAttributes"]["skill"]["N"], float)
        return ticket["TicketId"]


@unittest.skipUnless(os.environ.get("GLIFT_LONG"), "fetches the AWS SDK for JavaScript: with --long")
class JavaScript(unittest.IsolatedAsyncioTestCase):
    """One life of a game session, driven by the AWS SDK for JavaScript in each of its protocols."""

    @classmethod
    def setUpClass(cls):
        cls.folder = npm.fetch("@aws-sdk/client-gamelift@3", "js_sdk")
        shutil.copy(HERE / "js_sdk_life.mjs", cls.folder)

    def setUp(self):
        self.service = Service()

    def tearDown(self):
        self.assertEqual(0, self.service.stop())

    async def live(self, protocol):
        """What the script saw, one line for each answer, with ids and times taken out."""
        async with Server(self.service, "p-" + protocol) as server:
            await server.ready(7777)
            life = await asyncio.to_thread(
                subprocess.run, ["node", "js_sdk_life.mjs", self.service.url, protocol, self.service.fleet, self.service.location],
                cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
            self.assertEqual(0, life.returncode, life.stderr)
        return json.loads(life.stdout)

    async def test_both_protocols_tell_the_same_life(self):  # S9
        in_json = await self.live("json")
        in_cbor = await self.live("cbor")
        self.assertEqual(in_json, in_cbor)
        self.assertIn({"call": "createGameSession", "error": "NotFoundException"}, in_cbor)
        self.assertGreater(len(in_cbor), 10)


if __name__ == "__main__":
    unittest.main()
