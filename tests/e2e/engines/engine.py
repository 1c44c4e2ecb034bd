# SPDX-License-Identifier: Apache-2.0
"""An engine as a real process beside gamelift-local, and the life that each of them lives: a game session by boto3, a
player accepted and removed, and the end."""

import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import unittest

import boto3
from botocore.config import Config

import local

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
ROOT = pathlib.Path(__file__).resolve().parents[3]
ENGINES = ROOT / "plugin/engines"
IS_LONG = os.environ.get("GLIFT_LONG") == "1"
PATIENCE_S = 30
INSTALL_S = 1200
LOCK = ("-o", "DPkg::Lock::Timeout=600")


class Missing(Exception):
    pass


def find(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/games")


def install(package, program):
    """The program of this Debian package, which is installed by root where it is missing; raises Missing."""
    path = find(program)
    if path is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package, *LOCK]):
            done = subprocess.run(["apt-get", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=INSTALL_S, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        path = find(program)
        if path is None:
            raise Missing(f"{package} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    if path is None:
        raise Missing(f"{program} is missing, and only root can install {package}")
    return path


def needs(package, program):
    """Skips a test case where its engine cannot be had, with the reason; gives it self.program otherwise."""
    def decorate(case):
        inherited = case.setUp

        def set_up(self):
            if not IS_LONG:
                self.skipTest(f"an engine of its own ({package}): GLIFT_LONG=1 runs it")
            try:
                self.program = install(package, program)
            except Missing as missing:
                self.skipTest(str(missing))
            inherited(self)
        case.setUp = set_up
        return case
    return decorate


def free_port(kind=socket.SOCK_DGRAM):
    """Of those that GameLift allows and the system gives nobody by itself."""
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise AssertionError("100 ports are in use")


class Engine:
    """The process; what it has said so far in `text`."""

    def __init__(self, path, command, environment, folder):
        self.path = path
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("GAMELIFT_", "ARENA_"))}
        with open(path, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, cwd=folder, env={**clean, **environment})

    @property
    def text(self):
        return self.path.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern):
        return self.until(lambda: re.search(pattern, self.text), f"the line {pattern!r}")

    def until(self, condition, what):
        try:
            return local.until(lambda: self.process.poll() is not None or condition(), PATIENCE_S, what) and condition()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.text}") from None

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)


class EngineCase(unittest.TestCase):
    def setUp(self):
        self.service = local.Service("--match-settle", "0.3")
        self.addCleanup(self.service.stop)
        self.gamelift = boto3.client(
            "gamelift", endpoint_url=self.service.url, region_name="us-east-1", aws_access_key_id="local",
            aws_secret_access_key="local", config=Config(retries={"max_attempts": 0}))
        self.addCleanup(self.gamelift.close)

    def start(self, *command, environment=None, folder=None):
        """The engine, beside the service."""
        engine = Engine(self.service.path / "engine.log", command, {**self.service.environment, **(environment or {})},
                        folder)
        self.addCleanup(engine.stop)
        self.engine = engine
        return engine

    # ---- GameLift's side

    def wait_until_ready(self):
        name = self.service.environment["GAMELIFT_SDK_PROCESS_ID"]
        self.wait(lambda: (self.service.process(name) or {}).get("state") == "READY", "the engine is ready")

    def place_match(self, *player_ids):
        """A match of these players on the engine, by StartMatchmaking: their player sessions."""
        self.wait_until_ready()
        tickets = [self.gamelift.start_matchmaking(
            ConfigurationName="arena", Players=[{"PlayerId": player_id}])["MatchmakingTicket"]["TicketId"]
            for player_id in player_ids]

        def connections():
            found = self.gamelift.describe_matchmaking(TicketIds=tickets)["TicketList"]
            is_placed = all(one["Status"] == "COMPLETED" for one in found)
            return is_placed and [one["GameSessionConnectionInfo"] for one in found]
        self.wait(connections, "the match is placed")
        return {seat["PlayerId"]: seat["PlayerSessionId"]
                for connection in connections() for seat in connection["MatchedPlayerSessions"]}

    def place_session(self, **members):
        """A game session on the engine, once it is active."""
        self.wait_until_ready()
        session = self.gamelift.create_game_session(
            FleetId=self.service.fleet, Location=self.service.location, MaximumPlayerSessionCount=4,
            **members)["GameSession"]["GameSessionId"]
        self.wait(lambda: self.session(session)["Status"] == "ACTIVE", "the game session is active")
        return session

    def session(self, session):
        return self.gamelift.describe_game_sessions(GameSessionId=session)["GameSessions"][0]

    def create_player(self, session, player_id="ann"):
        return self.gamelift.create_player_session(
            GameSessionId=session, PlayerId=player_id)["PlayerSession"]["PlayerSessionId"]

    def wait_for_seat(self, player_session, status):
        def is_so():
            found = self.gamelift.describe_player_sessions(PlayerSessionId=player_session)["PlayerSessions"]
            return found[0]["Status"] == status
        self.wait(is_so, f"the player session is {status}")

    def terminate(self):
        """GameLift ends the process."""
        self.service.control("terminate", ProcessId=self.service.environment["GAMELIFT_SDK_PROCESS_ID"])

    # ---- the engine's

    def wait(self, condition, what):
        self.assertTrue(self.engine.until(condition, what),
                        f"the engine ended with {self.engine.process.poll()} before {what}:\n{self.engine.text}")

    def assert_ends(self, session=None):
        """The engine ends by itself, with code 0, as GameLift knows; its game session has ended with it."""
        try:
            code = self.engine.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the engine does not end:\n{self.engine.text}") from None
        self.assertEqual(0, code, self.engine.text)
        self.assertNotIn(self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"], self.engine.text)
        self.assertIn("has ended", self.service.log())
        self.assertNotIn("crash", self.service.log())
        if session:
            self.assertEqual("TERMINATED", self.session(session)["Status"])

    def send_sigterm(self):
        self.engine.process.send_signal(signal.SIGTERM)


class Player:
    """A player who speaks in datagrams."""

    def __init__(self, case, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        case.addCleanup(self.socket.close)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(("127.0.0.1", port))

    def say(self, text):
        self.socket.send(text.encode())

    def hear(self):
        return self.socket.recv(2000).decode()


class LineCase(EngineCase):
    """A game whose players send lines of text to a UDP port, first the seat that they come with."""

    def setUp(self):
        super().setUp()
        self.port = free_port()

    def join(self, seat):
        player = Player(self, self.port)
        player.say(seat)
        return player

    def play_a_life(self, welcome, moved, stranger):
        """The game has been started. What its first player hears when let in and after a step, and part of what a
        stranger hears."""
        session = self.place_session()
        seat = self.create_player(session)
        player = self.join(seat)
        self.assertEqual(welcome, player.hear())
        self.wait_for_seat(seat, "ACTIVE")
        player.say("right")
        self.assertEqual(moved, player.hear())
        self.assertIn(stranger, self.join("psess-nobody").hear())
        player.say("bye")
        self.wait_for_seat(seat, "COMPLETED")
        self.terminate()
        self.assert_ends(session)
