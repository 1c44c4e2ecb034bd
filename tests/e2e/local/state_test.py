#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""--state FILE: what a service held is there after its program was killed, and goes on."""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import tempfile
import unittest

from local import PROGRAM, Refused, Server, until
from state import Kept

EXAMPLE = pathlib.Path(os.environ["GLIFT_BUILD"]) / "examples/minimal"
PATIENCE_S = 60
NEVER = {"name": "never", "ruleLanguageVersion": "1.0", "teams": [{"name": "all", "minPlayers": 9, "maxPlayers": 9}]}


class State(unittest.IsolatedAsyncioTestCase):
    def start(self, *options, **more):
        self.kept = Kept(*options, **more)
        self.addCleanup(self.kept.close)
        return self.kept.service

    def restart(self, *options):
        return self.kept.restart(*options)

    # ---- everything is there ----

    def fill(self, service):
        """Something of every kind that a client can make."""
        call = service.call
        alias = call("CreateAlias", Name="front", RoutingStrategy={"Type": "SIMPLE", "FleetId": service.fleet})["Alias"]
        call("TagResource", ResourceARN=alias["AliasArn"], Tags=[{"Key": "team", "Value": "\"red\"\n\u00fc"}])
        call("CreateGameSessionQueue", Name="line", TimeoutInSeconds=600, Destinations=[
            {"DestinationArn": alias["AliasArn"]}], PlayerLatencyPolicies=[
                {"MaximumIndividualPlayerLatencyMilliseconds": 50, "PolicyDurationSeconds": 5},
                {"MaximumIndividualPlayerLatencyMilliseconds": 100}],
             PriorityConfiguration={"PriorityOrder": ["LATENCY", "DESTINATION"]}, CustomEventData="for you")
        call("CreateMatchmakingRuleSet", Name="never", RuleSetBody=json.dumps(NEVER))
        call("CreateMatchmakingConfiguration", Name="never", RuleSetName="never", RequestTimeoutSeconds=600,
             AcceptanceRequired=False, FlexMatchMode="STANDALONE", GameProperties=[{"Key": "a", "Value": "b"}])
        call("StartMatchmaking", TicketId="waits", ConfigurationName="never", Players=[
            {"PlayerId": "nova", "PlayerAttributes": {"skill": {"N": 1.5}, "modes": {"SL": ["x", "y"]},
                                                      "maps": {"SDM": {"pit": 2.25}}, "rank": {"S": "gold"}},
             "LatencyInMs": {"custom-local": 40}}])
        call("StartMatchmaking", TicketId="stopped", ConfigurationName="never", Players=[{"PlayerId": "rex"}])
        call("StopMatchmaking", TicketId="stopped")
        call("StartGameSessionPlacement", PlacementId="place", GameSessionQueueName="line",
             MaximumPlayerSessionCount=4, GameProperties=[{"Key": "map", "Value": "pit"}],
             DesiredPlayerSessions=[{"PlayerId": "zoe", "PlayerData": "{}"}],
             PlayerLatencies=[{"PlayerId": "zoe", "RegionIdentifier": "custom-local", "LatencyInMilliseconds": 7.5}])
        call("UpdateFleetAttributes", FleetId=service.fleet, Name="changed", NewGameSessionProtectionPolicy="FullProtection")

    def everything(self, service, session):
        call = service.call
        alias = call("ListAliases")["Aliases"][0]
        answers = [call("ListFleets"), call("DescribeFleetAttributes"), alias,
                   call("ListTagsForResource", ResourceARN=alias["AliasArn"]), call("ListLocations"),
                   call("ListCompute", FleetId=service.fleet), call("DescribeGameSessionQueues"),
                   call("DescribeMatchmakingRuleSets"), call("DescribeMatchmakingConfigurations"),
                   call("DescribeMatchmaking", TicketIds=["waits", "stopped"]),
                   call("DescribeGameSessionPlacement", PlacementId="place"),
                   call("DescribeGameSessions", GameSessionId=session),
                   call("DescribePlayerSessions", GameSessionId=session),
                   call("DescribeFleetEvents", FleetId=service.fleet),
                   call("GetComputeAuthToken", FleetId=service.fleet, ComputeName="local")["AuthToken"]]
        with service.open("/_local/events") as events:
            return answers + [json.load(events)]

    async def test_whatever_is_there_is_there_after_a_kill(self):
        service = self.start("--match-tick", "0.05")
        async with Server(service, "p-1") as server:
            session = await server.host(GameProperties=[{"Key": "map", "Value": "pit"}], Name="a \"name\"")
            seats = service.call("CreatePlayerSessions", GameSessionId=session, PlayerIds=["ann", "bob", "cid"],
                                 PlayerDataMap={"ann": "data"})["PlayerSessions"]
            await server.ask("AcceptPlayerSession", GameSessionId=session, PlayerSessionId=seats[0]["PlayerSessionId"])
            await server.ask("RemovePlayerSession", GameSessionId=session, PlayerSessionId=seats[1]["PlayerSessionId"])
            self.fill(service)
            until(lambda: service.call("DescribeMatchmaking", TicketIds=["waits"])["TicketList"][0]["Status"] ==
                  "SEARCHING", PATIENCE_S, "the ticket searches")
            before = self.everything(service, session)
            service = self.restart()
        self.assertEqual(before, self.everything(service, session))
        self.assertEqual(1, len(service.call("ListFleets")["FleetIds"]))  # --demo makes nothing twice
        self.assertEqual(["custom-local"], [one["LocationName"] for one in service.call("ListLocations")["Locations"]])
        self.kept.service.stop()  # the other way to end
        service = self.kept.start()
        self.assertEqual(before, self.everything(service, session))

    async def test_no_id_is_made_twice(self):
        service = self.start("--seed", "7")
        async with Server(service, "p-1") as server:
            session = await server.host()
            ids = set()
            for player in ("ann", "bob", "cid", "dan"):
                ids.add(service.call("CreatePlayerSession", GameSessionId=session, PlayerId=player)
                        ["PlayerSession"]["PlayerSessionId"])
                service = self.restart()
        self.assertEqual(4, len(ids))

    async def test_a_matched_ticket_is_placed_by_the_service_that_comes_after(self):
        service = self.start("--match-tick", "0.05", "--match-settle", "0.05")
        for name in ("nova", "rex"):
            service.call("StartMatchmaking", TicketId=name, ConfigurationName="arena", Players=[{"PlayerId": name}])
        def statuses(wanted):
            return until(lambda: {one["Status"] for one in self.kept.service.call(
                "DescribeMatchmaking", TicketIds=["nova", "rex"])["TicketList"]} == {wanted}, PATIENCE_S, wanted)
        statuses("PLACING")
        service = self.restart()
        statuses("PLACING")
        async with Server(service, "p-1") as server:
            await server.ready()
            session = (await server.push())["GameSessionId"]
            service = self.restart()
            statuses("PLACING")
            async with Server(service, "p-1") as again:
                await again.ask("ActivateGameSession", GameSessionId=session)
                statuses("COMPLETED")
        self.assertEqual(2, service.session(session)["CurrentPlayerSessionCount"])

    # ---- game servers ----

    async def test_a_server_that_was_ready_is_ready_again(self):
        service = self.start()
        async with Server(service, "p-1") as server:
            await server.ready()
            service = self.restart()
            with self.assertRaises(Refused) as refusal:
                service.create_session()
            self.assertEqual("FleetCapacityExceededException", refusal.exception.kind)  # it has no connection yet
        async with Server(service, "p-1") as again:
            self.assertEqual("READY", service.process("p-1")["state"])
            self.assertEqual(200, (await again.ask("HeartbeatServerProcess", HealthStatus=True))["StatusCode"])
            session = service.create_session()["GameSessionId"]
            self.assertEqual("CreateGameSession", (await again.push())["Action"])
            await again.ask("ActivateGameSession", GameSessionId=session)
            service = self.restart()
        async with Server(service, "p-1") as third:  # its session goes on
            seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")["PlayerSession"]
            answer = await third.ask("AcceptPlayerSession", GameSessionId=session,
                                     PlayerSessionId=seat["PlayerSessionId"])
            self.assertEqual(200, answer["StatusCode"])
            await third.ask("TerminateServerProcess")
        self.assertEqual("TERMINATED", service.session(session)["Status"])

    async def test_what_does_not_come_back_ends_by_the_health_clock_which_begins_anew(self):
        service = self.start()
        async with Server(service, "p-1") as server:
            session = await server.host()
            service.control("advance", Milliseconds=170_000)
            service = self.restart()
        service.control("advance", Milliseconds=170_000)
        self.assertEqual("ACTIVE", service.session(session)["Status"])
        service.control("advance", Milliseconds=15_000)
        until(lambda: service.session(session)["Status"] == "TERMINATED", PATIENCE_S, "the session ends")
        self.assertIn("SERVER_PROCESS_CRASHED", service.events())

    async def test_without_state_a_server_that_was_ready_is_told_to_end(self):
        service = self.start()
        async with Server(service, "p-1") as server:
            await server.ready()
            self.kept.kill()
            self.kept.file.unlink()
            service = self.kept.start()
        async with Server(service, "p-1") as again:
            await again.ask("HeartbeatServerProcess", HealthStatus=True)
            self.assertEqual("TerminateProcess", (await again.push())["Action"])

    def test_a_server_of_the_sdk_lives_through_three_restarts(self):
        service = self.start()
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen([EXAMPLE], env={**os.environ, **service.environment}, stdout=output, stderr=output)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            name = service.environment["GAMELIFT_SDK_PROCESS_ID"]
            until(lambda: (service.process(name) or {}).get("state") == "READY", PATIENCE_S, "the server is ready")
            service = self.restart()
            until(lambda: service.process(name)["connected"], PATIENCE_S, "the server is back")
            self.assertEqual("READY", service.process(name)["state"])
            session = service.create_session()["GameSessionId"]
            service = self.restart()
            until(lambda: service.session(session)["Status"] == "ACTIVE", PATIENCE_S, "the session is active")
            service = self.restart()
            until(lambda: service.process(name)["connected"], PATIENCE_S, "the server is back again")
            service.control("terminate", ProcessId=name)
            self.assertEqual(0, process.wait(PATIENCE_S))
        self.assertEqual("TERMINATED", service.session(session)["Status"])

    def test_servers_that_an_earlier_run_launched_have_crashed_and_new_ones_are_numbered_after_them(self):
        service = self.start("--launch", str(EXAMPLE), "--instances", "2")
        def ready():
            return {one["process_id"] for one in self.kept.service.state()["processes"] if one["state"] == "READY"}
        until(lambda: ready() == {"server-1", "server-2"}, PATIENCE_S, "both are ready")
        service = self.restart()
        until(lambda: ready() == {"server-3", "server-4"}, PATIENCE_S, "two others are ready")
        self.assertGreaterEqual(service.events().count("SERVER_PROCESS_CRASHED"), 2)

    # ---- time ----

    async def test_the_clock_goes_on_and_what_is_overdue_happens_in_order(self):
        service = self.start()
        async with Server(service, "p-1") as server:
            session = await server.host()
            service.control("advance", Milliseconds=20 * 86_400_000)
        def now():
            with self.kept.service.open("/_local/clock") as answer:
                return json.load(answer)["now_unix_ms"]
        before = now()
        service = self.restart()
        self.assertGreaterEqual(now(), before)
        self.assertLess(now(), before + 3_600_000)
        async with Server(service, "p-2", Authorization=service.environment["GAMELIFT_SDK_AUTH_TOKEN"]) as server:
            session = await server.host()
            seats = [service.call("CreatePlayerSession", GameSessionId=session, PlayerId=name)["PlayerSession"]
                     for name in ("ann", "bob")]
            self.kept.kill()
            with sqlite3.connect(self.kept.file) as database:  # as if it had been down for two minutes
                database.execute("UPDATE service SET machine_unix_ms = machine_unix_ms - 120000")
            database.close()
            service = self.kept.start()
        page = service.call("DescribePlayerSessions", GameSessionId=session)["PlayerSessions"]
        self.assertEqual(["TIMEDOUT", "TIMEDOUT"], [seat["Status"] for seat in page])
        self.assertEqual([seat["PlayerSessionId"] for seat in seats], [seat["PlayerSessionId"] for seat in page])
        self.assertEqual(0, service.session(session)["CurrentPlayerSessionCount"])

    # ---- the file ----

    def test_reset_clears_the_file(self):
        service = self.start()
        service.call("CreateLocation", LocationName="custom-here")
        service.control("reset")
        fleets = service.call("ListFleets")["FleetIds"]
        service = self.restart()
        self.assertEqual(fleets, service.call("ListFleets")["FleetIds"])
        self.assertEqual(["custom-local"], [one["LocationName"] for one in service.call("ListLocations")["Locations"]])

    def refused(self, file, *options):
        """The sentence that it ends with."""
        run = subprocess.run([PROGRAM, "--port", "0", "--state", file, *options], capture_output=True, text=True,
                             timeout=PATIENCE_S, check=False)
        self.assertEqual(1, run.returncode, run.stderr)
        lines = [line for line in run.stderr.splitlines() if line.startswith("gamelift-local: ")]
        self.assertEqual(1, len(lines), run.stderr)
        self.assertIn(str(file), lines[0])
        return lines[0]

    def test_a_second_program_is_refused(self):
        self.start()
        self.assertIn("another gamelift-local uses it", self.refused(self.kept.file))
        self.assertEqual("OK", self.kept.service.open("/_local/health").reason)

    def test_a_file_that_cannot_be_used_gets_one_sentence(self):
        self.start()
        self.kept.kill()
        file = self.kept.file
        good = file.with_name("good.db")
        with sqlite3.connect(file) as database:
            database.execute("VACUUM")
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        good.write_bytes(file.read_bytes())
        def changed(*statements):
            for rest in file.parent.glob("state.db*"):
                rest.unlink()
            file.write_bytes(good.read_bytes())
            with sqlite3.connect(file) as database:
                for statement in statements:
                    database.execute(statement)
            database.close()
            return self.refused(file)
        self.assertIn("a newer gamelift-local has written it", changed("PRAGMA user_version=99"))
        self.assertIn("an older gamelift-local has written it", changed("PRAGMA user_version=0"))
        self.assertIn("a database of another program", changed("PRAGMA application_id=1"))
        self.assertIn("damaged", changed("DELETE FROM service"))
        for statement in ("UPDATE record SET body = '{' WHERE kind = 'fleet'",
                          "UPDATE record SET body = '{\"id\": 7}' WHERE kind = 'fleet'",
                          "DELETE FROM record WHERE kind = 'location'",
                          "UPDATE record SET body = json_set(body, '$.status', 99) WHERE kind = 'fleet'",
                          "UPDATE record SET body = json_set(body, '$.body', '{}') WHERE kind = 'rule set'",
                          "INSERT INTO record SELECT kind, row + 1000, body FROM record WHERE kind = 'compute'"):
            with self.subTest(statement):
                self.assertIn("cannot use", changed(statement))
        file.write_bytes(b"not a database at all, but long enough to be looked at" * 20)
        self.assertIn("not a state file", self.refused(file))
        damaged = bytearray(good.read_bytes())
        damaged[4096:8192] = os.urandom(4096)
        file.write_bytes(damaged)
        self.assertIn("damaged", self.refused(file))
        file.write_bytes(good.read_bytes())
        self.assertIn("--region us-east-1", self.refused(file, "--region", "eu-west-1"))
        self.assertIn("--account 000000000000", self.refused(file, "--account", "111122223333"))
        self.assertIn("No such file", self.refused(file.parent / "none/state.db"))
        self.assertIn("directory", self.refused(file.parent))
        link, pipe = file.with_name("link.db"), file.with_name("pipe.db")
        link.symlink_to(file)
        os.mkfifo(pipe)
        self.assertIn("symbolic link", self.refused(link))
        self.assertIn("no plain file", self.refused(pipe))

    def test_the_file_is_for_its_owner(self):
        self.start()
        for file in self.kept.file.parent.iterdir():
            self.assertEqual(0o600, file.stat().st_mode & 0o777, file)

    def test_where_nothing_can_be_written_any_more_it_ends_and_has_told_nobody(self):
        service = self.start(wrapper=("sh", "-c", "trap '' XFSZ; ulimit -f 400; exec \"$@\"", "sh"))
        fleet, made = service.call("DescribeFleetAttributes")["FleetAttributes"][0]["FleetArn"], []
        with self.assertRaises((OSError, AssertionError)):
            for number in range(100_000):
                service.call("TagResource", ResourceARN=fleet, Tags=[{"Key": f"k-{number % 200}", "Value": str(number)}])
                made.append(number)
        self.assertEqual(1, service.popen.wait(PATIENCE_S))
        self.assertEqual(1, len(re.findall("gamelift-local: cannot write --state .*it ends", service.log())))
        service.stop()
        self.kept.more = {}
        service = self.kept.start()
        tags = {tag["Key"]: int(tag["Value"]) for tag in service.call("ListTagsForResource", ResourceARN=fleet)["Tags"]}
        for number in made[-200:]:
            self.assertIn(tags[f"k-{number % 200}"], (number, made[-1] + 1))  # the one in flight is there or is not


if __name__ == "__main__":
    unittest.main()
