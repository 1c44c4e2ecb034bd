#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""game/deploy/anywhere against gamelift-local, by the AWS CLI: servers come, play, end and come again; the service is away
for ten minutes, tokens run out, the machine is deregistered by somebody else; SIGTERM leaves nothing behind."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from local import PROGRAM, Service, free_ports, until

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "game" / "deploy" / "anywhere" / "anywhere.py"
UNIT = SCRIPT.with_name("arena-anywhere.service")
ARENA = PROGRAM.with_name("arena")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "PATH": "/usr/bin:" + os.environ["PATH"]}
PATIENCE_S = 300
COMPUTE = "test-machine"


def run_script(*arguments):
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False,
                          env={**os.environ, **CREDENTIALS}, timeout=PATIENCE_S)


@unittest.skipUnless(shutil.which("aws", path=CREDENTIALS["PATH"]), "the AWS CLI is not installed (Debian package awscli)")
class Anywhere(unittest.TestCase):
    def setUp(self):
        self.service = self.machine = None
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.addCleanup(self.stop_all)

    def stop_all(self):
        if self.machine is not None and self.machine.poll() is None:
            self.machine.send_signal(signal.SIGTERM)
            self.machine.send_signal(signal.SIGTERM)
            self.machine.wait(PATIENCE_S)
        if self.service is not None:
            self.service.stop()

    def start_service(self, *options):
        self.service = Service(*options, demo=False)
        self.service.call("CreateLocation", LocationName="custom-home")
        self.fleet = self.service.call(
            "CreateFleet", Name="fleet", ComputeType="ANYWHERE", Locations=[{"Location": "custom-home"}]
        )["FleetAttributes"]["FleetId"]

    def children(self):
        """The servers: each is the first of a session of its own, unlike the AWS CLI."""
        pid = self.machine.pid
        all_of_them = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        return [int(child) for child in all_of_them if os.getsid(int(child)) == int(child)]

    def start_machine(self, servers, *options, arena=(), **environment):
        self.first_port = free_ports(servers)
        with open(self.folder / "log", "w", encoding="utf-8") as log:
            self.machine = subprocess.Popen(
                [sys.executable, SCRIPT, "--endpoint", self.service.url, "--fleet-id", self.fleet, "--location", "custom-home",
                 "--ip-address", "127.0.0.1", "--compute-name", COMPUTE, "--servers", str(servers), "--first-port",
                 str(self.first_port), *options, "--", ARENA, "--port", "{port}", *arena],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **CREDENTIALS, **environment})

    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8")

    def until(self, condition, what):
        try:
            return until(condition, PATIENCE_S, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}\n{self.service.log()}") from None

    def ready(self):
        """The process ids of those that are ready."""
        return {one["process_id"] for one in self.service.state()["processes"] if one["state"] == "READY"}

    def stop_machine(self):
        self.machine.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.machine.wait(PATIENCE_S), self.log())
        self.assertEqual([], self.service.call("ListCompute", FleetId=self.fleet)["ComputeList"])
        self.assertNotIn("killed", self.log())

    def test_servers_come_end_and_come_again(self):
        self.start_service()
        self.start_machine(2)
        first = self.until(lambda: len(self.ready()) == 2 and self.ready(), "two servers are ready")
        computes = self.service.call("ListCompute", FleetId=self.fleet)["ComputeList"]
        self.assertEqual([(COMPUTE, "127.0.0.1")], [(one["ComputeName"], one["IpAddress"]) for one in computes])

        session = self.service.call("CreateGameSession", FleetId=self.fleet, Location="custom-home",
                                    MaximumPlayerSessionCount=4)["GameSession"]
        self.assertIn(session["Port"], range(self.first_port, self.first_port + 2))
        self.until(lambda: self.service.session(session["GameSessionId"])["Status"] == "ACTIVE", "the session is active")
        self.service.call("TerminateGameSession", GameSessionId=session["GameSessionId"],
                          TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")
        second = self.until(lambda: len(self.ready()) == 2 and self.ready() != first and self.ready(),
                            "another server comes in the place of the one that has played")
        self.assertEqual(1, len(first & second))

        crashed = sorted(second)[0]
        # Its id is in its environment alone: the pid is found there.
        os.kill(next(int(path.parent.name) for path in pathlib.Path("/proc").glob("[0-9]*/environ")
                     if self.is_of(path, crashed)), signal.SIGKILL)
        self.until(lambda: len(self.ready() - {crashed}) == 2, "another server comes in the place of the one that has crashed")
        self.assertRegex(self.log(), crashed + r" has ended after \d+ s with SIGKILL")
        self.stop_machine()
        self.assertEqual(set(), self.ready() - {crashed})

    @staticmethod
    def is_of(path, process_id):
        try:
            return f"GAMELIFT_SDK_PROCESS_ID={process_id}".encode() in path.read_bytes().split(b"\0")
        except OSError:
            return False  # another user's, or gone

    MANY = ("--servers", "{servers}", "--set", "auth_token_file={token_file}")

    def terminate_a_session(self):
        """A game session comes and goes."""
        session = self.service.call("CreateGameSession", FleetId=self.fleet, Location="custom-home",
                                    MaximumPlayerSessionCount=4)["GameSession"]["GameSessionId"]
        self.until(lambda: self.service.session(session)["Status"] == "ACTIVE", "the session is active")
        self.service.call("TerminateGameSession", GameSessionId=session, TerminationMode="TRIGGER_ON_PROCESS_TERMINATE")

    def started_on(self):
        """The ports of the processes that were started, one after another."""
        return re.findall(r"started on port (\d+)", self.log())

    def test_several_servers_of_one_process_come_end_and_come_again(self):
        self.start_service("--token-lifetime", "100")
        self.start_machine(5, "--servers-per-process", "3", "--renew-seconds", "1", arena=self.MANY)
        first = self.until(lambda: len(self.ready()) == 5 and self.ready(), "five servers are ready")
        ports = {one["port"] for one in self.service.state()["processes"] if one["process_id"] in first}
        self.assertEqual(set(range(self.first_port, self.first_port + 5)), ports)
        self.assertEqual([str(self.first_port), str(self.first_port + 3)], self.started_on())

        self.service.control("advance", Milliseconds=110_000)  # the tokens that the first servers have read are worth nothing
        before = self.ready()
        self.assertEqual(first, before)
        self.terminate_a_session()
        self.until(lambda: len(self.ready() - before) >= 1 and len(self.ready()) == 5,
                   "another server, with a fresh token, comes in the place of the one that has played")
        self.assertEqual(2, len(self.started_on()), self.log())
        self.stop_machine()
        self.assertEqual(set(), self.ready())

    def test_ten_minutes_without_the_service_and_tokens_that_run_out_meanwhile(self):
        state = self.folder / "state.db"
        self.start_service("--state", str(state), "--token-lifetime", "590")
        self.start_machine(2, ARENA_GAMELIFT_CONNECT_TIMEOUT_MS="1000")
        first = self.until(lambda: len(self.ready()) == 2 and self.ready(), "two servers are ready")
        port = self.service.port
        servers = self.children()
        self.assertEqual(2, len(servers))
        for server in servers:  # not one of them dials before the ten minutes are over
            os.kill(server, signal.SIGSTOP)
        self.service.popen.kill()
        self.service.popen.wait()

        old, self.service = self.service, Service("--state", str(state), "--token-lifetime", "590", "--port", str(port), demo=False)
        self.addCleanup(old.folder.cleanup)
        self.addCleanup(old.log_file.close)
        self.service.control("advance", Milliseconds=600_000)
        for server in servers:
            os.kill(server, signal.SIGCONT)
        self.until(lambda: len(self.ready() - first) == 2, "two servers with fresh tokens are ready")
        self.assertIn("does not let this server in any more", self.log())
        self.stop_machine()

    def test_a_machine_that_somebody_else_has_deregistered_registers_again(self):
        self.start_service()
        self.start_machine(1)
        first = self.until(lambda: len(self.ready()) == 1 and self.ready(), "a server is ready")
        self.service.call("DeregisterCompute", FleetId=self.fleet, ComputeName=COMPUTE)
        self.until(lambda: len(self.ready() - first) == 1, "another server is ready")
        self.stop_machine()

    def test_an_address_that_has_changed_is_registered_anew(self):
        self.start_service()
        self.service.call("RegisterCompute", FleetId=self.fleet, ComputeName=COMPUTE, IpAddress="192.0.2.1",
                          Location="custom-home")
        self.start_machine(1)
        self.until(self.ready, "a server is ready")
        self.assertEqual("127.0.0.1", self.service.call(
            "DescribeCompute", FleetId=self.fleet, ComputeName=COMPUTE)["Compute"]["IpAddress"])
        self.stop_machine()

    def test_servers_that_never_start_are_not_started_without_a_pause(self):
        self.start_service()
        ran = self.run_until_second_start("false")
        self.assertEqual(0, ran.returncode, ran.stdout)
        self.assertRegex(ran.stdout, r"ended after 0 s with exit code 1; the next one starts in \d")
        self.assertLess(ran.stdout.count("started on port"), 8)

    def run_until_second_start(self, command):
        with subprocess.Popen(
                [sys.executable, SCRIPT, "--endpoint", self.service.url, "--fleet-id", self.fleet, "--location", "custom-home",
                 "--ip-address", "127.0.0.1", "--", command], stdout=subprocess.PIPE, text=True,
                env={**os.environ, **CREDENTIALS}) as process:
            lines = [process.stdout.readline() for _ in range(4)]  # registered, started, ended, started
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=PATIENCE_S)
            return subprocess.CompletedProcess(command, process.returncode, "".join(lines) + output)

    def test_it_says_what_is_wrong(self):
        some = ("--fleet-id", "fleet-1", "--location", "custom-home", "--ip-address", "127.0.0.1")
        for arguments, sentence in (
                ((*some[:2], "--", "true"), "--location"),
                ((*some, "--servers", "501", "--", "true"), "a number from 1 to 500 is expected, not '501'"),
                ((*some, "--servers", "2", "--", "true"), "several servers need ports of their own"),
                ((*some, "--servers", "4", "--servers-per-process", "2", "--", "true", "{port}", "{token_file}"),
                 "several servers of one process need {servers}"),
                ((*some, "--servers", "4", "--servers-per-process", "2", "--", "true", "{port}", "{servers}"),
                 "several servers of one process need {token_file}"),
                ((*some, "--first-port", "60000", "--servers", "2", "--", "true", "{port}"), "ports end at 60000"),
                ((*some, "--location", "home", "--", "true"), "begins with \"custom-\""),
                ((*some, "--endpoint", "local", "--", "true"), "an http or https URL is expected, not 'local'"),
                ((*some, "--", "no-such-server"), "there is no program no-such-server")):
            with self.subTest(sentence):
                ran = run_script(*arguments)
                self.assertEqual(2, ran.returncode)
                self.assertIn(sentence, ran.stderr)
        self.start_service()
        ran = run_script("--endpoint", self.service.url, *some, "--", "true")
        self.assertEqual(1, ran.returncode)
        self.assertRegex(ran.stderr, r"register-compute: An error occurred \(NotFoundException\).*fleet-1")


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed (Debian package systemd)")
class Unit(unittest.TestCase):
    def test_systemd_accepts_the_unit(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / UNIT.name
            unit.write_text(UNIT.read_text(encoding="utf-8"), encoding="utf-8")
            ran = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
            found = [line for line in ran.stderr.splitlines() if UNIT.name in line]
            self.assertEqual([], found)


if __name__ == "__main__":
    unittest.main()
