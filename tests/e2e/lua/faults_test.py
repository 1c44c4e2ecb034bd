#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a game server of ours does under each fault of gamelift-local (S79): the SDK, and gamelift.match on top of it."""
import os
import pathlib
import re
import subprocess
import unittest

from local import Refused, Service, until

HERE = pathlib.Path(__file__).resolve().parent
MODULES = pathlib.Path(os.environ["GLIFT_BUILD"]) / "lua"
VERSION = os.environ["GLIFT_LUA_VERSIONS"].split()[-1]
PATIENCE_S = 60
# Faults that only callers of the AWS API meet; e2e.local.faults shows them with real clients.
OF_THE_API = {"api_errors", "api_throttling", "reset_api", "slow_api"}


def preloaded():
    """A module under a sanitizer needs its library first in a program that has none."""
    linked = subprocess.run(["ldd", MODULES / VERSION / "gamelift.so"], capture_output=True, text=True, check=True)
    library = re.search(r"\S*/lib[at]san\.so\S*", linked.stdout)
    return {"LD_PRELOAD": library.group(0)} if library else {}


class Game:
    """fault_server.lua as a process of the service; its output so far in `lines`."""

    def __init__(self, service, process_id):
        self.service, self.process_id = service, process_id
        self.output, self.orders = service.path / f"{process_id}.out", service.path / f"{process_id}.in"
        self.orders.touch()
        self.asked = 0
        environment = {**os.environ, **service.environment, **preloaded(), "LUA_INIT": "",
                       "GAMELIFT_SDK_PROCESS_ID": process_id, "GAMELIFT_SDK_AUTH_TOKEN": service.token(),
                       "LUA_CPATH": f"{MODULES}/{VERSION}/?.so", "LUA_PATH": f"{MODULES}/?.lua"}
        with open(self.output, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([f"lua{VERSION}", HERE / "fault_server.lua", self.orders], stdout=output,
                                            stderr=output, env=environment)

    @property
    def lines(self):
        return self.output.read_text(encoding="utf-8").splitlines()

    def order(self, line):
        with open(self.orders, "a", encoding="utf-8") as orders:
            orders.write(line + "\n")

    def count(self, *words):
        return self.lines.count("\t".join(words))

    def wait_for(self, *words, count=1):
        try:
            until(lambda: self.count(*words) >= count, PATIENCE_S, f"{words} {count} times")
        except AssertionError as error:
            raise AssertionError(f"{error} in {self.lines}") from None

    def describe(self):
        """Asks GameLift something: the code of what came of it."""
        self.asked += 1
        self.order("describe")
        start = f"described\t{self.asked}\t"
        until(lambda: any(line.startswith(start) for line in self.lines), PATIENCE_S, f"{start} in {self.lines}")
        return next(line for line in self.lines if line.startswith(start)).split("\t")[2]

    def state(self):
        return (self.service.process(self.process_id) or {}).get("state")

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)


class FaultyService(Service):
    def token(self):
        return self.call("GetComputeAuthToken", FleetId=self.fleet,
                         ComputeName=self.environment["GAMELIFT_SDK_HOST_ID"])["AuthToken"]


class UnderFaults(unittest.TestCase):
    tried = set()

    def setUp(self):
        self.service = FaultyService("--match-tick", "0.05", "--match-settle", "0.05")
        self.addCleanup(lambda: self.assertEqual(0, self.service.stop()))

    def fault(self, name, scope=None, /, **parameters):
        UnderFaults.tried.add(name)
        return self.service.fault(name, scope, **parameters)

    def hits(self, name):
        return self.service.hits(name)

    def game(self, process_id="p-1"):
        game = Game(self.service, process_id)
        self.addCleanup(game.close)
        game.wait_for("phase", "ready")
        return game

    def hosting(self, **members):
        """A game with an active session."""
        game = self.game()
        session = self.service.create_session(Name="duel", **members)["GameSessionId"]
        game.wait_for("phase", "active")
        until(lambda: self.service.session(session)["Status"] == "ACTIVE", what="the session is active")
        return game, session

    def matched(self):
        """A game whose session matchmaking has made, of two players."""
        game = self.game()
        for player in ("ann", "bob"):
            self.service.call("StartMatchmaking", ConfigurationName="arena", TicketId="t-" + player,
                              Players=[{"PlayerId": player}])
        game.wait_for("phase", "active")
        until(lambda: self.ticket("t-ann")["Status"] == "COMPLETED", what="the match is made")
        return game

    def ticket(self, ticket_id):
        return self.service.call("DescribeMatchmaking", TicketIds=[ticket_id])["TicketList"][0]

    def seat(self, session, player="ann"):
        return self.service.call("CreatePlayerSession", GameSessionId=session,
                                 PlayerId=player)["PlayerSession"]["PlayerSessionId"]

    def seat_status(self, seat):
        return self.service.call("DescribePlayerSessions", PlayerSessionId=seat)["PlayerSessions"][0]["Status"]

    def ends_well(self, game):
        game.wait_for("ended", "true")
        self.assertEqual(0, game.process.wait(PATIENCE_S), game.lines)
        self.assertFalse([line for line in game.lines if line.startswith("error")], game.lines)
        self.assertEqual(1, sum(line.startswith("terminate") for line in game.lines), game.lines)

    def works(self, game):
        """It is asked and answered, and nothing was lost on the way."""
        self.assertEqual("OK", game.describe(), game.lines)
        self.assertFalse([line for line in game.lines if line.startswith("error")], game.lines)

    # ---- time-outs ----

    def test_it_ends_well_when_its_heartbeats_are_lost(self):
        self.fault("heartbeat_loss", {"process_id": "p-1"})
        game = self.game()
        until(lambda: self.hits("heartbeat_loss") == 1, what="the first heartbeat")
        self.assertEqual(0, self.service.process("p-1")["last_heartbeat_unix_ms"])
        self.service.control("advance", Milliseconds=180_000)
        self.ends_well(game)
        self.assertIn("SERVER_PROCESS_TERMINATED_UNHEALTHY", self.service.events())

    def test_it_ends_well_when_it_is_taken_for_unhealthy(self):
        self.fault("unhealthy_reports")
        game = self.game()
        until(lambda: self.hits("unhealthy_reports") == 1, what="the first heartbeat")
        self.assertFalse(self.service.process("p-1")["healthy"])
        self.service.control("advance", Milliseconds=180_000)
        self.ends_well(game)

    def test_it_ends_well_when_its_session_is_given_up_before_it_is_active(self):
        game = self.game()
        self.fault("activation_timeout", seconds=0)
        session = self.service.create_session()["GameSessionId"]
        self.ends_well(game)
        self.assertEqual("TERMINATED", self.service.session(session)["Status"])
        self.assertIn("GAME_SESSION_ACTIVATION_TIMEOUT", self.service.events())

    def test_it_ends_in_the_time_that_is_left(self):
        game, session = self.hosting()
        game.order("connect p1 " + self.seat(session))
        game.wait_for("join", "p1", "ann")
        self.fault("exit_timeout", seconds=30)
        self.service.control("terminate", ProcessId="p-1")
        self.ends_well(game)
        self.assertNotIn("SERVER_PROCESS_PROCESS_EXIT_TIMEOUT", self.service.events())

    def test_an_interruption_ends_it_with_its_reason(self):
        game, session = self.hosting()
        self.fault("spot_interruption")
        self.ends_well(game)
        self.assertEqual(("TERMINATED", "INTERRUPTED"),
                         tuple(self.service.session(session)[name] for name in ("Status", "StatusReason")))
        self.assertIn("INSTANCE_INTERRUPTED", self.service.events())

    # ---- connections ----

    def test_it_follows_each_refresh(self):
        game, _ = self.hosting()
        self.fault("refresh_connection", every_seconds=1)
        self.service.control("advance", Milliseconds=1000)
        until(lambda: self.hits("refresh_connection") >= 2, what="two refreshes")
        until(lambda: self.service.log().count("process p-1 connected") >= 3, what="each is followed")
        self.service.control("faults/clear")
        self.works(game)

    def test_it_keeps_its_connection_when_the_new_one_cannot_be_had(self):
        game, _ = self.hosting()
        self.fault("refresh_connection", endpoint="ws://127.0.0.1:1")
        for _ in range(3):
            self.works(game)
        self.assertEqual(1, self.service.log().count("process p-1 connected"))

    def test_it_comes_back_however_its_connection_ends(self):
        game, session = self.hosting()
        for count, how in enumerate(("close", "cut", "reset"), 2):
            self.fault("drop_connection", {"process_id": "p-1"}, how=how)
            game.wait_for("connection", "connected", "OK", count=count)
            self.works(game)
        self.assertEqual("ACTIVE", self.service.session(session)["Status"])

    def test_a_dead_connection_is_followed_by_a_new_one_when_the_fault_is_taken_back(self):
        game, _ = self.hosting()
        for count, how in enumerate(("silence", "half_open"), 2):
            self.fault("drop_connection", how=how)
            self.assertEqual(how == "silence", self.service.process("p-1")["connected"])
            self.assertEqual("TIMEOUT", game.describe())
            self.service.control("faults/clear")
            game.wait_for("connection", "connected", "OK", count=count)
            self.works(game)

    def test_it_finds_out_by_itself_that_its_connection_is_dead(self):
        game, _ = self.hosting()
        self.fault("drop_connection", how="half_open")
        game.order("describe")  # questions without an answer make it doubt
        game.order("describe")
        game.asked = 2
        until(lambda: self.service.log().count("process p-1 connected") == 2, PATIENCE_S, "it has dialled again")
        self.works(game)

    def test_it_dials_until_it_is_let_in(self):
        game, _ = self.hosting()
        for count, status in enumerate((403, 500, 503), 2):
            self.fault("refused_connections", {"next": 3}, status=status)
            self.fault("drop_connection", how="reset")
            game.wait_for("connection", "connected", "OK", count=count)
        self.assertEqual(9, self.hits("refused_connections"))
        self.works(game)

    def test_an_expired_token_shuts_it_out_unless_a_refresh_came_first(self):
        game, _ = self.hosting()
        self.fault("token_expiry")
        self.works(game)  # who is connected stays
        self.fault("short_tokens", seconds=3600)
        self.fault("refresh_connection")
        until(lambda: self.service.log().count("process p-1 connected") == 2, what="the refresh is followed")
        self.fault("drop_connection", how="cut")
        game.wait_for("connection", "connected", "OK", count=2)
        self.works(game)
        self.assertLess(0, self.hits("short_tokens"))
        self.fault("token_expiry")
        self.fault("drop_connection", how="cut")
        until(lambda: "refused with HTTP 403: The auth token has expired" in self.service.log(), what="it is shut out")
        self.assertIsNone(game.process.poll())

    # ---- answers ----

    def test_a_late_answer_is_a_time_out_and_harms_nothing(self):
        game, _ = self.hosting()
        self.fault("slow_answers", {"action": "DescribePlayerSessions", "next": 1}, milliseconds=2500)
        self.assertEqual("TIMEOUT", game.describe())
        self.service.control("advance", Milliseconds=3000)
        self.works(game)

    def test_a_player_whose_answer_is_lost_is_not_counted_twice(self):
        game, session = self.hosting()
        seat = self.seat(session)
        self.fault("lost_answers", {"action": "AcceptPlayerSession", "next": 1})
        game.order("connect p1 " + seat)
        until(lambda: any("\tp1\t" in line for line in game.lines), PATIENCE_S, "the player is told")
        self.assertEqual(1, self.hits("lost_answers"))
        self.assertEqual(1, sum("\tp1\t" in line for line in game.lines), game.lines)
        self.works(game)

    def test_a_refusal_reaches_the_player_and_the_next_attempt_is_let_in(self):
        game, session = self.hosting()
        seat = self.seat(session)
        self.fault("refused_requests", {"action": "AcceptPlayerSession", "next": 1}, status_code=409, message="not you")
        game.order("connect p1 " + seat)
        game.wait_for("kick", "p1", "you could not be seated, please look for a game again")
        game.order("connect p2 " + seat)
        game.wait_for("join", "p2", "ann")
        self.assertEqual("ACTIVE", self.seat_status(seat))

    def test_a_player_waits_where_gamelift_has_too_much_to_do(self):
        game, session = self.hosting()
        self.fault("refused_requests", {"action": "AcceptPlayerSession", "next": 1}, status_code=429, message="slowly")
        game.order("connect p1 " + self.seat(session))
        game.wait_for("join", "p1", "ann")
        self.assertEqual(1, self.hits("refused_requests"))

    def test_each_status_code_has_its_own_meaning(self):
        game, _ = self.hosting()
        codes = {}
        for status in (400, 401, 403, 404, 409, 418, 429, 500, 503):
            self.fault("refused_requests", {"next": 1}, status_code=status)
            codes[status] = game.describe()
        self.assertEqual({400: "REJECTED", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 409: "CONFLICT",
                          418: "REJECTED", 429: "THROTTLED", 500: "SERVICE", 503: "SERVICE"}, codes)
        self.works(game)

    def test_what_is_no_answer_is_passed_over(self):
        game, _ = self.hosting()
        for how in ("not_json", "cut_short", "not_an_object", "unknown_action", "unknown_request_id"):
            self.fault("malformed_answers", {"next": 1}, how=how, answer_follows=True)
            self.assertEqual("OK", game.describe(), how)
        self.fault("malformed_answers", {"next": 1}, how="not_json")
        self.assertEqual("TIMEOUT", game.describe())
        self.works(game)
        self.assertEqual(1, game.count("connection", "connected", "OK"), game.lines)

    def test_throttling_is_a_refusal_that_passes(self):
        self.fault("sdk_throttling")
        game, _ = self.hosting()
        codes = [game.describe() for _ in range(12)]
        while "OK" == codes[-1]:
            codes.append(game.describe())
        self.assertEqual(["OK"] * 10, codes[:10])
        self.assertEqual("THROTTLED", codes[-1])
        self.service.control("advance", Milliseconds=1000)
        self.works(game)

    # ---- pushes ----

    def test_what_comes_twice_happens_once(self):
        self.fault("duplicated_pushes")
        game, _ = self.hosting()
        self.service.control("terminate", ProcessId="p-1")
        self.ends_well(game)
        self.assertEqual(1, sum(line.startswith("init") for line in game.lines), game.lines)
        self.assertEqual(2, self.hits("duplicated_pushes"))

    def test_two_pushes_in_one_segment_are_two(self):
        game = self.game()
        self.fault("joined_frames", milliseconds=300)
        self.service.create_session(Name="duel")
        self.service.control("refresh", ProcessId="p-1")
        game.wait_for("phase", "active")
        until(lambda: self.service.log().count("process p-1 connected") == 2, what="the refresh is followed")
        self.service.control("faults/clear")
        self.works(game)

    def test_fragments_of_a_byte_are_joined(self):
        self.fault("fragmented_frames", bytes=1)
        game, session = self.hosting()
        game.order("connect p1 " + self.seat(session))
        game.wait_for("join", "p1", "ann")
        self.service.control("terminate", ProcessId="p-1")
        self.ends_well(game)

    def test_matchmaker_data_of_400_000_bytes_arrives_and_8_mib_are_refused_without_harm(self):
        game = self.game()
        self.fault("oversized_matchmaker_data", {"next": 1}, bytes=400_000)
        session = self.service.create_session(Name="long")["GameSessionId"]
        game.wait_for("init", "long", "400000")
        game.wait_for("phase", "active")
        self.assertEqual("ACTIVE", self.service.session(session)["Status"])
        other = self.game("p-2")
        self.fault("oversized_matchmaker_data", {"next": 1}, bytes=8_388_608)
        self.service.create_session(Name="longer")
        other.wait_for("connection", "connected", "OK", count=2)
        self.works(other)

    # ---- places and matches ----

    def test_it_waits_while_it_is_hidden(self):
        game = self.game()
        self.fault("no_capacity")
        with self.assertRaises(Refused) as refusal:
            self.service.create_session()
        self.assertEqual("FleetCapacityExceededException", refusal.exception.kind)
        self.assertEqual("READY", game.state())
        self.service.control("faults/clear")
        self.service.create_session()
        game.wait_for("phase", "active")

    def test_a_backfill_that_fails_is_asked_for_again(self):
        self.fault("matchmaking_outcome", {"next": 1}, outcome="BACKFILL_FAILED")
        game = self.matched()
        for player in ("ann", "bob"):
            info = self.ticket("t-" + player)["GameSessionConnectionInfo"]
            seat = info["MatchedPlayerSessions"]
            seat = next(one["PlayerSessionId"] for one in seat if one["PlayerId"] == player)
            game.order(f"connect {player} {seat}")
            game.wait_for("join", player, player)
        game.wait_for("update", "BACKFILL_FAILED")
        self.service.call("StartMatchmaking", ConfigurationName="arena", TicketId="t-cid", Players=[{"PlayerId": "cid"}])
        game.wait_for("update", "MATCHMAKING_DATA_UPDATED")
        until(lambda: self.ticket("t-cid")["Status"] == "COMPLETED", PATIENCE_S, "the newcomer is matched")

    # ---- all of them ----

    def test_zz_each_fault_was_tried(self):
        known = {fault["name"] for fault in self.service.faults()["known"]}
        self.assertEqual(known - OF_THE_API, UnderFaults.tried)


if __name__ == "__main__":
    unittest.main()
