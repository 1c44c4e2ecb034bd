#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local's clock: how fast it is, what moves it, and who goes by the machine's own."""
import json
import unittest

from local import Server, Service, until


class Clock(unittest.IsolatedAsyncioTestCase):
    def start(self, *options):
        self.service = Service(*options)
        self.addCleanup(self.service.stop)

    def clock(self):
        with self.service.open("/_local/clock") as answer:
            return json.load(answer)

    def test_it_is_the_machines_clock_until_it_is_moved(self):
        self.start()
        self.assertEqual((1, 0), (self.clock()["scale"], self.clock()["ahead_ms"]))
        before = self.clock()["now_unix_ms"]
        self.service.control("advance", Milliseconds=3_600_000)
        self.assertEqual(3_600_000, self.clock()["ahead_ms"])
        self.assertGreaterEqual(self.clock()["now_unix_ms"], before + 3_600_000)

    def test_timers_go_by_a_clock_that_is_faster(self):
        self.start("--clock-scale", "1000", "--heartbeat-patience", "100000")
        self.assertEqual(1000, self.clock()["scale"])
        first = self.clock()
        until(lambda: self.clock()["ahead_ms"] > first["ahead_ms"] + 60_000, what="a minute goes by")

    async def test_a_seat_is_given_up_by_the_faster_clock(self):  # S47
        # 600 s, in 0.6 s: by the machine's clock, the test would be over.
        self.start("--clock-scale", "1000", "--heartbeat-patience", "100000", "--reservation-timeout", "600")
        async with Server(self.service, "p-1") as server:
            session = await server.host()
            self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")
            until(lambda: self.service.call("DescribePlayerSessions", GameSessionId=session)["PlayerSessions"][0]["Status"]
                  == "TIMEDOUT", 20, "the seat is given up")

    async def test_a_clock_that_stands_still_is_moved_by_hand_alone(self):
        self.start("--clock-scale", "0", "--reservation-timeout", "0.001")
        now = self.clock()
        async with Server(self.service, "p-1") as server:
            session = await server.host()
            self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")
            seat = lambda: self.service.call("DescribePlayerSessions", GameSessionId=session)["PlayerSessions"][0]["Status"]
            for _ in range(5):
                self.assertEqual("RESERVED", seat())
            self.service.control("advance", Milliseconds=1)
            until(lambda: seat() == "TIMEDOUT", what="the seat is given up")
        self.assertAlmostEqual(now["now_unix_ms"] + 1, self.clock()["now_unix_ms"], delta=2)  # two clocks of the machine, read apart

    @staticmethod
    def has_ended(service):
        """Each look wakes the program's loop, which then looks at its children."""
        try:
            service.open("/_local/health").close()
        except OSError:
            pass
        return service.popen.poll() is not None

    def test_children_are_started_and_ended_by_the_machines_clock(self):
        for scale in ("0", "1000"):
            with self.subTest(scale):
                service = Service("--clock-scale", scale, "--heartbeat-patience", "100000", "--launch",
                                  "sh -c 'trap \"sleep 0.3; echo had its time; exit 0\" TERM; echo began; sleep 60 & wait'")
                until(lambda: "began" in service.log(), what="the child starts")
                service.popen.terminate()
                until(lambda: self.has_ended(service), what="the program ends")
                self.assertIn("had its time", service.log())
                self.assertEqual(0, service.stop())

    def test_a_scale_that_makes_servers_unhealthy_is_warned_of(self):
        self.start("--clock-scale", "5")
        self.assertIn("silent for 300 s", self.service.log())
        other = Service("--clock-scale", "2.9")
        self.assertNotIn("silent for", other.log())
        other.stop()


if __name__ == "__main__":
    unittest.main()
