#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local is killed with kill -9 at random moments while clients work: whatever was answered is there when it
is started again, and nothing that nobody asked for. 20 times; 200 times with GLIFT_LONG."""
import asyncio
import collections
import http.client
import json
import os
import random
import unittest

import websockets

from local import Refused, Server
from state import Kept

KILLS = 200 if os.environ.get("GLIFT_LONG") else 20
SEED = int(os.environ.get("GLIFT_SEED", "1"))
CLIENTS, SERVERS, SEATS = 3, 4, 200
GONE = (OSError, http.client.HTTPException, json.JSONDecodeError, websockets.ConnectionClosed, websockets.InvalidMessage)
# Only who has the same name plays together: nobody.
NEVER = {"name": "never", "ruleLanguageVersion": "1.0", "playerAttributes": [{"name": "who", "type": "string"}],
         "teams": [{"name": "all", "minPlayers": 2, "maxPlayers": 2}],
         "rules": [{"name": "same", "type": "comparison", "operation": "=",
                    "measurements": ["flatten(teams[*].players.attributes[who])"]}]}


class Acknowledged:
    """What clients and servers have been told, and what each of them is asking at the moment."""

    def __init__(self):
        self.seats = {}    # player session id: [game session, player, statuses that it may have]
        self.tickets = {}  # id: statuses that it may have
        self.aliases = {}  # id: names that it may have
        self.asked = collections.Counter()  # by client: things whose making was asked for and not answered


class Kills(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.chance = random.Random(SEED)
        self.kept = Kept("--reservation-timeout", "86400", "--match-tick", "0.05")
        self.addCleanup(self.kept.close)
        self.known = Acknowledged()
        self.sessions, self.count, self.owners = [], 0, {}
        call = self.kept.service.call
        call("CreateMatchmakingRuleSet", Name="never", RuleSetBody=json.dumps(NEVER))
        call("CreateMatchmakingConfiguration", Name="never", RuleSetName="never", RequestTimeoutSeconds=43200,
             AcceptanceRequired=False, FlexMatchMode="STANDALONE")
        for number in range(SERVERS):
            async with Server(self.kept.service, f"p-{number}") as server:
                await server.ready()
                session = call("CreateGameSession", FleetId=self.kept.service.fleet, Location="custom-local",
                               MaximumPlayerSessionCount=SEATS)["GameSession"]["GameSessionId"]
                await server.ask("ActivateGameSession", GameSessionId=session)
                self.sessions.append(session)

    def fresh(self):
        self.count += 1
        return f"x-{self.count}"

    def own(self, known, client):
        """Nobody else changes them."""
        return [key for key in list(known) if self.owners.get(key) == client]

    # ---- what clients do: each notes what may be before it asks, and what is once it is told ----

    def make_seat(self, call, client):
        player, session = self.fresh(), self.chance.choice(self.sessions)
        self.known.asked[client] += 1
        try:
            seat = call("CreatePlayerSession", GameSessionId=session, PlayerId=player)["PlayerSession"]
            self.known.seats[seat["PlayerSessionId"]] = [session, player, {"RESERVED"}]
        except Refused as refused:  # it is full
            assert refused.kind == "GameSessionFullException", refused
        self.known.asked[client] -= 1

    def start_ticket(self, call, client):
        ticket = self.fresh()
        self.owners[ticket] = client
        self.known.tickets[ticket] = {None, "QUEUED", "SEARCHING"}
        call("StartMatchmaking", TicketId=ticket, ConfigurationName="never", Players=[
            {"PlayerId": ticket, "PlayerAttributes": {"who": {"S": ticket}}}])
        self.known.tickets[ticket] = {"QUEUED", "SEARCHING"}

    def stop_ticket(self, call, client):
        waiting = [ticket for ticket in self.own(self.known.tickets, client)
                   if self.known.tickets[ticket] == {"QUEUED", "SEARCHING"}]
        if waiting:
            ticket = self.chance.choice(waiting)
            self.known.tickets[ticket] = {"QUEUED", "SEARCHING", "CANCELLED"}
            call("StopMatchmaking", TicketId=ticket)
            self.known.tickets[ticket] = {"CANCELLED"}

    def make_alias(self, call, client):
        name = self.fresh()
        if len(self.known.aliases) < 500:
            self.known.asked[client] += 1
            alias = call("CreateAlias", Name=name, RoutingStrategy={"Type": "TERMINAL", "Message": name})["Alias"]
            self.owners[alias["AliasId"]] = client
            self.known.aliases[alias["AliasId"]] = {name}
            self.known.asked[client] -= 1

    def rename_alias(self, call, client):
        mine = self.own(self.known.aliases, client)
        if mine:
            alias, name = self.chance.choice(mine), self.fresh()
            self.known.aliases[alias].add(name)
            call("UpdateAlias", AliasId=alias, Name=name)
            self.known.aliases[alias] = {name}

    def delete_alias(self, call, client):
        mine = self.own(self.known.aliases, client)
        if len(mine) > 20:
            alias = self.chance.choice(mine)
            self.owners[alias] = None
            self.known.aliases[alias].add(None)
            call("DeleteAlias", AliasId=alias)
            self.known.aliases[alias] = {None}

    async def client(self, number):
        deeds = (self.make_seat, self.make_seat, self.start_ticket, self.stop_ticket, self.make_alias,
                 self.rename_alias, self.delete_alias)
        try:
            while True:
                await asyncio.to_thread(self.chance.choice(deeds), self.kept.service.call, number)
        except GONE:
            pass

    async def server(self, number):
        """Lets players in, and out, as a server that has come back."""
        session = self.sessions[number]
        try:
            async with Server(self.kept.service, f"p-{number}") as server:
                while server.socket.open:
                    await asyncio.sleep(0)
                    mine = [seat for seat, (its, _, may) in self.known.seats.copy().items()
                            if its == session and may in ({"RESERVED"}, {"ACTIVE"})]
                    if not mine:
                        await asyncio.sleep(0.01)
                        continue
                    seat = self.chance.choice(mine)
                    its = self.known.seats[seat]
                    action, after = (("AcceptPlayerSession", "ACTIVE") if its[2] == {"RESERVED"} else
                                     ("RemovePlayerSession", "COMPLETED"))
                    its[2] = its[2] | {after}
                    answer = await server.ask(action, GameSessionId=session, PlayerSessionId=seat)
                    self.assertEqual(200, answer["StatusCode"], answer)
                    its[2] = {after}
        except GONE:
            pass

    # ---- what is there ----

    def pages(self, operation, members, **arguments):
        found, token = [], None
        while True:
            page = self.kept.service.call(operation, **arguments, **({"NextToken": token} if token else {}))
            found += page[members]
            token = page.get("NextToken")
            if not token:
                return found

    def settle(self, known, key, is_there):
        """What it is: among what it may be, and from now on nothing else."""
        self.assertIn(is_there, known[key], key)
        known[key] = {is_there} if is_there not in ("QUEUED", "SEARCHING") else {"QUEUED", "SEARCHING"}

    def check(self):
        strangers = 0
        for number, session in enumerate(self.sessions):
            self.assertEqual("ACTIVE", self.kept.service.session(session)["Status"])
            self.assertEqual("HOSTING", self.kept.service.process(f"p-{number}")["state"])
            found = {seat["PlayerSessionId"]: seat for seat in self.pages(
                "DescribePlayerSessions", "PlayerSessions", GameSessionId=session, Limit=1024)}
            for seat, (its, player, may) in self.known.seats.items():
                if its == session:
                    self.assertEqual(player, found[seat]["PlayerId"])
                    self.assertIn(found[seat]["Status"], may)
                    self.known.seats[seat][2] = {found[seat]["Status"]}
            for seat in set(found) - set(self.known.seats):
                strangers += 1
                self.known.seats[seat] = [session, found[seat]["PlayerId"], {found[seat]["Status"]}]
            held = sum(seat["Status"] in ("RESERVED", "ACTIVE") for seat in found.values())
            self.assertEqual(held, self.kept.service.session(session)["CurrentPlayerSessionCount"])
        aliases = {alias["AliasId"]: alias["Name"] for alias in self.pages("ListAliases", "Aliases")}
        for alias in self.known.aliases:
            self.settle(self.known.aliases, alias, aliases.get(alias))
        for alias in set(aliases) - set(self.known.aliases):
            strangers += 1
            self.known.aliases[alias] = {aliases[alias]}
        self.known.aliases = {alias: may for alias, may in self.known.aliases.items() if may != {None}}
        self.assertLessEqual(strangers, self.known.asked.total())
        self.known.asked.clear()
        tickets = {}
        for number in range(0, len(self.known.tickets), 10):
            ids = list(self.known.tickets)[number:number + 10]
            answer = self.kept.service.call("DescribeMatchmaking", TicketIds=ids)["TicketList"]
            tickets.update((ticket["TicketId"], ticket["Status"]) for ticket in answer)
        for ticket in self.known.tickets:
            self.settle(self.known.tickets, ticket, tickets.get(ticket))
        self.known.tickets = {ticket: may for ticket, may in self.known.tickets.items() if may != {None}}

    async def test_whatever_was_answered_survives(self):
        answered = 0
        print(f"GLIFT_SEED={SEED}")
        for _ in range(KILLS):
            work = asyncio.gather(*(self.client(n) for n in range(CLIENTS)), *(self.server(n) for n in range(SERVERS)))
            await asyncio.sleep(self.chance.uniform(0, 0.4))
            self.kept.service.popen.kill()
            await work
            answered = len(self.known.seats) + len(self.known.tickets) + len(self.known.aliases)
            await asyncio.to_thread(self.kept.restart)
            self.check()
        print(f"{KILLS} kills: {answered} things were answered for, and are there")
        self.assertGreater(answered, KILLS)


if __name__ == "__main__":
    unittest.main()
