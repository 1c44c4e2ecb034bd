# SPDX-License-Identifier: Apache-2.0
"""gamelift-local, the arena servers, the lobby and bots, together."""
import errno
import fcntl
import pathlib
import re
import shlex
import socket
import time

from runner.process import ROOT, STOP_TIMEOUT_S, Failed, Process, Refused
from runner.service import Service

RELEASE = ROOT / "build" / "release"
SERVERS = 2
START_TIMEOUT_S = 60
RUNS = 100  # at the same time, in one clone


def check_loopback():
    """Everything here talks over it; without it every part would fail with a riddle of its own."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=5).close()
    except OSError as error:
        raise Failed(f"the loopback, 127.0.0.1, is down ({error.strerror}): \"ip link set lo up\" starts it") from None


def claim_logs(folder):
    """A folder for the logs of this run, emptied, and the open file that keeps other runs out of it."""
    for number in range(1, RUNS + 1):
        mine = folder if number == 1 else folder.with_name(f"{folder.name}-{number}")
        mine.mkdir(parents=True, exist_ok=True)
        lock = open(mine / "lock", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            if error.errno != errno.EWOULDBLOCK:
                raise
            continue
        for old in mine.rglob("*.log"):
            old.unlink()
        return mine, lock
    raise Failed(f"{RUNS} runs have their logs in {folder.parent} already: end some of them")


class Arena:
    """Everything that is started, and the order in which it is stopped."""

    def __init__(self, options, check_interrupt=lambda: None, public=None):
        """`public`: where others on the network join; None for the loopback alone."""
        self.build = pathlib.Path(options.build_dir or RELEASE).resolve()
        for program in ("gamelift-local", "arena", "gamelift_plugin.so"):
            if not (self.build / program).exists():
                raise Failed(f"there is no {self.build / program}: build first, or leave --build-dir away")
        self.check_interrupt = check_interrupt
        self.logs, self.lock = claim_logs(self.build / options.logs)
        self.options = options
        self.public = public
        self.processes = []
        self.blamed = None  # the process whose end is told already
        self.service = None
        self.environment = {}
        self.lobby_url = None

    def start(self, name, program, *arguments, option_names=None, environment=None):
        process = Process(name, [str(self.build / program), *arguments], self.logs, option_names, environment)
        self.processes.append(process)
        return process

    def start_service(self):
        env_file = self.logs / "gamelift.env"
        env_file.unlink(missing_ok=True)
        server = [str(self.build / "arena"), *self.address_options("--address")]
        process = self.start(
            "gamelift-local", "gamelift-local", "--demo", "--port", str(self.options.service_port),
            *self.address_options("--demo-address"), "--env-file", str(env_file), "--launch", shlex.join(server),
            "--instances", str(SERVERS), "--launch-log-dir", str(self.logs), option_names={"--port": "--service-port"})
        self.until("gamelift-local starts", START_TIMEOUT_S, env_file.exists, process)
        for line in env_file.read_text().splitlines():
            match = re.match(r"export (\w+)=(.*)", line)
            if match:
                self.environment[match.group(1)] = shlex.split(match.group(2) or "''")[0]
        self.service = Service(self.environment["GAMELIFT_LOCAL_URL"].rstrip("/") + "/")

    def address_options(self, name):
        """gamelift-local itself stays on the loopback: only what players talk to is for others."""
        return [name, self.public.address] if self.public else []

    def start_lobby(self, configuration=None):
        settings = ["--set", f"matchmaking_configuration={configuration}"] if configuration else []
        port = self.public.port if self.public else self.options.lobby_port
        process = self.start(
            "lobby", "arena", "--lobby", "--port", str(port), *self.address_options("--address"),
            "--endpoint", self.service.url, *settings, option_names={"--port": "--lobby-port"},
            environment=self.public and self.public.lobby_environment())
        self.lobby_url = self.until(
            "the lobby opens", START_TIMEOUT_S,
            lambda: re.search(r"the lobby: (http://[\d.]+:\d+)", process.text()), process).group(1)

    def start_bots(self, name, count, *settings):
        arguments = [part for setting in settings for part in ("--set", setting)]
        return self.start(name, "arena", "--bots", str(count), "--set", f"lobby={self.lobby_url}", *arguments,
                          environment=self.public and self.public.bot_environment())

    def use_map(self, name):
        """A matchmaking configuration whose sessions are played on this map; its name."""
        queue = self.service.call("DescribeGameSessionQueues")["GameSessionQueues"][0]
        self.service.call(
            "CreateMatchmakingConfiguration", Name=f"arena-{name}", RuleSetName="arena", RequestTimeoutSeconds=60,
            AcceptanceRequired=False, BackfillMode="MANUAL", FlexMatchMode="WITH_QUEUE",
            GameProperties=[{"Key": "map", "Value": name}], GameSessionQueueArns=[queue["GameSessionQueueArn"]])
        return f"arena-{name}"

    def until(self, what, timeout_s, condition, process=None):
        """Wait for a condition; its value. Fails when time is up or when the process has ended."""
        deadline = time.monotonic() + timeout_s
        while True:
            self.check_interrupt()
            value = condition()
            if value:
                return value
            if process is not None and process.ended():
                refusal = process.refusal()
                raise self.blame(process, Refused(refusal) if refusal else Failed(f"{process.ended()} before {what}"))
            if time.monotonic() > deadline:
                raise Failed(f"not within {timeout_s} s: {what}")
            time.sleep(0.05)

    def blame(self, process, failure):
        """The failure that the end of this process is: stop() will not tell of it again."""
        self.blamed = process
        return failure

    def ready_servers(self):
        return [p for p in self.service.state()["processes"] if p["state"] == "READY"]

    def stop(self):
        """Bots first, then the lobby, then the service, which drains its servers. Each must exit with 0.

        Fails with whatever went wrong, but for the end of a process that was blamed before.
        """
        problems = []
        for process in reversed(self.processes):
            process.ask_to_stop()
            try:
                if process.wait(STOP_TIMEOUT_S) != 0 and process is not self.blamed:
                    problems.append(process.ended())
            except Failed as failure:
                problems.append(str(failure))
            if process.end_family(STOP_TIMEOUT_S):
                problems.append(f"{process.name} left processes behind, which were killed")
        self.lock.close()
        if problems:
            raise Failed("; ".join(problems))

    def print_logs(self):
        for log in sorted(self.logs.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            if lines:
                print(f"--- {log.name}")
                print("\n".join(lines))
