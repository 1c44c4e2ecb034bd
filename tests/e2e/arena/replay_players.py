#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An arena server and the players of a recorded smoke test, as one program for gamelift-local replay:

    gamelift-local replay --process server-1 smoke.jsonl -- replay_players.py smoke.jsonl ARENA [OPTION...]

Three players come, the one who left in the recording leaves, a late one comes, and when the session ends all leave.
--silent-leaver: the one who left stays. The exit code is the arena's.
"""
import asyncio
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import websockets

HELLO = bytes([2, 1, 0, 3]) + b"mia"
WELCOME = 2


def seats(recording):
    """The player sessions that were accepted, in their order, and the one that left first."""
    accepted, removed = [], []
    for line in pathlib.Path(recording).read_text(encoding="utf-8").splitlines()[1:]:
        entry = json.loads(line)
        if entry["kind"] == "frame" and entry["direction"] == "in":
            message = json.loads(entry["text"])
            {"AcceptPlayerSession": accepted, "RemovePlayerSession": removed}.get(entry["action"], []).append(
                message.get("PlayerSessionId"))
    return accepted, removed[0]


class Player:
    """Reads on, whatever comes, and knows what has been said."""

    def __init__(self, socket):
        self.socket = socket
        self.told = asyncio.Condition()
        self.types, self.bytes = set(), b""
        self.reader = asyncio.create_task(self.read())

    async def read(self):
        try:
            async for message in self.socket:
                async with self.told:
                    self.types.add(message[1])
                    self.bytes = (self.bytes + message)[-200000:]
                    self.told.notify_all()
        except websockets.ConnectionClosed:
            pass
        async with self.told:
            self.told.notify_all()

    async def until(self, condition):
        async with self.told:
            await self.told.wait_for(lambda: condition() or self.reader.done())
        return condition()

    async def leave(self):
        await self.socket.close()
        await self.reader


async def enter(url, seat):
    """Before the session is active players are turned away: they come again."""
    while True:
        socket = await websockets.connect(f"{url}/?PlayerSessionId={seat}")
        player = Player(socket)
        await socket.send(HELLO)
        if await player.until(lambda: WELCOME in player.types):
            return player
        await asyncio.sleep(0.05)


async def play(url, accepted, leaver, leaves):
    players = {seat: await enter(url, seat) for seat in accepted[:3]}
    stayer = next(player for seat, player in players.items() if seat != leaver)
    if leaves:
        await players.pop(leaver).leave()
    await stayer.until(lambda: b"UpdateGameSession" in stayer.bytes)
    players[accepted[3]] = await enter(url, accepted[3])
    await stayer.until(lambda: b"TerminateProcess" in stayer.bytes)
    for player in players.values():
        await player.leave()


def main():
    leaves = "--silent-leaver" not in sys.argv
    recording, *command = [word for word in sys.argv[1:] if word != "--silent-leaver"]
    arena = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ)
    signal.signal(signal.SIGTERM, lambda *_: arena.terminate())
    url = None
    for line in arena.stderr:
        sys.stderr.write(line)
        found = re.search(r"players: http://([\d.]+:\d+)", line)
        if found:
            url = "ws://" + found[1]
            break
    if url:
        asyncio.run(play_until(arena, url, leaves, *seats(recording)))
    return arena.wait()


async def play_until(arena, url, leaves, accepted, leaver):
    """The arena's end is the players' end, too."""
    reader = asyncio.get_running_loop().run_in_executor(None, lambda: sys.stderr.write(arena.stderr.read()))
    game = asyncio.create_task(play(url, accepted, leaver, leaves))
    await asyncio.wait({game, reader}, return_when=asyncio.FIRST_COMPLETED)
    if not game.done() and reader.done():
        game.cancel()
    failures = await asyncio.gather(game, reader, return_exceptions=True)
    if isinstance(failures[0], Exception):  # told in one line: the replay has stopped the arena, most often
        sys.stderr.write(f"the players: {failures[0]}\n")


if __name__ == "__main__":
    sys.exit(main())
