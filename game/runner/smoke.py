# SPDX-License-Identifier: Apache-2.0
"""One whole match, step by step."""
import json
import time

from runner.arena import SERVERS
from runner.process import Failed

SMOKE_SEATS = 3


class Smoke:
    """One whole match, seen from outside: what the service knows, not what the players claim."""

    def __init__(self, arena):
        self.arena = arena
        self.started = time.monotonic()
        self.session_id = None
        self.process_id = None

    def step(self, what, timeout_s, condition):
        value = self.arena.until(what, timeout_s, condition)
        print(f"{time.monotonic() - self.started:6.1f} s  {what}", flush=True)
        return value

    def session(self):
        for session in self.arena.service.state()["game_sessions"]:
            if self.session_id in (None, session["game_session_id"]):
                return session
        return None

    def session_in(self, status):
        session = self.session()
        return session if session and session["status"] == status else None

    def seats(self, status):
        return [p for p in self.arena.service.state()["player_sessions"]
                if p["game_session_id"] == self.session_id and p["status"] == status]

    def backfill(self, *statuses):
        for ticket in self.arena.service.state()["tickets"]:
            if ticket["kind"] == "backfill" and ticket["status"] in statuses:
                return ticket
        return None

    def process(self):
        for process in self.arena.service.state()["processes"]:
            if process["process_id"] == self.process_id:
                return process
        return None

    def configure(self):
        """A match of exactly three, so that every later change of seats is ours."""
        service = self.arena.service
        rules = {
            "name": "smoke", "ruleLanguageVersion": "1.0",
            "playerAttributes": [{"name": "name", "type": "string", "default": "player"}],
            "teams": [{"name": "players", "minPlayers": SMOKE_SEATS, "maxPlayers": SMOKE_SEATS}],
        }
        service.call("CreateMatchmakingRuleSet", Name="smoke", RuleSetBody=json.dumps(rules))
        queue = service.call("DescribeGameSessionQueues")["GameSessionQueues"][0]
        service.call(
            "CreateMatchmakingConfiguration", Name="smoke", RuleSetName="smoke", RequestTimeoutSeconds=60,
            AcceptanceRequired=False, BackfillMode="MANUAL", FlexMatchMode="WITH_QUEUE",
            GameSessionQueueArns=[queue["GameSessionQueueArn"]])

    def play(self):
        arena = self.arena
        arena.start_service()
        self.step(f"{SERVERS} arena servers are ready", 15, lambda: len(arena.ready_servers()) == SERVERS)
        self.configure()
        arena.start_lobby("smoke")
        self.step("the lobby is open", 5, lambda: arena.lobby_url)

        arena.start_bots("bots", SMOKE_SEATS - 1, "sessions=1")
        leaver = arena.start_bots("bot-that-leaves", 1, "sessions=1")
        self.step(f"{SMOKE_SEATS} bots queue for a match", 10, lambda: len(
            [t for t in arena.service.state()["tickets"] if t["kind"] == "matchmaking"]) == SMOKE_SEATS)
        session = self.step("a game session is placed on a server", 10, self.session)
        self.session_id = session["game_session_id"]
        self.process_id = next(p["process_id"] for p in arena.service.state()["processes"]
                               if p["game_session_id"] == self.session_id)
        self.step("the server activates it", 10, lambda: self.session_in("ACTIVE"))
        self.step("the server accepts all players", 10, lambda: len(self.seats("ACTIVE")) == SMOKE_SEATS)

        leaver.ask_to_stop()
        self.step("one player leaves, his seat is removed", 10, lambda: len(self.seats("COMPLETED")) == 1)
        self.step("the Lua script starts a backfill", 15, lambda: self.backfill("QUEUED", "SEARCHING", "PLACING"))
        arena.start_bots("bot-that-is-late", 1, "sessions=1")
        self.step("a late player is matched into the gap", 15, lambda: self.backfill("COMPLETED"))
        self.step("the late player is accepted", 10, lambda: len(self.seats("ACTIVE")) == SMOKE_SEATS)

        arena.service.call("TerminateGameSession", GameSessionId=self.session_id,
                           TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
        self.step("the session is being ended from outside", 5,
                  lambda: self.session_in("TERMINATING") or self.session_in("TERMINATED"))
        ended = self.step("the server drains and calls ProcessEnding", 20, lambda: self.session_in("TERMINATED"))
        if ended["status_reason"] != "TRIGGERED_ON_PROCESS_TERMINATE":
            raise Failed(f"the session ended for another reason: {ended['status_reason'] or 'a crash'}")
        if self.seats("ACTIVE") or self.seats("RESERVED"):
            raise Failed("seats are still taken in a session that has ended")
        self.step("a fresh server takes its place", 20, lambda: len(arena.ready_servers()) == SERVERS)
        crashed = [e for e in arena.service.state()["events"] if "CRASHED" in e["code"] or "UNHEALTHY" in e["code"]]
        if crashed:
            raise Failed(f"the service saw {crashed[0]['code']}: {crashed[0]['message']}")
