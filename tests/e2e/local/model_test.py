#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every answer of every operation against AWS's own model of the API, as botocore of Debian has it and, newer, the AWS SDK
for JavaScript: members, types, enumerations, what is required, and which errors an operation may give (service model 2)."""
import asyncio
import os
import pathlib
import re
import sys
import unittest

import js_model
import npm
from local import Refused, Server, Service, until

try:
    import botocore
    import botocore.loaders
except ImportError:
    botocore = None

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))
import operations  # noqa: E402  pylint: disable=wrong-import-position

# What newer models have and the one of Debian 12 (botocore 1.29, of 2022) has not.
NEWER = {"GetPlayerConnectionDetails", "TerminateGameSession", "Count"}
NEWER_VALUES = {"TRIGGERED_ON_PROCESS_TERMINATE"}
# Of every operation, though no model lists them.
PROTOCOL_ERRORS = {"InvalidRequestException", "SerializationException"}
# A fleet that is not there is the same error for all operations on computes, though the model lists it for some of them only.
UNLISTED_ERRORS = {"ListCompute": {"NotFoundException"}, "RegisterCompute": {"NotFoundException"}}

RULE_SET = ('{"name":"r","ruleLanguageVersion":"1.0","playerAttributes":[{"name":"skill","type":"number"},'
            '{"name":"map","type":"string_list"},{"name":"best","type":"string_number_map"}],'
            '"teams":[{"name":"t","minPlayers":1,"maxPlayers":2}]}')


class Model:
    def __init__(self, model, newer=(), newer_values=()):
        self.shapes, self.operations = model["shapes"], model["operations"]
        self.newer, self.newer_values = newer, newer_values

    def faults(self, shape, value, path):
        """What of this value the shape does not allow, a sentence each."""
        shape = self.shapes[shape]
        yield from getattr(self, "faults_of_" + shape["type"], self.faults_of_number)(shape, value, path)

    def faults_of_structure(self, shape, value, path):
        if not isinstance(value, dict):
            yield f"{path} is no structure: {value!r}"
            return
        for name in shape.get("required", ()):
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, member in value.items():
            if name in shape["members"]:
                yield from self.faults(shape["members"][name]["shape"], member, f"{path}.{name}")
            elif name not in self.newer:
                yield f"{path}.{name} is unknown"

    def faults_of_list(self, shape, value, path):
        if not isinstance(value, list):
            yield f"{path} is no list: {value!r}"
            return
        if not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            yield f"{path} has {len(value)} entries"
        for number, item in enumerate(value):
            yield from self.faults(shape["member"]["shape"], item, f"{path}[{number}]")

    def faults_of_map(self, shape, value, path):
        if not isinstance(value, dict):
            yield f"{path} is no map: {value!r}"
            return
        for key, item in value.items():
            yield from self.faults(shape["key"]["shape"], key, f"{path}, key {key}")
            yield from self.faults(shape["value"]["shape"], item, f"{path}[{key}]")

    def faults_of_string(self, shape, value, path):
        if not isinstance(value, str):
            yield f"{path} is no text: {value!r}"
        elif "enum" in shape and value not in shape["enum"] and value not in self.newer_values:
            yield f"{path} is {value}, none of {shape['enum']}"
        elif not shape.get("min", 0) <= len(value) <= shape.get("max", len(value)):
            yield f"{path} has {len(value)} characters"
        elif "pattern" in shape and not re.search(f"^(?:{shape['pattern']})$", value, re.S):
            yield f"{path} is {value!r}, which is not {shape['pattern']}"

    @staticmethod
    def faults_of_boolean(_shape, value, path):
        if not isinstance(value, bool):
            yield f"{path} is neither true nor false: {value!r}"

    @staticmethod
    def faults_of_number(shape, value, path):
        whole = shape["type"] in ("integer", "long")
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            yield f"{path} is no {shape['type']}: {value!r}"
        elif value < shape.get("min", value) or value > shape.get("max", value):
            yield f"{path} is {value}"

    def answer_faults(self, operation, answer):
        if operation not in self.operations:
            return [] if operation in self.newer else [f"the model has no {operation}"]
        output = self.operations[operation].get("output")
        if output is None:
            return [f"{operation} answers {answer}"] if answer else []
        return list(self.faults(output["shape"], answer, operation))

    def errors(self, operation):
        return {error["shape"] for error in self.operations[operation].get("errors", ())} | PROTOCOL_ERRORS | UNLISTED_ERRORS.get(operation, set())


def old_model():
    return Model(botocore.loaders.Loader().load_service_model("gamelift", "service-2"), NEWER, NEWER_VALUES)


@unittest.skipIf(botocore is None, "botocore is not installed (Debian package python3-botocore)")
class Answers(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.model = old_model()

    def setUp(self):
        self.emulated = {name for name, _ in operations.rows()}
        self.service = Service()
        self.driven, self.faults = set(), []

    def tearDown(self):
        self.assertEqual(0, self.service.stop())

    def do(self, operation, **members):
        """One call that succeeds; its answer is judged."""
        answer = self.service.call(operation, **members)
        self.driven.add(operation)
        self.faults += self.model.answer_faults(operation, answer)
        return answer

    def drive_fleets(self):
        do, tags = self.do, [{"Key": "k", "Value": "v"}]
        place = do("CreateLocation", LocationName="custom-model", Tags=tags)["Location"]
        do("CreateLocation", LocationName="custom-other")
        fleet = do("CreateFleet", Name="f", Description="d", ComputeType="ANYWHERE", AnywhereConfiguration={"Cost": "1.5"},
                   Locations=[{"Location": "custom-model"}], Tags=tags,
                   ResourceCreationLimitPolicy={"NewGameSessionsPerCreator": 3, "PolicyPeriodInMinutes": 1})["FleetAttributes"]
        fleet_id = fleet["FleetId"]
        do("ListLocations")
        do("ListFleets")
        do("DescribeFleetAttributes")
        do("UpdateFleetAttributes", FleetId=fleet_id, Name="g", NewGameSessionProtectionPolicy="FullProtection")
        do("CreateFleetLocations", FleetId=fleet_id, Locations=[{"Location": "custom-other"}])
        do("DescribeFleetLocationAttributes", FleetId=fleet_id, Limit=1)
        do("DescribeFleetLocationUtilization", FleetId=fleet_id, Location="custom-other")
        do("DeleteFleetLocations", FleetId=fleet_id, Locations=["custom-other"])
        do("UpdateRuntimeConfiguration", FleetId=fleet_id, RuntimeConfiguration={"GameSessionActivationTimeoutSeconds": 9})
        for operation in ("DescribeRuntimeConfiguration", "DescribeFleetPortSettings", "DescribeInstances", "DescribeFleetEvents",
                          "DescribeScalingPolicies"):
            do(operation, FleetId=fleet_id)
        for operation in ("DescribeFleetCapacity", "DescribeFleetUtilization", "DescribeEC2InstanceLimits", "ListBuilds",
                          "ListScripts"):
            do(operation)
        do("TagResource", ResourceARN=place["LocationArn"], Tags=[{"Key": "empty", "Value": ""}])
        do("ListTagsForResource", ResourceARN=place["LocationArn"])
        do("UntagResource", ResourceARN=place["LocationArn"], TagKeys=["k"])
        self.drive_computes(fleet_id)
        self.drive_aliases(fleet_id)
        do("DeleteFleet", FleetId=fleet_id)
        do("DescribeFleetEvents", FleetId=fleet_id)
        do("DeleteLocation", LocationName="custom-model")

    def drive_computes(self, fleet_id):
        name = {"FleetId": fleet_id, "ComputeName": "c"}
        self.do("RegisterCompute", IpAddress="127.0.0.1", Location="custom-model", **name)
        self.do("ListCompute", FleetId=fleet_id)
        for operation in ("DescribeCompute", "GetComputeAuthToken", "DeregisterCompute"):
            self.do(operation, **name)

    def drive_aliases(self, fleet_id):
        alias = {"AliasId": self.do("CreateAlias", Name="a", Description="d", RoutingStrategy={
            "Type": "SIMPLE", "FleetId": fleet_id})["Alias"]["AliasId"]}
        self.do("ResolveAlias", **alias)
        self.do("UpdateAlias", RoutingStrategy={"Type": "TERMINAL", "Message": "m"}, **alias)
        self.do("DescribeAlias", **alias)
        self.do("ListAliases")
        self.do("DeleteAlias", **alias)

    async def drive_sessions(self):
        do, fleet_id = self.do, self.service.fleet
        async with Server(self.service, "p-sessions") as server:
            await server.ready()
            session = do("CreateGameSession", FleetId=fleet_id, Location=self.service.location, MaximumPlayerSessionCount=8,
                         Name="n", GameSessionData="d", CreatorId="c", IdempotencyToken="token",
                         GameProperties=[{"Key": "k", "Value": "v"}])["GameSession"]["GameSessionId"]
            await server.push()
            await server.ask("ActivateGameSession", GameSessionId=session)
            do("CreatePlayerSession", GameSessionId=session, PlayerId="ada", PlayerData="d")
            do("CreatePlayerSessions", GameSessionId=session, PlayerIds=["bob", "eve"], PlayerDataMap={"bob": "x"})
            do("DescribePlayerSessions", GameSessionId=session, Limit=2)
            do("GetPlayerConnectionDetails", GameSessionId=session, PlayerIds=["ada"])
            do("GetGameSessionLogUrl", GameSessionId=session)
            do("DescribeGameSessions", FleetId=fleet_id)
            do("DescribeGameSessionDetails", FleetId=fleet_id)
            do("SearchGameSessions", FleetId=fleet_id, FilterExpression="playerSessionCount > 1", SortExpression="maximumSessions ASC")
            do("UpdateGameSession", GameSessionId=session, Name="m", PlayerSessionCreationPolicy="DENY_ALL")
            do("DescribeFleetUtilization")
            do("TerminateGameSession", GameSessionId=session, TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
            await server.ask("TerminateServerProcess")
        do("DescribeGameSessions", GameSessionId=session)
        do("DescribePlayerSessions", GameSessionId=session)
        do("DescribeFleetEvents", FleetId=fleet_id)

    async def drive_placements(self):
        """Those of them that are there."""
        placement = {"PlacementId": "model-1"}
        if "StartGameSessionPlacement" not in self.emulated:
            return
        self.do("StartGameSessionPlacement", GameSessionQueueName="q", MaximumPlayerSessionCount=2, **placement)
        self.do("DescribeGameSessionPlacement", **placement)
        self.do("StopGameSessionPlacement", **placement)
        self.do("UpdateGameSessionQueue", Name="q", TimeoutInSeconds=20)

    def make_matchmaking(self):
        do, fleet_id = self.do, self.service.fleet
        arn = self.service.call("DescribeFleetAttributes", FleetIds=[fleet_id])["FleetAttributes"][0]["FleetArn"]
        queue = do("CreateGameSessionQueue", Name="q", TimeoutInSeconds=60, CustomEventData="c",
                   Destinations=[{"DestinationArn": arn}])["GameSessionQueue"]
        do("DescribeGameSessionQueues", Names=["q"])
        do("ValidateMatchmakingRuleSet", RuleSetBody=RULE_SET)
        do("CreateMatchmakingRuleSet", Name="r", RuleSetBody=RULE_SET)
        do("DescribeMatchmakingRuleSets", Names=["r"])
        do("CreateMatchmakingConfiguration", Name="c", RuleSetName="r", RequestTimeoutSeconds=60, AcceptanceRequired=True,
           AcceptanceTimeoutSeconds=60, GameSessionQueueArns=[queue["GameSessionQueueArn"]], GameSessionData="d",
           GameProperties=[{"Key": "k", "Value": "v"}], Description="d", AdditionalPlayerCount=0, BackfillMode="MANUAL")
        do("UpdateMatchmakingConfiguration", Name="c", CustomEventData="c")
        do("DescribeMatchmakingConfigurations", Names=["c"])

    async def ticket(self, ticket_id, *statuses):
        def of_one():
            ticket = self.do("DescribeMatchmaking", TicketIds=[ticket_id])["TicketList"][0]
            return ticket if ticket["Status"] in statuses else None
        return await asyncio.to_thread(until, of_one, 20, f"{ticket_id} is {statuses}")

    async def drive_matchmaking(self):
        do = self.do
        self.make_matchmaking()
        attributes = {"skill": {"N": 1}, "map": {"SL": ["a"]}, "best": {"SDM": {"a": 2.5}}}
        async with Server(self.service, "p-match") as server:
            await server.ready()
            do("StartMatchmaking", ConfigurationName="c", TicketId="t1", Players=[
                {"PlayerId": "ada", "PlayerAttributes": attributes, "LatencyInMs": {self.service.location: 20}}])
            await self.ticket("t1", "REQUIRES_ACCEPTANCE")
            do("AcceptMatch", TicketId="t1", PlayerIds=["ada"], AcceptanceType="ACCEPT")
            push = await server.push()
            await server.ask("ActivateGameSession", GameSessionId=push["GameSessionId"])
            done = await self.ticket("t1", "COMPLETED")
            do("StartMatchBackfill", ConfigurationName="c", TicketId="t2", GameSessionArn=done["GameSessionConnectionInfo"]["GameSessionArn"],
               Players=[{"PlayerId": "ada", "Team": "t", "PlayerAttributes": attributes}])
            await self.ticket("t2", "SEARCHING")
            do("StopMatchmaking", TicketId="t2")
            await self.ticket("t2", "CANCELLED")
            await server.ask("TerminateServerProcess")
        await self.drive_placements()
        do("DeleteMatchmakingConfiguration", Name="c")
        do("DeleteMatchmakingRuleSet", Name="r")
        do("DeleteGameSessionQueue", Name="q")

    async def test_every_answer_of_every_operation_is_as_the_model_has_it(self):
        self.drive_fleets()
        await self.drive_sessions()
        await self.drive_matchmaking()
        self.assertEqual([], self.faults)
        self.assertEqual(set(), self.emulated - self.driven, "operations that this test does not drive")

    def sample(self, shape_name):
        """A value that fits the shape and names nothing that is there."""
        shape = self.model.shapes[shape_name]
        if shape["type"] == "structure":
            return {name: self.sample(shape["members"][name]["shape"]) for name in shape.get("required", ())}
        if shape["type"] == "list":
            return [self.sample(shape["member"]["shape"])]
        if shape["type"] != "string":
            return {"boolean": True, "map": {}}.get(shape["type"], max(shape.get("min", 1), 10))
        if "enum" in shape:
            return shape["enum"][0]
        fitting = ["none", "fleet-none", "alias-none", "custom-none", "1", "127.0.0.1"]
        return next((text for text in fitting if re.search(f"^(?:{shape.get('pattern', '.*')})$", text)), "none")

    def test_an_operation_refuses_with_errors_that_the_model_has_for_it(self):  # S4, S14
        for operation in sorted(self.emulated & set(self.model.operations)):
            shape = self.model.operations[operation].get("input", {}).get("shape")
            for members in ({}, self.sample(shape) if shape else {}):
                with self.subTest(operation=operation, members=members):
                    try:
                        self.service.call(operation, **members)
                    except Refused as refused:
                        self.assertIn(refused.kind, self.model.errors(operation), refused.message)


@unittest.skipUnless(os.environ.get("GLIFT_LONG"), "fetches the AWS SDK for JavaScript: with --long")
class NewerAnswers(Answers):
    __unittest_skip__ = False  # it does without botocore

    @classmethod
    def setUpClass(cls):
        folder = npm.fetch("@aws-sdk/client-gamelift@3", "js_model")
        cls.model = Model(js_model.read(folder / "node_modules/@aws-sdk/client-gamelift"))

    def ignores(self, operation, name, shape):
        """Whether a value of another type is let pass: then nobody reads the member."""
        other = 7 if self.model.shapes[shape]["type"] == "string" else "seven"
        try:
            self.service.call(operation, **{name: other})
        except Refused as refused:
            return f"at '{name[0].lower()}{name[1:]}'" not in refused.message
        return True

    def test_no_member_of_an_input_is_ignored(self):
        ignored = {}
        for operation in sorted(self.emulated):
            shape = self.model.operations[operation]["input"]["shape"]
            names = {name for name, member in self.model.shapes[shape]["members"].items()
                     if self.ignores(operation, name, member["shape"])}
            if names:
                ignored[operation] = names
        self.assertEqual({}, ignored)


@unittest.skipIf(botocore is None, "botocore is not installed (Debian package python3-botocore)")
class Judge(unittest.TestCase):
    """What is wrong in an answer is found."""

    def test_faults_are_named(self):
        for answer, fault in (({"FleetIds": [1]}, "is no text"), ({"FleetIds": ["x"]}, "which is not"), ({"FleetIds": {}}, "no list"),
                              ({"Fleets": []}, "is unknown"), ({"FleetIds": [None]}, "is no text")):
            with self.subTest(answer=answer):
                self.assertRegex("; ".join(old_model().answer_faults("ListFleets", answer)), fault)
        session = {"GameSession": {"Status": "BUSY", "Port": "1", "MaximumPlayerSessionCount": 1.5}}
        self.assertEqual(3, len(old_model().answer_faults("CreateGameSession", session)))
        self.assertEqual([], old_model().answer_faults("DeleteFleet", {}))
        self.assertEqual(1, len(old_model().answer_faults("DeleteFleet", {"FleetId": "fleet-1"})))
        self.assertEqual(1, len(old_model().answer_faults("DescribeMatchmakingRuleSets", {})))


if __name__ == "__main__":
    unittest.main()
