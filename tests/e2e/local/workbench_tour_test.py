#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A tour of the page in twelve pictures, made anew by each run in screenshots/tour of the build folder.

With GLIFT_ACCEPT=1 they take the place of those in assets/tour, after somebody has looked at them.
"""
import asyncio
import base64
import os
import pathlib
import shutil
import unittest

from chromium import missing
from local import Server, Service
from workbench import Page, host, one_match

ROOT = pathlib.Path(__file__).resolve().parents[3]
KEPT = ROOT / "assets/tour"
MADE = pathlib.Path(os.environ["GLIFT_BUILD"]) / "screenshots" / "tour"
SIZE, PHONE = (1280, 800), (390, 780)
QUALITY = 82
MOST_BYTES = 120_000


@unittest.skipIf(missing(), missing())
class Tour(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        self.service = Service("--match-settle", "0.1", "--match-tick", "0.1", "--seed", "9")
        self.addCleanup(self.service.stop)
        self.page = Page(self.service)
        self.addCleanup(self.page.close)
        shutil.rmtree(MADE, ignore_errors=True)
        MADE.mkdir(parents=True)
        self.made = []

    def picture(self, name, place=None, theme="dark", size=SIZE):
        self.page.look_as(size, theme)
        if place:
            self.page.go(place)
        self.page.settle()
        self.page.driver.execute_script("document.getElementById('toast').className = ''")
        shot = self.page.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
        self.made.append(f"{len(self.made) + 1:02}-{name}.webp")
        (MADE / self.made[-1]).write_bytes(base64.b64decode(shot["data"]))

    async def beats(self, servers, minutes):
        for minute in range(minutes):
            for number, server in enumerate(servers):
                await server.ask("HeartbeatServerProcess", HealthStatus=not (number == 1 and minute == 2))
            self.service.control("advance", Milliseconds=60000)

    async def players_come_and_go(self, servers, session_id):
        for name in ("kestrel", "ada", "juno"):
            seat = self.service.call("CreatePlayerSession", GameSessionId=session_id, PlayerId=name)["PlayerSession"]
            await servers[0].ask("AcceptPlayerSession", GameSessionId=session_id, PlayerSessionId=seat["PlayerSessionId"])
            await self.beats(servers, 1)
            if name == "ada":
                await servers[0].ask("RemovePlayerSession", GameSessionId=session_id, PlayerSessionId=seat["PlayerSessionId"])
        self.service.call("CreatePlayerSession", GameSessionId=session_id, PlayerId="mia")

    async def test_twelve_pictures(self):
        self.page.look_as(SIZE, "light")
        self.page.open("overview")
        self.picture("first-start", theme="light")
        servers = [await Server(self.service, f"arena-{number}").connect() for number in range(1, 7)]
        session_id = await one_match(self.service, servers[0], ("nova", "zephyr"), Name="Canyon, capture the flag")
        await one_match(self.service, servers[1], ("lyra", "orion", "vega"), Name="Docks, deathmatch")
        await one_match(self.service, servers[2], ("sol", "io"), Name="Practice")
        for server in servers[3:]:
            await server.ready()
        await self.beats(servers, 6)
        await self.players_come_and_go(servers, session_id)
        again = await Server(self.service, "arena-3").connect()  # a process that starts anew had crashed
        again.count = 100
        await again.ready()
        for number, name in enumerate(("rigel", "atlas")):
            self.service.call("StartMatchmaking", ConfigurationName="arena", TicketId=f"ticket-{name}", Players=[{"PlayerId": name}])
            if number == 0:
                self.service.control("advance", Milliseconds=1000)
        push = await next_push(servers[3:] + [again])
        await self.finish(push)
        self.service.call("StartMatchmaking", ConfigurationName="arena", TicketId="ticket-altair", Players=[{"PlayerId": "altair"}])
        self.refuse_something()
        self.picture("overview", "overview")
        self.picture("sessions", "sessions", "light")
        self.picture("session", "sessions/" + session_id)
        self.picture("process", "processes/arena-2", "light")
        self.picture("ticket", "tickets/ticket-altair")
        self.picture("messages", "messages")
        self.page.go("messages?action=AcceptPlayerSession")
        self.page.press("Pause")
        self.page.press("AcceptPlayerSession", ".list")
        self.page.wait_for("Answer", "#detail")
        self.picture("message", theme="light")
        self.page.go("bench")
        self.page.press("Run the bench")
        self.page.wait_for("Never matched", ".bench-result")
        self.picture("bench")
        self.service.control("faults", name="slow_answers", parameters={"milliseconds": 800}, scope={"process_id": "arena-1"})
        self.service.control("faults", name="refused_connections", seconds=300)
        self.page.go("faults")
        self.page.wait_for("refused connections", "#alerts")
        self.picture("faults", theme="light")
        self.service.control("faults/clear")
        self.picture("phone-overview", "overview", "light", PHONE)
        self.picture("phone-session", "sessions/" + session_id, "dark", PHONE)
        self.check()
        for server in (*servers, again):
            await server.socket.close()

    async def finish(self, found):
        server, push = found
        server.pushes.insert(0, push)
        await host(self.service, server)

    def refuse_something(self):
        try:
            self.service.call("DescribeGameSessions", GameSessionId="arn:aws:gamelift:us-east-1::gamesession/none/none")
        except Exception as refusal:  # it is what the picture is about
            self.assertIn("NotFound", str(refusal))

    def check(self):
        for name in self.made:
            self.assertLess((MADE / name).stat().st_size, MOST_BYTES, name)
        if os.environ.get("GLIFT_ACCEPT"):
            shutil.rmtree(KEPT, ignore_errors=True)
            shutil.copytree(MADE, KEPT)
        self.assertEqual(sorted(self.made), sorted(path.name for path in KEPT.iterdir()))


async def next_push(servers):
    """The first of them that is pushed something, and what."""
    tasks = {asyncio.create_task(server.push()): server for server in servers}
    done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    task = done.pop()
    return tasks[task], task.result()


if __name__ == "__main__":
    unittest.main()
