#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No token, key or signature is shown by a page, by the live feed or by a recording, wherever it was said."""
import asyncio
import json
import pathlib
import tempfile
import unittest
import urllib.error
import urllib.parse

import websockets

from local import Server, Service, until

TOKEN = "the-token_of-this-program"
SIGNATURE = "0123456789abcdef" * 4
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"
KINDS = ("processes", "game_sessions", "player_sessions", "tickets", "placements", "queues", "configurations", "rule_sets", "fleets",
         "computes", "aliases", "events")
PATIENCE_S = 60

# A game server that says what it should not.
TALKER = """
import json, os, sys, time, urllib.parse
token = os.environ["GAMELIFT_SDK_AUTH_TOKEN"]
for text in (token, urllib.parse.quote(token, safe="").replace("-", "%2D"), json.dumps({"AuthToken": token}),
             "Authorization: Bearer " + token, "dialling ws://127.0.0.1/?pID=1&Authorization=" + token + "&x=1",
             "".join("\\\\u%04x" % ord(c) for c in token), "AWS_SECRET_ACCESS_KEY=" + sys.argv[1],
             json.dumps(json.dumps({"SecretAccessKey": sys.argv[1]}))):
    print(text, flush=True)
print("that was all", flush=True)
time.sleep(60)
"""


class Secrets(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        (self.path / "token").write_text(TOKEN + "\n")
        (self.path / "talker.py").write_text(TALKER)
        self.recording = self.path / "recording"
        self.service = Service("--token", self.path / "token", "--record", self.recording, "--launch",
                               f"/usr/bin/python3 {self.path}/talker.py {SECRET_KEY}")
        self.addCleanup(self.service.stop)
        self.secrets = {TOKEN, SIGNATURE, SECRET_KEY, self.service.environment["GAMELIFT_SDK_AUTH_TOKEN"]}

    def page(self, path):
        with self.service.open("/_local/" + path, Authorization="Bearer " + TOKEN) as answer:
            return answer.read().decode()

    def call(self, operation, **members):
        credential = f"AWS4-HMAC-SHA256 Credential={TOKEN}/20260101/us-east-1/gamelift/aws4_request, SignedHeaders=host, " \
                     f"Signature={SIGNATURE}"
        return self.service.post("/", members, X_Amz_Target="GameLift." + operation, Authorization=credential)

    def check(self, text, where):
        for secret in self.secrets:
            for form in (secret[:16], urllib.parse.quote(secret, safe="")[:16], json.dumps(secret)[1:17]):
                self.assertNotIn(form, text, where)

    async def plant(self):
        """Each secret in each place where others put texts."""
        changes = {"X-Amz-Signature": SIGNATURE, "X-Amz-Security-Token": SECRET_KEY, "X-Amz-Credential": TOKEN}
        async with Server(self.service, "p-1", **changes) as server:
            await server.ready()
            session = self.call("CreateGameSession", FleetId=self.service.fleet, Location=self.service.location,
                                MaximumPlayerSessionCount=20, Name=TOKEN)["GameSession"]["GameSessionId"]
            await server.push()
            await server.ask("ActivateGameSession", GameSessionId=session)
            token = self.call("GetComputeAuthToken", FleetId=self.service.fleet,
                              ComputeName=self.service.environment["GAMELIFT_SDK_HOST_ID"])["AuthToken"]
            self.assertIn(token, self.secrets)
            self.service.open("/_local/refresh", b'{"ProcessId": "p-1"}', Authorization="Bearer " + TOKEN).close()
            self.assertEqual(token, (await server.push())["AuthToken"])
            for secret in (TOKEN, token):
                self.call("CreatePlayerSession", GameSessionId=session, PlayerId="I am " + secret, PlayerData=secret)
                self.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": secret}])
                await server.ask("HeartbeatServerProcess", secret, HealthStatus=True, AuthToken=secret)
                await server.socket.send(f"{secret} is no JSON")
                await server.push()
        for secret in (TOKEN, token):
            with self.assertRaises(urllib.error.HTTPError) as refusal:
                self.service.open("/", b"{}", X_Amz_Target="GameLift." + secret, Authorization="Bearer " + TOKEN)
            refusal.exception.close()
            stranger = Server(self.service, secret, Authorization=secret, FleetId=secret)
            with self.assertRaises(websockets.InvalidStatusCode):
                await stranger.connect()
        return session

    async def live(self, subscriptions):
        url = self.service.url.replace("http", "ws", 1) + "/_local/live?token=" + TOKEN
        async with websockets.connect(url, max_size=None) as socket:
            for number, subscription in enumerate(subscriptions, 1):
                await socket.send(json.dumps({"subscribe": number, **subscription}))
            return [await asyncio.wait_for(socket.recv(), PATIENCE_S) for _ in subscriptions]

    async def test_nothing_shows_what_proves_who_somebody_is(self):
        until(lambda: "that was all" in self.page("messages?kind=line"), PATIENCE_S, "the launched server has spoken")
        session = await self.plant()
        lines = json.loads(self.page("messages?kind=line&process_id=server-1"))["messages"]
        self.assertEqual(["***", "***", '{"AuthToken": "***"}'], [line["text"] for line in lines[:3]])
        paths = ["overview", "messages?limit=1000", "state", "detail?kind=processes&id=p-1",
                 "detail?kind=game_sessions&id=" + session, *(f"list?kind={kind}&limit=500" for kind in KINDS)]
        for path in paths:
            self.check(self.page(path), path)
        for text in await self.live([{"what": "overview"}, {"what": "messages", "limit": 1000},
                                     {"what": "detail", "kind": "processes", "id": "p-1"},
                                     {"what": "detail", "kind": "game_sessions", "id": session},
                                     *({"what": "list", "kind": kind, "limit": 500} for kind in KINDS)]):
            self.assertTrue(json.loads(text)["whole"])
            self.check(text, "the live feed")
        self.assertEqual(0, self.service.stop())
        recorded = self.recording.read_text(encoding="utf-8")
        self.assertIn("GetComputeAuthToken", recorded)
        self.check(recorded, "the recording")


if __name__ == "__main__":
    unittest.main()
