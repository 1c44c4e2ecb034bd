# SPDX-License-Identifier: Apache-2.0
"""No token, key or signature is written anywhere, even if the service repeats it in everything that it says."""
import asyncio
import http
import json
import os
import pathlib
import tempfile
import unittest
import urllib.parse

import websockets

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
PATIENCE_S = 60
REFRESHED = "refreshed-token/0123456789+abcdef="
TOKEN = {"GAMELIFT_SDK_AUTH_TOKEN": "first-token/0123456789+abcdef="}
KEYS = {"GAMELIFT_REGION": "us-west-2", "GAMELIFT_ACCESS_KEY": "AKIA0123456789ABCDEF",
        "GAMELIFT_SECRET_KEY": "the+secret/key=0123456789abcdef", "GAMELIFT_SESSION_TOKEN": "session+token/0123456789="}
SECRETS = ("Authorization", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Security-Token")

SCRIPT = """
local gamelift = require "gamelift"
local server = gamelift.server()
local function say(...) host.log("info", table.concat({ ... }, " ")) end
server:set_handlers {
  on_log = function(_, level, line) say("sdk", level, line) end,
  on_connection = function(_, event) say("connection", event.state, event.reason) end,
  on_process_terminate = function() say(select(2, server:process_ending()) or "ended") host.exit(0) end,
}
say(select(2, server:process_ready { port = host.port, log_paths = {} }) or "ready")
"""


def answer(message, code, text=""):
    return json.dumps({"Action": message["Action"], "RequestId": message["RequestId"], "StatusCode": code,
                       "ErrorMessage": text})


class Parrot:
    """Refuses, accepts, refreshes and cuts a server's connections, and repeats what it came with at every turn."""

    def __init__(self, output):
        self.output = output
        self.paths = []
        self.url = None
        self.ended = False

    def query(self):
        return urllib.parse.urlsplit(self.paths[-1]).query

    def values(self, *paths):
        """What the servers of these paths, or the newest one, proved themselves with."""
        found = set()
        for path in paths or self.paths[-1:]:
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(path).query)
            found.update(value for name in SECRETS for value in query.get(name, []) if value != "SigV4")
        return found

    def encoded(self):
        return " ".join(urllib.parse.quote(value, safe="") for value in self.values())

    def refusal(self, status, text):
        body = json.dumps({"Action": "$connect", "RequestId": "$connect", "StatusCode": status, "ErrorMessage": text})
        return http.HTTPStatus(status), [("Content-Type", "application/json")], body.encode()

    async def admit(self, path, _headers):
        self.paths.append(path)
        return {
            1: self.refusal(401, "this is refused: " + self.query()),
            2: self.refusal(400, "is it " + " ".join(self.values())),
            4: self.refusal(403, "or is it " + self.encoded()),
        }.get(len(self.paths))

    async def refresh(self, socket):
        await socket.send(json.dumps({"Action": "RefreshConnection", "RefreshConnectionEndpoint": self.url,
                                      "AuthToken": REFRESHED}))

    def written(self):
        return self.output.read_text(encoding="utf-8", errors="replace")

    async def until_written(self, text):
        while text not in self.written():
            await asyncio.sleep(0.02)

    async def serve(self, socket, _path=None):
        number = len(self.paths)
        if number == 3:  # the first that is let in; its first refresh is refused, the second one is not
            message = json.loads(await socket.recv())
            await socket.send(answer(message, 401, "who is " + self.encoded()))
            await self.refresh(socket)
            await self.until_written("was not refreshed")
            await self.refresh(socket)
            await socket.wait_closed()
        elif number == 5:  # the refreshed one
            await socket.close(1008, "no more " + self.encoded())
        else:
            await socket.send("garbage " + self.query())
            await socket.send(json.dumps({"Action": "TerminateProcess", "TerminationTime": 0}))
            async for text in socket:
                self.ended = True
                await socket.send(answer(json.loads(text), 200))


class Secrets(unittest.TestCase):
    def live(self, command, credentials, *marks):
        with tempfile.TemporaryDirectory() as folder:
            parrot = Parrot(pathlib.Path(folder) / "output")
            asyncio.run(self.run_beside(parrot, command, credentials))
            written = parrot.written()
        self.assertTrue(parrot.ended, written)
        for mark in marks:
            self.assertIn(mark, written)
        secrets = parrot.values(*parrot.paths)
        self.assertIn(REFRESHED, secrets)
        secrets.update(credentials[name] for name in credentials if "REGION" not in name)
        for secret in secrets:
            for form in (secret[:16], urllib.parse.quote(secret, safe="")[:16]):
                self.assertNotIn(form, written)
        self.assertNotRegex(written, "[0-9a-f]{64}")

    async def run_beside(self, parrot, command, credentials):
        async with websockets.serve(parrot.serve, "127.0.0.1", 0, process_request=parrot.admit) as service:
            parrot.url = f"ws://127.0.0.1:{service.sockets[0].getsockname()[1]}"
            environment = {name: value for name, value in os.environ.items() if not name.startswith("GAMELIFT_")}
            environment.update(credentials, GAMELIFT_SDK_WEBSOCKET_URL=parrot.url, GAMELIFT_SDK_FLEET_ID="fleet-1",
                               GAMELIFT_SDK_HOST_ID="host-1", GAMELIFT_SDK_PROCESS_ID="process-1")
            with open(parrot.output, "wb") as output:
                process = await asyncio.create_subprocess_exec(
                    *command, stdout=output, stderr=output, env=environment)
            try:
                self.assertEqual(0, await asyncio.wait_for(process.wait(), PATIENCE_S))
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    def test_an_example_with_a_token(self):
        self.live([BUILD / "examples/minimal"], TOKEN, "HTTP 401", "not ready: UNAUTHORIZED: ", "code 1008", "ended")

    def test_an_example_with_keys(self):
        self.live([BUILD / "examples/minimal"], KEYS, "HTTP 401", "not ready: UNAUTHORIZED: ", "code 1008", "ended")

    def arena(self, credentials):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "main.lua"
            script.write_text(SCRIPT, encoding="utf-8")
            self.live([BUILD / "arena", "--script", script, "--set", "log_level=debug",
                       "--set", "gamelift.log_level=debug", "--set", "gamelift.first_connect_timeout_ms=0"], credentials,
                      "HTTP 401", "was not refreshed", "the connection was refreshed", "code 1008", "ended")

    @unittest.skipUnless((BUILD / "arena").exists(), "there is no arena in this build")
    def test_an_arena_that_says_everything_with_a_token(self):
        self.arena(TOKEN)

    @unittest.skipUnless((BUILD / "arena").exists(), "there is no arena in this build")
    def test_an_arena_that_says_everything_with_keys(self):
        self.arena(KEYS)


if __name__ == "__main__":
    unittest.main()
