#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random lives of a game server in Lua (gamelift.match) on a gamelift-local whose faults come and go: players who are
matched, backfilled or invited connect, leave, are kicked, come again, or never come. Whatever happens:

    no more seats are taken than the game session has
    when the faults are over, GameLift and the game agree on who is playing, and nobody waits
    a backfill ticket names those who play, and there is one at most
    the game session ends, and the process with exit code 0

GLIFT_SEED replays one life; with GLIFT_LONG there are 40, else 2."""
import os
import random
import time
import unittest

from faults_test import PATIENCE_S, FaultyService, Game
from local import Refused, until

SEATS, STEPS = 4, 60
RULE_SET = """{"ruleLanguageVersion": "1.0", "teams": [{"name": "all", "minPlayers": 1, "maxPlayers": 4}]}"""
QUEUE = "arn:aws:gamelift:us-east-1:000000000000:gamesessionqueue/arena"
OPEN_TICKETS = ("QUEUED", "SEARCHING", "PLACING", "REQUIRES_ACCEPTANCE")
TAKEN = ("RESERVED", "ACTIVE")
ACTIONS = ("AcceptPlayerSession", "RemovePlayerSession", "StartMatchBackfill", "StopMatchBackfill",
           "DescribePlayerSessions", "UpdatePlayerSessionCreationPolicy")


class Life:
    def __init__(self, test, seed):
        self.test, self.dice = test, random.Random(seed)
        self.service = FaultyService("--match-tick", "0.05", "--match-settle", "0.05", "--seed", str(seed + 1))
        test.addCleanup(lambda: test.assertEqual(0, self.service.stop()))
        self.service.call("CreateMatchmakingRuleSet", Name="any", RuleSetBody=RULE_SET)
        self.service.call("CreateMatchmakingConfiguration", Name="any", RuleSetName="any", RequestTimeoutSeconds=30,
                          AcceptanceRequired=False, GameSessionQueueArns=[QUEUE])
        self.game = Game(self.service, "p-1")
        test.addCleanup(self.game.close)
        self.game.wait_for("phase", "ready")
        self.count = 0  # of players that were ever thought of
        self.tickets = {}  # ticket id by player id, until it is settled
        self.seats = {}  # player session id by player id
        self.reserved = []  # player ids, as of the last look
        self.connections = {}  # name of a connection to player id
        self.session = None

    # ---- what the game has said ----

    def lines(self, *verbs):
        return [line.split("\t") for line in self.game.lines if line.split("\t")[0] in verbs]

    def playing(self):
        """Player ids by connection, of those who have joined and not left."""
        found = {}
        for verb, connection, *rest in self.lines("join", "leave"):
            if verb == "join":
                self.test.assertNotIn(connection, found, self.game.lines)
                found[connection] = rest[0]
            else:
                self.test.assertEqual(found.pop(connection, None), rest[0], self.game.lines)
        return found

    def kicked(self):
        return {connection for _, connection, *_ in self.lines("kick")}

    # ---- steps ----

    def new_player(self):
        self.count += 1
        return f"u{self.count}"

    def queue(self):
        player = self.new_player()
        self.tickets[player] = self.service.call("StartMatchmaking", ConfigurationName="any",
                                                 Players=[{"PlayerId": player}])["MatchmakingTicket"]["TicketId"]

    def invite(self):
        if self.session:
            player = self.new_player()
            seat = self.service.call("CreatePlayerSession", GameSessionId=self.session, PlayerId=player)
            self.seats[player] = seat["PlayerSession"]["PlayerSessionId"]

    def connect(self):
        """Mostly of somebody who is expected; else with a seat that was used."""
        if self.seats:
            is_expected = self.reserved and self.dice.random() < 0.8
            player = self.dice.choice(self.reserved if is_expected else list(self.seats))
            connection = f"c{len(self.connections)}"
            self.connections[connection] = player
            self.game.order(f"connect {connection} {self.seats[player]}")

    def intrude(self):
        connection = f"c{len(self.connections)}"
        self.connections[connection] = None
        self.game.order(f"connect {connection} psess-{self.dice.randrange(10 ** 9)}")

    def part(self, verb):
        if self.connections:
            some = list(self.playing()) if self.dice.random() < 0.8 else []
            self.game.order(f"{verb} {self.dice.choice(some or list(self.connections))}")

    def disconnect(self):
        self.part("disconnect")

    def kick(self):
        self.part("kick")

    def advance(self):
        self.service.control("advance", Milliseconds=self.dice.choice((100, 1000, 5000, 31_000)))

    def trouble(self):
        choice, some = self.dice.choice, self.dice.randrange(1, 4)
        name, scope, parameters = choice((
            ("drop_connection", {}, {"how": choice(("close", "cut", "reset", "half_open", "silence"))}),
            ("refused_connections", {"next": some}, {"status": choice((403, 429, 500, 503))}),
            ("refresh_connection", {}, {"every_seconds": 1}),
            ("slow_answers", {"next": some}, {"milliseconds": choice((50, 1000, 3000))}),
            ("lost_answers", {"next": some, "action": choice(ACTIONS)}, {"effect": choice((True, False))}),
            ("refused_requests", {"next": some, "action": choice(ACTIONS)},
             {"status_code": choice((400, 404, 409, 429, 500, 503)), "message": "no", "effect": choice((True, False))}),
            ("malformed_answers", {"next": some}, {"how": choice(("not_json", "cut_short", "unknown_request_id"))}),
            ("duplicated_pushes", {"next": some}, {}),
            ("fragmented_frames", {}, {"bytes": some}),
            ("joined_frames", {}, {"milliseconds": 50}),
            ("sdk_throttling", {}, {}),
            ("no_capacity", {}, {}),
            ("matchmaking_outcome", {"next": some}, {"outcome": choice(("FAILED", "TIMED_OUT", "BACKFILL_FAILED"))}),
        ))
        self.service.fault(name, scope, self.dice.choice((1, 5, 30)), **parameters)

    def behave(self):
        self.service.control("faults/clear")

    def step(self):
        deed = self.dice.choices(
            (self.queue, self.invite, self.connect, self.intrude, self.disconnect, self.kick, self.advance,
             self.trouble, self.behave), (15, 8, 25, 3, 12, 6, 6, 12, 4))[0]
        try:
            deed()
        except Refused:
            pass  # a full session, or a fault that this service does not combine: the life goes on
        time.sleep(self.dice.choice((0, 0.02, 0.1, 0.3)))
        self.look()

    # ---- what holds at any time ----

    def look(self):
        state = self.service.state()
        sessions = [one for one in state["game_sessions"] if one["status"] in ("ACTIVATING", "ACTIVE")]
        self.session = sessions[0]["game_session_id"] if sessions else self.session
        taken = [one for one in state["player_sessions"] if one["status"] in TAKEN]
        self.test.assertLessEqual(len(taken), SEATS, taken)
        for player, ticket in list(self.tickets.items()):
            found = next(one for one in state["tickets"] if one["ticket_id"] == ticket)
            if found["status"] not in OPEN_TICKETS:
                del self.tickets[player]
        self.reserved = [one["player_id"] for one in taken if one["status"] == "RESERVED"]
        for one in taken:
            self.seats[one["player_id"]] = one["player_session_id"]

    # ---- what holds in the end ----

    def disagreement(self):
        """What is not as it will be; None when all is well."""
        state, playing = self.service.state(), sorted(self.playing().values())
        active = sorted(one["player_id"] for one in state["player_sessions"] if one["status"] == "ACTIVE")
        if active != playing:
            return f"GameLift has {active}, the game {playing}"
        orders = [order.split() for order in self.game.orders.read_text(encoding="utf-8").splitlines()]
        parted = {connection for verb, connection, *_ in orders if verb in ("disconnect", "kick")}
        if stays := parted & set(self.playing()):
            return f"{stays} left, and play"
        if waits := set(self.connections) - set(self.playing()) - self.kicked() - parted:
            return f"{waits} wait"
        tickets = [one for one in state["tickets"] if one["kind"] == "backfill" and one["status"] in OPEN_TICKETS]
        if len(tickets) > 1:
            return f"{len(tickets)} backfill tickets"
        named = sorted(one["player_id"] for ticket in tickets for one in ticket["players"])
        if tickets and named != playing:
            return f"the backfill names {named}, {playing} play"
        return None

    def settle(self):
        self.behave()
        deadline = time.monotonic() + 2 * PATIENCE_S
        while (problem := self.disagreement()) is not None:
            if time.monotonic() > deadline:
                raise AssertionError(f"{problem}\n" + "\n".join(self.game.lines) + "\n" + self.service.log()[-6000:])
            self.service.control("advance", Milliseconds=1000)
            time.sleep(0.2)

    def end(self):
        self.service.control("terminate", ProcessId="p-1")
        self.game.wait_for("ended", "true")
        self.test.assertEqual(0, self.game.process.wait(PATIENCE_S), self.game.lines)
        state = self.service.state()
        self.test.assertEqual({"TERMINATED"}, {one["status"] for one in state["game_sessions"]} | {"TERMINATED"})
        self.test.assertFalse([one for one in state["player_sessions"] if one["status"] in TAKEN])
        self.test.assertFalse([line for line in self.game.lines if line.startswith("error")], self.game.lines)
        self.test.assertEqual({}, self.playing())

    def play(self):
        for _ in range(STEPS):
            self.step()
            if self.game.process.poll() is not None:
                break
        self.settle()
        self.end()


class RandomLives(unittest.TestCase):
    def test_whatever_happens_nobody_is_lost_and_the_session_ends(self):
        long = os.environ.get("GLIFT_LONG") == "1"
        seeds = [int(os.environ["GLIFT_SEED"])] if "GLIFT_SEED" in os.environ else range(40 if long else 2)
        for seed in seeds:
            with self.subTest(seed=seed):
                Life(self, seed).play()


if __name__ == "__main__":
    unittest.main()
