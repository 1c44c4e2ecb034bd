#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A game server in plain Python that does all that the scenarios ask for, but for the flaw that its argument names."""
import asyncio
import contextlib
import json
import os
import signal
import sys
import urllib.parse

import websockets

FLAWS = {
    "none": "",
    "stays": "it does not end when GameLift tells it to",
    "keeps_token": "it connects with the token that it was started with",
    "reads_old_socket": "after a refresh it goes on reading the old connection",
    "never_pings": "it does not find out that its connection is dead",
    "gives_up": "a refusal is its end",
    "never_reconnects": "it does not connect again",
    "starts_twice": "a game session that it is told of twice is two to it",
}
ANSWER_WITHIN_S = 5


class GameServer:
    def __init__(self, flaw):
        self.flaw = flaw
        self.url, self.token = os.environ["GAMELIFT_SDK_WEBSOCKET_URL"], os.environ["GAMELIFT_SDK_AUTH_TOKEN"]
        self.socket = None  # the one that is written to
        self.count = 0
        self.answers = {}
        self.sessions = []
        self.ended = asyncio.Event()
        self.tasks = set()

    async def dial(self):
        query = urllib.parse.urlencode({
            "pID": os.environ["GAMELIFT_SDK_PROCESS_ID"], "sdkVersion": "5.6.0", "sdkLanguage": "Python",
            "ComputeId": os.environ["GAMELIFT_SDK_HOST_ID"], "FleetId": os.environ["GAMELIFT_SDK_FLEET_ID"],
            "Authorization": self.token})
        ping_s = None if self.flaw == "never_pings" else 1
        return await websockets.connect(f"{self.url}/?{query}", ping_interval=ping_s, ping_timeout=ping_s, close_timeout=0.2,
                                        max_size=None)

    def start(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def ask(self, action, **members):
        """Until it is answered with 200, with a pause after each refusal."""
        while True:
            self.count += 1
            request_id = f"request-{self.count}"
            answer = self.answers[request_id] = asyncio.get_running_loop().create_future()
            with contextlib.suppress(websockets.ConnectionClosed, asyncio.TimeoutError):
                await self.socket.send(json.dumps({"Action": action, "RequestId": request_id, **members}))
                status = await asyncio.wait_for(answer, ANSWER_WITHIN_S)
                if status == 200:
                    return
                if self.flaw == "gives_up":
                    os._exit(1)
            await asyncio.sleep(0.5)

    async def host(self, session_id):
        if session_id in self.sessions and self.flaw != "starts_twice":
            return
        self.sessions.append(session_id)
        if self.flaw == "starts_twice":  # the second one comes while the first one is being loaded
            await asyncio.sleep(1)
        if len(self.sessions) > 1:
            os._exit(1)
        await self.ask("ActivateGameSession", GameSessionId=session_id)

    async def end(self):
        if self.flaw != "stays":
            await self.ask("TerminateServerProcess")
            self.ended.set()

    async def refresh(self, token):
        if self.flaw != "keeps_token":
            self.token = token
        with contextlib.suppress(OSError, websockets.WebSocketException):
            fresh, old = await self.dial(), self.socket
            self.socket = fresh
            if self.flaw == "reads_old_socket":
                return
            self.start(self.read(fresh))
            await old.close(1001)

    def take(self, message):
        if message.get("RequestId") in self.answers:
            future = self.answers.pop(message["RequestId"])
            if not future.done():
                future.set_result(message["StatusCode"])
        elif message.get("Action") == "CreateGameSession":
            self.start(self.host(message["GameSessionId"]))
        elif message.get("Action") == "TerminateProcess":
            self.start(self.end())
        elif message.get("Action") == "RefreshConnection":
            self.start(self.refresh(message["AuthToken"]))

    async def read(self, socket):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in socket:
                with contextlib.suppress(ValueError):  # what is no JSON is passed over
                    message = json.loads(text)
                    if isinstance(message, dict):
                        self.take(message)
        while socket is self.socket and self.flaw != "never_reconnects":
            with contextlib.suppress(OSError, websockets.WebSocketException):
                self.socket = await self.dial()
                self.start(self.read(self.socket))
                return
            await asyncio.sleep(0.2)

    async def beat(self):
        while True:
            await self.ask("HeartbeatServerProcess", HealthStatus=True)
            await asyncio.sleep(60)

    async def run(self):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.ended.set)
        self.socket = await self.dial()
        self.start(self.read(self.socket))
        await self.ask("ActivateServerProcess", SdkVersion="5.6.0", SdkLanguage="Python", Port=7777)
        self.start(self.beat())
        await self.ended.wait()


assert sys.argv[1] in FLAWS
asyncio.run(GameServer(sys.argv[1]).run())
