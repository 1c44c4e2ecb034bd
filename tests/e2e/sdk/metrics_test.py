# SPDX-License-Identifier: Apache-2.0
"""A C server on gamelift-local, with a StatsD collector and a crash reporter beside it (wire protocol 7)."""
import os
import pathlib
import re
import socket
import subprocess
import unittest

from collector import CrashReporter, StatsD
from local import Service, until

SERVER = pathlib.Path(os.environ["GLIFT_METRICS_SERVER"])
PATIENCE_S = 20
INTERVAL_MS = 100


class Measured(unittest.TestCase):
    arguments = ()

    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.stop)
        self.statsd = StatsD()
        self.addCleanup(self.statsd.close)

    def start(self, reporter_port, **changes):
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("GAMELIFT_")},
            **self.service.environment, "GAMELIFT_STATSD_PORT": str(self.statsd.port),
            "GAMELIFT_CRASH_REPORTER_PORT": str(reporter_port), "GAMELIFT_FLUSH_INTERVAL_MS": str(INTERVAL_MS),
            **changes}
        self.log = self.service.path / "server"
        with open(self.log, "w", encoding="utf-8") as output:
            process = subprocess.Popen([SERVER, *self.arguments], stdin=subprocess.PIPE, stdout=output, stderr=output,
                                       env=environment, text=True)
        self.addCleanup(self.kill, process)
        return process

    @staticmethod
    def kill(process):
        process.kill()
        process.wait()
        process.stdin.close()

    def end(self, process):
        process.stdin.close()
        self.assertEqual(0, process.wait(PATIENCE_S), self.output())

    def output(self):
        return self.log.read_text(encoding="utf-8")

    def host(self):
        until(lambda: any(p["state"] == "READY" for p in self.service.state()["processes"]), PATIENCE_S, "ready")
        return self.service.create_session()["GameSessionId"]

    def accept(self, process, session_id):
        seat = self.service.call("CreatePlayerSession", GameSessionId=session_id, PlayerId="ann")["PlayerSession"]
        process.stdin.write(seat["PlayerSessionId"] + "\n")
        process.stdin.flush()
        until(lambda: "OK" in self.output(), PATIENCE_S, "the player is accepted")

    def test_P168_to_P173_a_collector_understands_every_line_of_a_whole_life(self):
        reporter = CrashReporter()
        self.addCleanup(reporter.close)
        process = self.start(reporter.port)
        self.statsd.wait_for("server_up", lambda line: line.value == 1)
        session_id = self.host()
        self.statsd.wait_for("server_gamelift_connected", lambda line: line.value == 1)
        until(lambda: self.service.session(session_id)["Status"] == "ACTIVE", PATIENCE_S, "active")
        self.accept(process, session_id)
        self.statsd.wait_for("server_players", lambda line: line.value == 1 and line.tags["session_id"] == session_id)
        self.statsd.wait_for("game_shots", lambda line: line.type == "c" and line.value % 3 == 0)
        self.statsd.wait_for("game_frame", lambda line: line.type == "ms" and line.value == 16.666667)
        self.statsd.wait_for("game_frame.p95", lambda line: line.type == "ms" and line.value == 16.666667)
        self.statsd.wait_for("game_load", lambda line: line.value == 0.5 and line.tags["map"] == "dust")
        self.statsd.wait_for("server_tick_time", lambda line: line.value == 4)
        self.statsd.wait_for("server_gamelift_requests", lambda line: line.value == 1 and line.tags["status"] == "OK" and
                             line.tags["request"] == "AcceptPlayerSession")
        self.statsd.wait_for("server_gamelift_request_time", lambda line: line.tags["request"] == "AcceptPlayerSession")
        self.assertEqual(-10, self.statsd.gauges["game_balance"])  # to a server that takes a sign for a change
        self.end(process)
        down = self.statsd.wait_for("server_up", lambda line: line.value == 0)
        self.assertEqual(down.text, self.statsd.lines("server_up")[-1].text)
        self.assertEqual(1, sum(line.value == 0 for line in self.statsd.lines("server_up")))
        for line in self.statsd.lines():
            self.assertEqual((str(process.pid), self.service.environment["GAMELIFT_SDK_PROCESS_ID"]),
                             (line.tags["process_pid"], line.tags["gamelift_process_id"]))
        for size, _ in self.statsd.datagrams:
            self.assertLessEqual(size, 512)
        self.assertEqual([], self.statsd.lines("server_metrics_lost"))

    def test_P178_the_crash_reporter_hears_register_update_and_deregister(self):
        reporter = CrashReporter()
        self.addCleanup(reporter.close)
        process = self.start(reporter.port)
        session_id = self.host()
        until(lambda: "/update" in reporter.paths(), PATIENCE_S, "the update")
        self.end(process)
        pid = str(process.pid)
        self.assertEqual([("/register", {"process_pid": [pid]}),
                          ("/update", {"process_pid": [pid], "session_id": [session_id]}),
                          ("/deregister", {"process_pid": [pid]})], [call[:2] for call in reporter.calls])
        self.assertIn("session_id=" + session_id, reporter.calls[1][2])  # as the official SDKs write it

    def test_P179_without_crash_reporter_and_collector_everything_else_works(self):
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            nobody = other.getsockname()[1]
        process = self.start(port, GAMELIFT_STATSD_PORT=str(nobody))
        session_id = self.host()
        until(lambda: self.service.session(session_id)["Status"] == "ACTIVE", PATIENCE_S, "active")
        until(lambda: "metrics do not reach" in self.output(), PATIENCE_S, "the log line")
        self.accept(process, session_id)
        self.end(process)
        self.assertEqual(1, len(re.findall("metrics do not reach 127.0.0.1, port", self.output())), self.output())

    def test_P179_a_crash_reporter_that_fails_disturbs_nothing(self):
        reporter = CrashReporter(status=500)
        self.addCleanup(reporter.close)
        process = self.start(reporter.port)
        session_id = self.host()
        until(lambda: self.service.session(session_id)["Status"] == "ACTIVE", PATIENCE_S, "active")
        self.end(process)
        self.assertIn("the crash reporter was not told: it answered with HTTP 500", self.output())
        self.assertNotIn("/deregister", reporter.paths())

    def test_P180_what_the_environment_says_makes_no_sense_is_named(self):
        process = self.start(1, GAMELIFT_MAX_PACKET_SIZE="much")
        self.assertEqual(1, process.wait(PATIENCE_S), self.output())
        self.assertIn("metrics were not started: GAMELIFT_MAX_PACKET_SIZE is invalid.", self.output())

    @unittest.skipUnless(socket.has_ipv6, "there is no IPv6 here")
    def test_an_ipv6_collector_is_reached(self):
        try:
            six = StatsD(socket.AF_INET6, "::1")
        except OSError:
            self.skipTest("the loopback has no IPv6 address")
        self.addCleanup(six.close)
        process = self.start(1, GAMELIFT_STATSD_HOST="::1", GAMELIFT_STATSD_PORT=str(six.port))
        six.wait_for("server_up")
        self.end(process)


class Threadless(Measured):
    """The same without an I/O thread."""
    arguments = ("threadless",)


if __name__ == "__main__":
    unittest.main()
