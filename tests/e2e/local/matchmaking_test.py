#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The real AWS CLI brings players together on gamelift-local; a scripted game server takes them in."""
import asyncio
import json
import os
import pathlib
import subprocess
import time
import unittest

from local import Server, Service

AWS = pathlib.Path("/usr/bin/aws")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true"}

# A skill rule that relaxes: far players match only after two seconds.
RULE_SET = {
    "ruleLanguageVersion": "1.0",
    "playerAttributes": [{"name": "skill", "type": "number", "default": 10}],
    "teams": [{"name": "red", "minPlayers": 1, "maxPlayers": 2}, {"name": "blue", "minPlayers": 1, "maxPlayers": 2}],
    "rules": [
        {"name": "Close", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 5},
        {"name": "Ping", "type": "latency", "maxLatency": 100},
    ],
    "expansions": [{"target": "rules[Close].maxDistance", "steps": [{"waitTimeSeconds": 2, "value": 100}]}],
}


class CliFailed(Exception):
    pass


@unittest.skipUnless(AWS.exists(), "the AWS CLI is not installed (Debian package awscli)")
class Matchmaking(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.service = Service("--match-settle", "0.3")

    def tearDown(self):
        self.assertEqual(0, self.service.stop())

    async def call(self, *arguments):
        """One call of the CLI: its JSON output."""
        process = await asyncio.create_subprocess_exec(
            str(AWS), "gamelift", "--endpoint-url", self.service.url, "--output", "json", *arguments,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **CREDENTIALS})
        out, error = await process.communicate()
        if process.returncode != 0:
            raise CliFailed(error.decode().strip())
        return json.loads(out) if out.strip() else {}

    async def wait_for(self, ticket, status):
        deadline = time.monotonic() + 15
        while True:
            tickets = (await self.call("describe-matchmaking", "--ticket-ids", ticket))["TicketList"]
            if tickets and tickets[0]["Status"] == status:
                return tickets[0]
            self.assertLess(time.monotonic(), deadline, f"{ticket} does not become {status}: {tickets}")

    async def start(self, ticket, player, skill, latency_ms):
        return await self.call(
            "start-matchmaking", "--configuration-name", "teams", "--ticket-id", ticket, "--players",
            f"PlayerId={player},PlayerAttributes={{skill={{N={skill}}}}},"
            f"LatencyInMs={{{self.service.location}={latency_ms}}}")

    async def accept(self, server, ticket):
        info = ticket["GameSessionConnectionInfo"]
        for seat in info["MatchedPlayerSessions"]:
            answer = await server.ask("AcceptPlayerSession", GameSessionId=info["GameSessionArn"],
                                      PlayerSessionId=seat["PlayerSessionId"])
            self.assertEqual(200, answer["StatusCode"], answer)

    async def configure(self):
        queue = await self.call("create-game-session-queue", "--name", "teams", "--timeout-in-seconds", "60",
                                "--destinations", f"DestinationArn={self.service.fleet}")
        body = json.dumps(RULE_SET)
        valid = await self.call("validate-matchmaking-rule-set", "--rule-set-body", body)
        self.assertEqual({"Valid": True}, valid)
        created = await self.call("create-matchmaking-rule-set", "--name", "teams", "--rule-set-body", body)
        self.assertEqual(body, created["RuleSet"]["RuleSetBody"])
        await self.call(
            "create-matchmaking-configuration", "--name", "teams", "--rule-set-name", "teams",
            "--request-timeout-seconds", "120", "--no-acceptance-required", "--backfill-mode", "MANUAL",
            "--flex-match-mode", "WITH_QUEUE", "--game-properties", "Key=map,Value=pit",
            "--game-session-queue-arns", queue["GameSessionQueue"]["GameSessionQueueArn"])

    async def match_two(self, server):
        """alice and bob, far apart, in a session: its id, and the configuration's ARN."""
        started = await self.start("t-alice", "alice", 10, 20)
        self.assertEqual("QUEUED", started["MatchmakingTicket"]["Status"])
        await self.start("t-bob", "bob", 60, 31)
        push = await server.push()
        self.assertEqual("CreateGameSession", push["Action"])
        self.assertEqual({"map": "pit"}, push["GameProperties"])
        self.assertEqual(4, push["MaximumPlayerSessionCount"])
        data = json.loads(push["MatchmakerData"])
        self.assertEqual([["alice"], ["bob"]], sorted([p["playerId"] for p in team["players"]] for team in data["teams"]))
        session = push["GameSessionId"]
        await server.ask("ActivateGameSession", GameSessionId=session)
        alice, bob = await self.wait_for("t-alice", "COMPLETED"), await self.wait_for("t-bob", "COMPLETED")
        info = alice["GameSessionConnectionInfo"]
        self.assertEqual((session, "127.0.0.1", 7777), (info["GameSessionArn"], info["IpAddress"], info["Port"]))
        self.assertEqual(["blue", "red"], sorted((alice["Players"][0]["Team"], bob["Players"][0]["Team"])))
        await self.accept(server, alice)
        await self.accept(server, bob)
        return session, data["matchmakingConfigurationArn"]

    def check_update(self, push, reason, ticket):
        self.assertEqual(("UpdateGameSession", reason, ticket),
                         (push["Action"], push["UpdateReason"], push["BackfillTicketId"]))

    async def test_players_are_matched_and_a_gap_is_filled(self):
        async with Server(self.service, "scripted-1") as server:
            await server.ready()
            await self.configure()
            session, _ = await self.match_two(server)
            started = await self.call(
                "start-match-backfill", "--configuration-name", "teams", "--game-session-arn", session,
                "--ticket-id", "b-1", "--players", json.dumps([
                    {"PlayerId": "alice", "Team": "red", "PlayerAttributes": {"skill": {"N": 10}}},
                    {"PlayerId": "bob", "Team": "blue", "PlayerAttributes": {"skill": {"N": 60}}}]))
            self.assertEqual("b-1", started["MatchmakingTicket"]["TicketId"])
            await self.start("t-cid", "cid", 30, 9)
            self.check_update(await server.push(), "MATCHMAKING_DATA_UPDATED", "b-1")
            await self.accept(server, await self.wait_for("t-cid", "COMPLETED"))
            described = await self.call("describe-player-sessions", "--game-session-id", session)
            self.assertEqual({"alice": "ACTIVE", "bob": "ACTIVE", "cid": "ACTIVE"},
                             {seat["PlayerId"]: seat["Status"] for seat in described["PlayerSessions"]})

    async def test_a_game_server_asks_for_players_and_takes_it_back(self):
        async with Server(self.service, "scripted-1") as server:
            await server.ready()
            await self.configure()
            session, configuration = await self.match_two(server)
            names = {"GameSessionArn": session, "MatchmakingConfigurationArn": configuration}
            answer = await server.ask("StartMatchBackfill", **names, TicketId="", Players=[
                {"PlayerId": "alice", "Team": "red", "PlayerAttributes": {"skill": {"attrType": "DOUBLE", "N": 30}},
                 "LatencyInMs": None}])
            self.assertEqual(200, answer["StatusCode"], answer)
            ticket = answer["TicketId"]
            await self.wait_for(ticket, "SEARCHING")
            answer = await server.ask("StopMatchBackfill", **names, TicketId=ticket)
            self.assertEqual(200, answer["StatusCode"], answer)
            self.check_update(await server.push(), "BACKFILL_CANCELLED", ticket)
            await self.wait_for(ticket, "CANCELLED")

    async def test_waiting_tickets_are_described_and_stopped(self):
        await self.call("start-matchmaking", "--configuration-name", "arena", "--ticket-id", "t-alone", "--players",
                        "PlayerId=dan")
        await self.wait_for("t-alone", "SEARCHING")
        unknown = await self.call("describe-matchmaking", "--ticket-ids", "t-none")
        self.assertEqual([], unknown["TicketList"])
        self.assertEqual({}, await self.call("stop-matchmaking", "--ticket-id", "t-alone"))
        await self.wait_for("t-alone", "CANCELLED")

    async def test_errors_reach_the_cli_by_their_names(self):
        compound = json.dumps({**RULE_SET, "rules": [{"name": "Any", "type": "compound", "statement": "or(a, b)"}]})
        for error, arguments in (
                ("(NotFoundException)", ("start-matchmaking", "--configuration-name", "none", "--players", "PlayerId=d")),
                ("(NotFoundException)", ("stop-matchmaking", "--ticket-id", "none")),
                ("(InvalidRequestException)", ("validate-matchmaking-rule-set", "--rule-set-body", compound))):
            with self.subTest(arguments[0]), self.assertRaises(CliFailed) as caught:
                await self.call(*arguments)
            self.assertIn(error, str(caught.exception))
        self.assertIn("no rule before this one is called a", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
