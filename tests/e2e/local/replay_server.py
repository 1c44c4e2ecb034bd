#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A game server that hosts one session for one player: replay_server.py FILE [WAY OF DIFFERING]

The player session's id is what FILE holds, once it is there.
"""
import asyncio
import json
import os
import pathlib
import sys
import urllib.parse

import websockets


class Server:
    def __init__(self, socket):
        self.socket, self.count, self.pushes = socket, 0, []

    async def ask(self, action, **members):
        self.count += 1
        await self.socket.send(json.dumps({"Action": action, "RequestId": f"id-{os.getpid()}-{self.count}", **members}))
        while True:
            message = json.loads(await self.socket.recv())
            if "RequestId" in message:
                assert message["StatusCode"] == 200, message
                return message
            self.pushes.append(message)

    async def push(self, action):
        message = self.pushes.pop(0) if self.pushes else json.loads(await self.socket.recv())
        assert message["Action"] == action, message
        return message


async def read(path):
    while not path.exists():
        await asyncio.sleep(0.02)
    return path.read_text(encoding="utf-8")


async def serve(file, way):
    environment = os.environ
    query = urllib.parse.urlencode({
        "pID": environment["GAMELIFT_SDK_PROCESS_ID"], "sdkVersion": "5.6.0", "sdkLanguage": "Python",
        "ComputeId": environment["GAMELIFT_SDK_HOST_ID"], "FleetId": environment["GAMELIFT_SDK_FLEET_ID"],
        "IdempotencyToken": "x", "Authorization": environment["GAMELIFT_SDK_AUTH_TOKEN"]})
    async with websockets.connect(f"{environment['GAMELIFT_SDK_WEBSOCKET_URL']}/?{query}") as socket:
        server = Server(socket)
        await server.ask("ActivateServerProcess", SdkVersion="5.6.0", SdkLanguage="Python", Port=os.getpid() % 50000 + 1,
                         LogPaths=[f"/log/{os.getpid()}"])
        await server.ask("HeartbeatServerProcess", HealthStatus=way != "unhealthy")
        session = (await server.push("CreateGameSession"))["GameSessionId"]
        await server.ask("ActivateGameSession", GameSessionId=session)
        await server.ask("UpdatePlayerSessionCreationPolicy", GameSessionId=session,
                         PlayerSessionPolicy="DENY_ALL" if way == "wrong field" else "ACCEPT_ALL")
        player = await read(pathlib.Path(file))
        if way == "other order":
            await server.ask("RemovePlayerSession", GameSessionId=session, PlayerSessionId=player)
        if way != "no accept":
            await server.ask("AcceptPlayerSession", GameSessionId=session, PlayerSessionId=player)
        if way == "crash":
            sys.exit(3)
        await server.ask("RemovePlayerSession", GameSessionId=session, PlayerSessionId=player)
        await server.push("TerminateProcess")
        await server.ask("TerminateServerProcess")


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], " ".join(sys.argv[2:])))
