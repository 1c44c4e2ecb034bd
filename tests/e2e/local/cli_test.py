#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The unmodified AWS CLI and boto3 against gamelift-local: a fleet made by hand, a session, its players."""
import asyncio
import json
import os
import pathlib
import subprocess
import unittest

from local import Server, Service

AWS = pathlib.Path("/usr/bin/aws")

try:
    import boto3
    import botocore.config
except ImportError:
    boto3 = None

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}


class CliFailed(Exception):
    pass


@unittest.skipUnless(AWS.exists(), "the AWS CLI is not installed (Debian package awscli)")
class Cli(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.service = Service(demo=False)

    def tearDown(self):
        self.assertEqual(0, self.service.stop())

    async def gl(self, *arguments, path="/"):
        out = await self.run_cli(*arguments, path=path)
        return json.loads(out) if out.strip() else {}

    async def run_cli(self, *arguments, path="/"):
        process = await asyncio.create_subprocess_exec(
            str(AWS), "gamelift", "--endpoint-url", self.service.url + path, *arguments,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **CREDENTIALS})
        out, error = await process.communicate()
        if process.returncode != 0:
            raise CliFailed(error.decode().strip())
        return out

    async def test_the_walkthrough(self):  # S12
        gl = self.gl
        await gl("create-location", "--location-name", "custom-home")
        created = await gl("create-fleet", "--name", "dev", "--compute-type", "ANYWHERE",
                           "--locations", "Location=custom-home", "--anywhere-configuration", "Cost=1")
        fleet = created["FleetAttributes"]["FleetId"]
        self.assertEqual("ACTIVE", created["FleetAttributes"]["Status"])
        compute = await gl("register-compute", "--fleet-id", fleet, "--compute-name", "devbox",
                           "--ip-address", "127.0.0.1", "--location", "custom-home")
        token = await gl("get-compute-auth-token", "--fleet-id", fleet, "--compute-name", "devbox")
        self.service.environment.update({
            "GAMELIFT_SDK_FLEET_ID": fleet, "GAMELIFT_SDK_HOST_ID": "devbox", "GAMELIFT_SDK_AUTH_TOKEN": token["AuthToken"],
            "GAMELIFT_SDK_WEBSOCKET_URL": compute["Compute"]["GameLiftServiceSdkEndpoint"]})

        async with Server(self.service, "p1") as server:
            await server.ready(7777)
            self.assertEqual(1, len((await gl("list-compute", "--fleet-id", fleet))["ComputeList"]))
            session = (await gl(
                "create-game-session", "--fleet-id", fleet, "--location", "custom-home",
                "--maximum-player-session-count", "8", "--name", "arena", "--game-properties", "Key=mode,Value=ffa",
                "Key=map,Value=pit", "--game-session-data", '{"seed":1}', "--idempotency-token", "try-1"))["GameSession"]
            self.assertEqual(("ACTIVATING", 7777, "127.0.0.1"), (session["Status"], session["Port"], session["IpAddress"]))
            push = await server.push()
            self.assertEqual({"mode": "ffa", "map": "pit"}, push["GameProperties"])
            self.assertEqual('{"seed":1}', push["GameSessionData"])
            arn = session["GameSessionId"]
            await server.ask("ActivateGameSession", GameSessionId=arn)
            described = await gl("describe-game-sessions", "--game-session-id", arn)
            self.assertEqual("ACTIVE", described["GameSessions"][0]["Status"])
            details = await gl("describe-game-session-details", "--fleet-id", fleet, "--location", "custom-home")
            self.assertEqual("NoProtection", details["GameSessionDetails"][0]["ProtectionPolicy"])

            alice = await gl("create-player-session", "--game-session-id", arn, "--player-id", "alice",
                             "--player-data", '{"skin":3}')
            answer = await server.ask("AcceptPlayerSession", GameSessionId=arn,
                                      PlayerSessionId=alice["PlayerSession"]["PlayerSessionId"])
            self.assertEqual(200, answer["StatusCode"])
            await gl("create-player-sessions", "--game-session-id", arn, "--player-ids", "bob", "carol",
                     "--player-data-map", "bob=x,carol=y")
            reserved = await gl("describe-player-sessions", "--game-session-id", arn,
                                "--player-session-status-filter", "RESERVED")
            self.assertEqual(["bob", "carol"], [seat["PlayerId"] for seat in reserved["PlayerSessions"]])
            paged = await gl("describe-player-sessions", "--game-session-id", arn, "--page-size", "1")  # S13
            self.assertEqual(3, len(paged["PlayerSessions"]))
            log = self.service.path / "session.log"
            await self.run_cli("get-game-session-log", "--game-session-id", arn, "--save-as", str(log))  # S45
            self.assertIn(f"player session {alice['PlayerSession']['PlayerSessionId']} of alice: ACTIVE", log.read_text())
            closed = await gl("update-game-session", "--game-session-id", arn,
                              "--player-session-creation-policy", "DENY_ALL")
            self.assertEqual("DENY_ALL", closed["GameSession"]["PlayerSessionCreationPolicy"])
            with self.assertRaisesRegex(CliFailed, "InvalidGameSessionStatusException"):
                await gl("create-player-session", "--game-session-id", arn, "--player-id", "dave")
            # The CLI of Debian 12 does not know terminate-game-session.
            self.service.call("TerminateGameSession", GameSessionId=arn, TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
            self.assertEqual("TerminateProcess", (await server.push())["Action"])
            await server.ask("TerminateServerProcess")

        events = await gl("describe-fleet-events", "--fleet-id", fleet, "--start-time", "2024-01-01T00:00:00Z")
        self.assertEqual("FLEET_CREATED", events["Events"][0]["EventCode"])
        await gl("deregister-compute", "--fleet-id", fleet, "--compute-name", "devbox")
        await gl("delete-fleet", "--fleet-id", fleet)
        with self.assertRaisesRegex(CliFailed, "NotFoundException"):
            await gl("describe-compute", "--fleet-id", fleet, "--compute-name", "devbox")

    async def test_an_endpoint_with_a_path_and_calls_that_are_not_signed(self):  # S7
        self.assertEqual([], (await self.gl("list-fleets", "--no-sign-request", path="/base"))["FleetIds"])

    async def test_what_is_not_emulated_says_so(self):  # S87
        with self.assertRaisesRegex(CliFailed, "UnknownOperationException.*ListGameServerGroups"):
            await self.gl("list-game-server-groups")


@unittest.skipIf(boto3 is None, "boto3 is not installed (Debian package python3-boto3)")
class Boto(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.client = boto3.client(
            "gamelift", endpoint_url=cls.service.url, region_name="us-east-1", aws_access_key_id="x",
            aws_secret_access_key="y", config=botocore.config.Config(parameter_validation=False))

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def test_exceptions_are_typed(self):  # S3
        exceptions = self.client.exceptions
        with self.assertRaises(exceptions.NotFoundException):
            self.client.describe_game_sessions(GameSessionId="arn:none")
        with self.assertRaises(exceptions.InvalidRequestException):
            self.client.create_location(LocationName="custom-home!")
        with self.assertRaises(exceptions.FleetCapacityExceededException):
            self.client.create_game_session(
                FleetId=self.service.fleet, Location=self.service.location, MaximumPlayerSessionCount=2)

    def test_times_are_dates(self):  # S5
        fleet = self.client.describe_fleet_attributes()["FleetAttributes"][0]
        self.assertLess(abs(fleet["CreationTime"].timestamp() * 1000 - self.service.state()["now_unix_ms"]), 120000)

    def test_paginators_end_and_give_each_item_once(self):  # S13
        for i in range(25):
            self.client.create_location(LocationName=f"custom-page-{i:02}")
        pages = self.client.get_paginator("list_locations").paginate(PaginationConfig={"PageSize": 4})
        names = [location["LocationName"] for page in pages for location in page["Locations"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 26)

    def test_every_member_of_every_input_is_known_to_the_model(self):
        """What the operations here check is what the API model says: required members, limits, enumerations."""
        model = self.client.meta.service_model
        for operation in ("CreateLocation", "ListLocations", "DeleteLocation", "CreateFleet", "DescribeFleetAttributes",
                          "ListFleets", "DeleteFleet", "DescribeFleetEvents", "RegisterCompute", "DescribeCompute",
                          "ListCompute", "DeregisterCompute", "GetComputeAuthToken", "CreateGameSession",
                          "DescribeGameSessions", "DescribeGameSessionDetails", "UpdateGameSession",
                          "CreatePlayerSession", "CreatePlayerSessions", "DescribePlayerSessions"):
            shape = model.operation_model(operation).input_shape
            with self.subTest(operation):
                self.check_required(operation, shape)
                self.check_types(operation, shape)

    def refusal(self, operation, members):
        try:
            self.service.call(operation, **members)
        except Exception as error:  # noqa: BLE001  (only its text matters)
            return str(error)
        return ""

    def check_required(self, operation, shape):
        text = self.refusal(operation, {})
        for name in shape.required_members:
            self.assertIn(f"Value null at '{name[0].lower()}{name[1:]}'", text)

    def check_types(self, operation, shape):
        wrong = {"string": 7, "integer": "x", "timestamp": "x", "list": "x", "map": "x", "structure": "x"}
        # Members of EC2 fleets and of billing are taken without a look: only ANYWHERE is emulated.
        ignored = {"BuildId", "ScriptId", "ServerLaunchPath", "ServerLaunchParameters", "LogPaths", "EC2InstanceType",
                   "EC2InboundPermissions", "RuntimeConfiguration", "MetricGroups", "PeerVpcAwsAccountId", "PeerVpcId",
                   "FleetType", "InstanceRoleArn", "CertificateConfiguration"} if operation == "CreateFleet" else set()
        for name, member in shape.members.items():
            if name not in ignored:
                text = self.refusal(operation, {name: wrong[member.type_name]})
                self.assertIn(f"at '{name[0].lower()}{name[1:]}'", text, name)


if __name__ == "__main__":
    unittest.main()
