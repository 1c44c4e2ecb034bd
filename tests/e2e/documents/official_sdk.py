#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A game server that speaks as one with an official SDK does: official_sdk.py go|cpp|csharp

It dials as that SDK dials (wire protocol 1.1 and 1.2: scheme, trust, form of the query) and sends the messages of assets/wire
in that SDK's form. Of InitSDK's parameters it takes all from the environment. It hosts game sessions until it is told to
end, and dials again when its connection breaks.
"""
import asyncio
import contextlib
import json
import os
import pathlib
import secrets
import socket
import ssl
import sys
import urllib.parse
import uuid

import websockets

WIRE = pathlib.Path(__file__).resolve().parents[3] / "assets" / "wire"
HEARTBEAT_S = 60


def setting(name):
    return os.environ["GAMELIFT_SDK_" + name]


def query(language, version, idempotency_token):
    return {"pID": setting("PROCESS_ID"), "sdkVersion": version, "sdkLanguage": language, "ComputeId": setting("HOST_ID"),
            "FleetId": setting("FLEET_ID"), "IdempotencyToken": idempotency_token, "Authorization": setting("AUTH_TOKEN")}


def unencoded(members):
    return "&".join(f"{name}={value}" for name, value in members)


class Go:
    name, agent = "go", "gamelift-go-sdk/1.0"

    def url(self):
        members = query("Go", "5.6.0", str(uuid.uuid4()))
        return f"{setting('WEBSOCKET_URL')}?{urllib.parse.urlencode(sorted(members.items()))}"

    def trust(self):
        return ssl.create_default_context() if setting("WEBSOCKET_URL").startswith("wss:") else None


class OverTlsAlone:
    def trust(self):
        """TLS 1.2, and no look at the certificate."""
        assert setting("WEBSOCKET_URL").startswith("wss:"), "this SDK dials wss:// alone"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


class Cpp(OverTlsAlone):
    name, agent = "cpp", "WebSocket++/0.8.2"

    def url(self):
        members = query("Cpp", "5.4.0", secrets.token_hex(16))
        return f"{setting('WEBSOCKET_URL')}/?{unencoded(sorted(members.items()))}"


class Csharp(OverTlsAlone):
    name, agent = "csharp", "websocket-sharp/1.0"

    def url(self):
        members = query("CSharp", "5.4.0", str(uuid.uuid4()))
        order = ("ComputeId", "FleetId", "pID", "sdkLanguage", "sdkVersion", "IdempotencyToken", "Authorization")
        return f"{setting('WEBSOCKET_URL')}?{unencoded((name, members[name]) for name in order)}"


class Server:
    """One process. What comes unasked is handled as it comes, as in the callbacks of a game."""

    def __init__(self, sdk):
        self.sdk, self.url, self.socket, self.answers = sdk, sdk.url(), None, {}

    def message(self, action, **members):
        paths = [WIRE / f"{action}.request.{form}json" for form in (f"{self.sdk.name}.", "")]
        path = next(path for path in paths if path.exists())
        return {**json.loads(path.read_text(encoding="utf-8")), "RequestId": str(uuid.uuid4()), **members}

    async def ask(self, action, **members):
        message = self.message(action, **members)
        answer = self.answers[message["RequestId"]] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps(message))
        found = await answer
        assert found["StatusCode"] == 200, found

    async def dial(self):
        self.socket = await websockets.connect(self.url, ssl=self.sdk.trust(), extra_headers={"User-Agent": self.sdk.agent},
                                               compression=None, max_size=None)

    async def dial_again(self):
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException):
                return await self.dial()
            await asyncio.sleep(1)

    async def listen(self):
        """Until TerminateProcess; a connection that breaks is dialled again, with the URL of the first time."""
        while True:
            try:
                async for text in self.socket:
                    message = json.loads(text)
                    if message.get("RequestId"):
                        self.answers.pop(message["RequestId"]).set_result(message)
                    elif message["Action"] == "CreateGameSession":
                        asyncio.create_task(self.ask("activate_game_session", GameSessionId=message["GameSessionId"]))
                    elif message["Action"] == "TerminateProcess":
                        return
            except websockets.ConnectionClosed:
                pass
            await self.dial_again()

    async def beat(self):
        while True:
            with contextlib.suppress(websockets.ConnectionClosed):
                await self.ask("heartbeat_server_process")
            await asyncio.sleep(HEARTBEAT_S)

    async def host(self, port):
        await self.dial()
        listening = asyncio.create_task(self.listen())
        await self.ask("activate_server_process_minimal", Port=port)
        beating = asyncio.create_task(self.beat())
        await listening
        beating.cancel()
        listening = asyncio.create_task(self.listen())
        await self.ask("terminate_server_process")
        listening.cancel()
        await self.socket.close(1001 if self.sdk.name == "cpp" else 1000)


def main():
    sdk = {sdk.name: sdk for sdk in (Go, Cpp, Csharp)}[sys.argv[1]]()
    with socket.create_server(("127.0.0.1", 0)) as players:
        asyncio.run(Server(sdk).host(players.getsockname()[1]))


if __name__ == "__main__":
    main()
