#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A new beginning for each test: POST /_local/reset, and ids that --seed makes the same in every life."""
import asyncio
import json
import re
import unittest

import websockets

from local import Server, Service, until


class Reset(unittest.IsolatedAsyncioTestCase):
    def start(self, *options, **more):
        self.service = Service(*options, **more)
        self.addCleanup(self.service.stop)

    def reset(self):
        """What the environment file says then."""
        self.assertEqual({}, self.service.control("reset"))
        text = (self.service.path / "env").read_text()
        self.service.environment = dict(re.findall(r"^export (\w+)=(.*)$", text, re.M))
        self.service.fleet = self.service.environment.get("GAMELIFT_SDK_FLEET_ID")

    def match(self):
        """Two players make one."""
        tickets = [self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": name}])
                   ["MatchmakingTicket"]["TicketId"] for name in ("nova", "rex")]
        until(lambda: all(ticket["Status"] == "COMPLETED" for ticket in self.service.call(
            "DescribeMatchmaking", TicketIds=tickets)["TicketList"]), what="the match is made")

    async def live(self):
        """One life of everything that has an id; what is left of it, without times."""
        async with Server(self.service, "p-1") as server:
            session = await server.host()
            self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")
            async with Server(self.service, "p-2") as other:
                await other.ready(7778)
                waits = asyncio.create_task(asyncio.to_thread(self.match))
                started = (await other.push())["GameSessionId"]
                await other.ask("ActivateGameSession", GameSessionId=started)
                await waits
                state = self.service.state()
        def without_times(value):
            if isinstance(value, dict):
                return {name: without_times(one) for name, one in value.items() if not re.search("unix_ms|time|wait|_ms$", name)}
            return [without_times(one) for one in value] if isinstance(value, list) else value
        return json.loads(re.sub(r"127\.0\.0\.1:\d+", "HERE", json.dumps(without_times(state))))

    FAST = ("--match-tick", "0.05", "--match-settle", "0.05")

    async def test_lives_of_one_seed_are_the_same_in_every_id(self):  # S88
        self.start("--seed", "7", *self.FAST)
        first = await self.live()
        self.assertEqual(2, len(first["game_sessions"]))
        self.assertEqual(2, len(first["tickets"]))
        token = self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"]
        self.reset()
        self.assertEqual(token, self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"])
        self.assertEqual(first, await self.live())
        self.service.stop()
        self.start("--seed", "7", *self.FAST)
        self.assertEqual(first, await self.live())
        self.service.stop()
        self.start("--seed", "8", *self.FAST)
        self.assertNotEqual(first, await self.live())

    async def test_without_a_seed_no_id_comes_back(self):
        self.start()
        before = dict(self.service.environment)
        self.reset()
        for name in ("GAMELIFT_SDK_FLEET_ID", "GAMELIFT_SDK_AUTH_TOKEN"):
            self.assertNotEqual(before[name], self.service.environment[name])
        self.assertEqual(before["GAMELIFT_LOCAL_URL"], self.service.environment["GAMELIFT_LOCAL_URL"])
        self.assertEqual([self.service.fleet], self.service.call("ListFleets")["FleetIds"])

    def test_without_the_demo_nothing_is_left(self):
        self.start(demo=False)
        self.service.call("CreateLocation", LocationName="custom-here")
        self.service.control("advance", Milliseconds=5000)
        self.service.control("reset")
        state = self.service.state()
        self.assertEqual([[]] * 3, [state[name] for name in ("locations", "fleets", "events")])
        with self.service.open("/_local/clock") as answer:
            self.assertEqual(5000, json.load(answer)["ahead_ms"])  # a clock that went back would be no clock

    async def test_game_servers_are_told_and_can_come_again(self):
        self.start()
        old = await Server(self.service, "p-1").connect()
        await old.ready()
        self.reset()
        with self.assertRaises(websockets.ConnectionClosed):
            await old.push()
        self.assertEqual((1012, "gamelift-local was reset"), (old.socket.close_code, old.socket.close_reason))
        with self.assertRaises(websockets.InvalidStatusCode):  # as whom it was known before
            await Server(self.service, "p-1", Authorization="gone").connect()
        async with Server(self.service, "p-1") as server:
            await server.ready()
            self.assertEqual(["p-1"], [process["process_id"] for process in self.service.state()["processes"]])

    async def test_a_connection_of_the_time_before_cannot_be_taken_for_a_new_one(self):
        """Numbers of connections begin anew: what an old one still sends, and its end, change nothing."""
        self.start()
        old = [await Server(self.service, f"old-{i}").connect() for i in range(3)]
        self.reset()
        new = [await Server(self.service, f"new-{i}").connect() for i in range(3)]
        for server in old:
            await server.socket.close()
        for server in new:
            await server.ready()
        self.assertEqual([True] * 3, [process["connected"] for process in self.service.state()["processes"]])
        for server in new:
            await server.socket.close()

    async def test_resets_in_the_midst_of_everything(self):
        self.start(*self.FAST)
        for _ in range(10):
            servers = [await Server(self.service, f"p-{i}").connect() for i in range(5)]
            await asyncio.gather(*[server.ready() for server in servers[:3]])
            for name in ("nova", "rex"):
                self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": name}])
            for server in servers:
                await server.socket.send(json.dumps({"Action": "HeartbeatServerProcess", "RequestId": "r", "HealthStatus": True}))
            self.reset()
            self.assertEqual([], self.service.state()["processes"])
            for server in servers:
                await server.socket.close()

    def test_children_are_killed_and_start_anew(self):
        self.start("--launch-grace", "0.1", "--launch",
                   "sh -c 'trap : TERM; echo \"dials as $GAMELIFT_SDK_PROCESS_ID of $GAMELIFT_SDK_FLEET_ID\"; sleep 60; sleep 60'", "--instances", "2")
        for _ in range(3):
            for number in (1, 2):
                until(lambda n=number: f"dials as server-{n} of {self.service.fleet}" in self.service.log(), what="it starts")
            self.reset()


if __name__ == "__main__":
    unittest.main()
