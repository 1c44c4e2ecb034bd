# SPDX-License-Identifier: Apache-2.0
"""A gamelift-local of one's own on a free port, and a game server in a few lines of Python."""
import json
import os
import pathlib
import re
import resource
import shlex
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import websockets

PROGRAM = pathlib.Path(os.environ["GLIFT_BUILD"]) / "gamelift-local"
START_TIMEOUT_S = 20


def free_ports(count):
    """The first of so many ports in a row that are free now, looked for from a place of each process's own."""
    for first in range(31000 + os.getpid() % 500 * 20, 60000, count):
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.create_server(("127.0.0.1", port)))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise AssertionError("no ports are free")


def until(condition, timeout_s=10, what="the condition"):
    """Waits for a true value and returns it."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout_s} s: {what}")
        time.sleep(0.02)


class Refused(Exception):
    def __init__(self, status, kind, message):
        super().__init__(f"{status} {kind}: {message}")
        self.status, self.kind, self.message = status, kind, message


class Service:
    """gamelift-local as a process; its environment file as a dictionary."""

    def __init__(self, *options, demo=True, trust=None, files=None, wrapper=(), program=PROGRAM, root=None):
        """files: (soft, hard) limit of open files. wrapper: a command that runs the program. root: what the program
        takes for the root folder."""
        self.folder = tempfile.TemporaryDirectory(dir=root and root / "tmp")
        self.path = pathlib.Path(self.folder.name)
        if root:
            self.path.chmod(0o777)  # whoever the program is in there
        env_file_there = "/" / (self.path / "env").relative_to(root or "/")
        self.trust = trust
        env_file = self.path / "env"
        self.log_file = open(self.path / "log", "w+", encoding="utf-8")
        command = [*wrapper, program, "--port", "0", "--env-file", env_file_there,
                   *(["--demo"] if demo else []), *options]
        self.popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.log_file,
            preexec_fn=files and (lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files)))
        until(lambda: env_file.exists() or self.popen.poll() is not None, START_TIMEOUT_S, "the service starts")
        if not env_file.exists():
            raise AssertionError(f"gamelift-local ended with {self.popen.returncode}: {self.log()}")
        lines = re.findall(r"^export (\w+)=(.*)$", env_file.read_text(), re.M)
        self.environment = {name: shlex.split(value)[0] if value else "" for name, value in lines}
        self.url = self.environment["GAMELIFT_LOCAL_URL"]
        self.port = urllib.parse.urlsplit(self.url).port
        self.fleet = self.environment.get("GAMELIFT_SDK_FLEET_ID")
        self.location = self.environment.get("GAMELIFT_LOCAL_LOCATION")

    def log(self):
        return (self.path / "log").read_text(encoding="utf-8")

    def stop(self):
        """SIGTERM; the exit code."""
        if self.popen.poll() is None:
            self.popen.terminate()
        code = self.popen.wait(30)
        self.log_file.close()
        self.folder.cleanup()
        return code

    def open(self, path, body=None, **headers):
        request = urllib.request.Request(
            self.url + path, data=body, headers={name.replace("_", "-"): text for name, text in headers.items()})
        return urllib.request.urlopen(request, timeout=20, context=self.trust)

    def post(self, path, members, **headers):
        try:
            with self.open(path, json.dumps(members).encode(), **headers) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                document = json.load(error)
            raise Refused(error.code, document["__type"], document["Message"]) from None

    def call(self, operation, **members):
        return self.post("/", members, X_Amz_Target="GameLift." + operation)

    def control(self, name, /, **members):
        return self.post("/_local/" + name, members)

    def fault(self, name, scope=None, lasts_s=None, /, **parameters):
        """Breaks something on purpose; the answer."""
        wish = {"name": name, "parameters": parameters, "scope": scope or {}}
        return self.control("faults", **wish, **({"seconds": lasts_s} if lasts_s else {}))

    def faults(self):
        with self.open("/_local/faults") as answer:
            return json.load(answer)

    def hits(self, name):
        """How often the faults of this name have acted."""
        document = self.faults()
        return sum(fault["hits"] for fault in document["faults"] + document["ended"] if fault["name"] == name)

    def state(self):
        with self.open("/_local/state") as answer:
            return json.load(answer)

    def process(self, process_id):
        return next((p for p in self.state()["processes"] if p["process_id"] == process_id), None)

    def events(self):
        return [event["code"] for event in self.state()["events"]]

    def create_session(self, seats=4, **members):
        return self.call("CreateGameSession", FleetId=self.fleet, Location=self.location,
                         MaximumPlayerSessionCount=seats, **members)["GameSession"]

    def session(self, session_id):
        return self.call("DescribeGameSessions", GameSessionId=session_id)["GameSessions"][0]


class Server:
    """A game server on the wire. Answers are matched to requests; pushes wait in order."""

    def __init__(self, service, process_id, **changes):
        self.service, self.process_id = service, process_id
        self.changes = changes  # to the query: Authorization="...", FleetId="..."
        self.socket = None
        self.pushes = []
        self.count = 0

    def url(self):
        environment = self.service.environment
        query = {
            "pID": self.process_id, "sdkVersion": "5.6.0", "sdkLanguage": "Python",
            "ComputeId": environment["GAMELIFT_SDK_HOST_ID"], "FleetId": environment["GAMELIFT_SDK_FLEET_ID"],
            "IdempotencyToken": "token", "Authorization": environment["GAMELIFT_SDK_AUTH_TOKEN"], **self.changes}
        return environment["GAMELIFT_SDK_WEBSOCKET_URL"] + "/?" + urllib.parse.urlencode(query)

    async def connect(self, **options):
        if self.service.trust:
            options.setdefault("ssl", self.service.trust)
        self.socket = await websockets.connect(self.url(), max_size=None, **options)
        return self

    async def __aenter__(self):
        return await self.connect()

    async def __aexit__(self, *_):
        await self.socket.close()

    async def ask(self, action, request_id=None, **members):
        self.count += 1
        request_id = request_id or f"request-{self.count}"
        await self.socket.send(json.dumps({"Action": action, "RequestId": request_id, **members}))
        while True:
            message = json.loads(await self.socket.recv())
            if "RequestId" in message:
                assert message["RequestId"] == request_id and message["Action"] == action, message
                return message
            self.pushes.append(message)

    async def push(self):
        return self.pushes.pop(0) if self.pushes else json.loads(await self.socket.recv())

    async def ready(self, port=7777):
        answer = await self.ask("ActivateServerProcess", SdkVersion="5.6.0", SdkLanguage="Python", Port=port)
        assert answer["StatusCode"] == 200, answer
        return self

    async def host(self, **members):
        """Ready, given a session, and active: the session's id."""
        await self.ready()
        session_id = self.service.create_session(**members)["GameSessionId"]
        push = await self.push()
        assert push["Action"] == "CreateGameSession", push
        answer = await self.ask("ActivateGameSession", GameSessionId=session_id)
        assert answer["StatusCode"] == 200, answer
        return session_id


def make_certificate(folder):
    """A certificate of 127.0.0.1 with its key, and a context that trusts it."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True)
    return certificate, key, ssl.create_default_context(cafile=certificate)
