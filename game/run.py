#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the arena with everything around it: gamelift-local, two arena servers, the lobby, bots.

Without options a person plays: the address of the lobby is printed, Ctrl-C drains and stops everything.
With --smoke a short match is played by bots and watched from outside, step by step, each with its time.
Called by run.sh, which has installed what the build needs.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build" / "release"
SERVERS = 2
SMOKE_SEATS = 3
SKILLS = ("easy", "normal", "hard")
MAPS = sorted(path.stem for path in (ROOT / "game/arena/maps").glob("*.lua") if path.stem != "symmetric")
HANDLER_TIME_S = 1.0
STOP_TIMEOUT_S = 20
TARGET_PREFIX = "GameLift."


class Failed(Exception):
    """A step that did not happen; the text says why."""


class Refused(Failed):
    """A program has ended instead of starting, and has said why; there is nothing to add to its sentence."""


class Interrupted(Exception):
    """Ctrl-C, SIGTERM, or the end of the terminal: everything is to stop, in order."""


class Interrupt:
    """Signals are noted, and looked at where nothing is half done."""

    def __init__(self):
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores the end of the terminal
                signal.signal(number, self.note)

    def note(self, number, _):
        self.asked = True
        if number == signal.SIGHUP:  # nobody is left to read, and writing would fail
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, sys.stdout.fileno())
            os.dup2(null, sys.stderr.fileno())

    def check(self):
        if self.asked:
            raise Interrupted


class Process:
    """A program with its output in a log file, and a session of its own, where what it starts stays."""

    def __init__(self, name, command, logs):
        self.name = name
        self.log = logs / f"{name}.log"
        with open(self.log, "wb") as log:
            self.popen = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.started = time.monotonic()

    def text(self):
        return self.log.read_text(errors="replace")

    def ask_to_stop(self):
        """SIGTERM. A program that has just been started first gets the time to install its handler."""
        if self.popen.poll() is None:
            time.sleep(max(0.0, self.started + HANDLER_TIME_S - time.monotonic()))
            self.popen.send_signal(signal.SIGTERM)

    def wait(self, timeout_s):
        """The exit code; a program that does not stop is killed, and that is a failure."""
        try:
            return self.popen.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failed(f"{self.name} did not stop within {timeout_s} s of SIGTERM") from None

    def ended(self):
        """How it ended, in words; None while it runs."""
        code = self.popen.poll()
        if code is None:
            return None
        return f"{self.name} was ended by {signal.Signals(-code).name}" if code < 0 else \
            f"{self.name} ended with exit code {code}"

    def refusal(self):
        """Why it has not started: its last line without time and name. None where it died without a word."""
        lines = self.text().split("\n")[:-1]
        sentence = re.sub(r"^(\d\S+ +ERROR +)?[\w-]+[: ] *", "", lines[-1]) if lines else None
        return f"{self.name}: {sentence}" if sentence and self.popen.poll() > 0 else None

    def family(self):
        """The processes of its session that are alive: itself, and what it has started."""
        members = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            except OSError:
                continue  # it has just ended
            if int(session) == self.popen.pid and state != "Z":
                members.append(int(entry.name))
        return members

    def end_family(self, timeout_s):
        """Wait for what it has started; True if some of that had to be killed."""
        deadline = time.monotonic() + timeout_s
        while self.family() and time.monotonic() < deadline:
            time.sleep(0.05)
        left = self.family()
        for pid in left:
            end(pid, signal.SIGKILL)
        return bool(left)


def end(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass  # it was faster


def build(interrupt):
    """Configure and build the release preset; its output goes into a log."""
    logs = ROOT / "build"
    logs.mkdir(exist_ok=True)
    print("Building; the first time takes some minutes. Output: build/build.log", flush=True)
    process = Process("build", ["sh", "-c", "cmake --preset release && cmake --build --preset release"], logs)
    try:
        while process.popen.poll() is None:
            interrupt.check()
            time.sleep(0.05)
    except Interrupted:
        for pid in process.family():
            end(pid, signal.SIGTERM)
        process.end_family(STOP_TIMEOUT_S)
        raise
    if process.popen.returncode != 0:
        print("\n".join(process.text().splitlines()[-40:]), file=sys.stderr)
        raise Failed("the build failed; the whole log is build/build.log")


class Service:
    """gamelift-local from outside: the AWS API, and its state page."""

    def __init__(self, url):
        self.url = url

    def call(self, operation, **members):
        request = urllib.request.Request(
            self.url, data=json.dumps(members).encode(), headers={
                "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET_PREFIX + operation})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failed(f"{operation}: {error.read().decode(errors='replace')}") from None
        except OSError as error:
            raise Failed(f"gamelift-local does not answer: {error}") from None

    def state(self):
        try:
            with urllib.request.urlopen(self.url + "_local/state", timeout=5) as answer:
                return json.load(answer)
        except OSError as error:
            raise Failed(f"gamelift-local does not answer: {error}") from None


class Arena:
    """Everything that is started, and the order in which it is stopped."""

    def __init__(self, options, check_interrupt=lambda: None):
        self.build = pathlib.Path(options.build_dir or RELEASE).resolve()
        for program in ("gamelift-local", "arena", "gamelift_plugin.so"):
            if not (self.build / program).exists():
                raise Failed(f"there is no {self.build / program}: build first, or leave --build-dir away")
        self.check_interrupt = check_interrupt
        self.logs = self.build / options.logs
        self.logs.mkdir(parents=True, exist_ok=True)
        for old in self.logs.rglob("*.log"):
            old.unlink()
        self.options = options
        self.processes = []
        self.blamed = None  # the process whose end is told already
        self.service = None
        self.environment = {}
        self.lobby_url = None

    def start(self, name, program, *arguments):
        process = Process(name, [str(self.build / program), *arguments], self.logs)
        self.processes.append(process)
        return process

    def start_service(self):
        env_file = self.logs / "gamelift.env"
        env_file.unlink(missing_ok=True)
        process = self.start(
            "gamelift-local", "gamelift-local", "--demo", "--port", str(self.options.service_port),
            "--env-file", str(env_file), "--launch", shlex.quote(str(self.build / "arena")),
            "--instances", str(SERVERS), "--launch-log-dir", str(self.logs))
        self.until("gamelift-local starts", 10, env_file.exists, process)
        for line in env_file.read_text().splitlines():
            match = re.match(r"export (\w+)=(.*)", line)
            if match:
                self.environment[match.group(1)] = shlex.split(match.group(2) or "''")[0]
        self.service = Service(self.environment["GAMELIFT_LOCAL_URL"].rstrip("/") + "/")

    def start_lobby(self, configuration=None):
        settings = ["--set", f"matchmaking_configuration={configuration}"] if configuration else []
        process = self.start(
            "lobby", "arena", "--lobby", "--port", str(self.options.lobby_port),
            "--endpoint", self.service.url, *settings)
        self.lobby_url = self.until(
            "the lobby opens", 10,
            lambda: re.search(r"the lobby: (http://[\d.]+:\d+)", process.text()), process).group(1)

    def start_bots(self, name, count, *settings):
        arguments = [part for setting in settings for part in ("--set", setting)]
        return self.start(name, "arena", "--bots", str(count), "--set", f"lobby={self.lobby_url}", *arguments)

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
        if problems:
            raise Failed("; ".join(problems))

    def print_logs(self):
        for log in sorted(self.logs.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()[-15:]
            if lines:
                print(f"--- {log.name}")
                print("\n".join(lines))


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


def play(arena):
    arena.start_service()
    arena.start_lobby(arena.use_map(arena.options.map) if arena.options.map else None)
    if arena.options.bots:
        # One of them is on call: it comes where a person waits alone.
        arena.start_bots("bots", arena.options.bots, "on_call=1", f"bot_skill={arena.options.bot_skill}")
    print(f"""
  Play            {arena.lobby_url}
  gamelift-local  {arena.service.url}
  Logs            {os.path.relpath(arena.logs)}/

Ctrl-C drains and stops everything.""", flush=True)
    essential = arena.processes[:2]
    while True:
        arena.check_interrupt()
        for process in essential:
            if process.ended():
                raise arena.blame(process, Failed(process.ended()))
        time.sleep(0.1)


def run(arena):
    """Play until there is a reason to stop, then stop everything; the exit code."""
    started = time.monotonic()
    reason, was_interrupted, is_told = None, False, False
    try:
        Smoke(arena).play() if arena.options.smoke else play(arena)
    except Interrupted:
        was_interrupted = True
        print("\nStopping: players are told, servers drain.", file=sys.stderr)
    except (Failed, OSError) as failure:
        reason, is_told = str(failure), isinstance(failure, Refused)
        print(f"FAILED: {reason}", file=sys.stderr)
    try:
        arena.stop()
    except Failed as failure:
        reason, is_told = reason or str(failure), False
        print(f"FAILED: while stopping: {failure}", file=sys.stderr)
    if reason:
        if not is_told:
            arena.print_logs()
        return 1
    if was_interrupted:
        return exit_code_of_interrupted(arena.options)
    print(f"{time.monotonic() - started:6.1f} s  everything has stopped, exit codes 0, no process left")
    print("The arena works: one match from matchmaking to drain.")
    return 0


def exit_code_of_interrupted(options):
    """A person has played long enough. A smoke test that was not played to its end has shown nothing."""
    return 130 if options.smoke else 0


def number(low, high):
    def read(text):
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"a number from {low} to {high} is expected, not {text!r}")
        return int(text)
    return read


def main():
    parser = argparse.ArgumentParser(prog="run.sh", description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--smoke", action="store_true", help="play a short match with bots, check it, and exit")
    parser.add_argument("--bots", type=number(0, 64), default=5, metavar="N", help="bots that keep you company (default 5)")
    parser.add_argument("--bot-skill", choices=SKILLS, default="normal", help="how well they play (default normal)")
    parser.add_argument("--map", choices=MAPS, help="the map that is played on (default ring)")
    parser.add_argument("--service-port", type=number(0, 65535), default=0, metavar="N", help="gamelift-local's port (default: a free one)")
    parser.add_argument("--lobby-port", type=number(0, 65535), default=0, metavar="N", help="the lobby's port (default: a free one)")
    parser.add_argument("--logs", default="run", help=argparse.SUPPRESS)
    parser.add_argument("--build-dir", metavar="DIR", help="run what is built there, instead of building")
    options = parser.parse_args()
    interrupt = Interrupt()
    try:
        if options.build_dir is None:
            build(interrupt)
        return run(Arena(options, interrupt.check))
    except Interrupted:
        return exit_code_of_interrupted(options)
    except Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
