#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""/_local/live: a page is sent what it asks for, then what changes and nothing else; a bad page costs nobody anything."""
import asyncio
import json
import pathlib
import tempfile
import unittest

import websockets

from local import Server, Service

PATIENCE_S = 60
TOKEN = "live-token_0123456789"
QUIET_S = 0.8  # several times as long as the feed waits between two looks


class Page:
    """A page that watches."""

    def __init__(self, service, query="", **headers):
        self.url = service.url.replace("http", "ws", 1) + "/_local/live" + query
        self.headers = headers
        self.held = {}  # by subscription, what a page would show

    async def __aenter__(self):
        self.socket = await websockets.connect(self.url, max_size=None, extra_headers=self.headers)
        return self

    async def __aexit__(self, *_):
        self.socket.transport.abort()  # a Close frame would stand in line behind what was not taken
        await self.socket.wait_closed()

    async def send(self, **message):
        await self.socket.send(json.dumps(message))

    async def take(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_S))

    async def is_quiet(self):
        try:
            return not await asyncio.wait_for(self.socket.recv(), QUIET_S)
        except asyncio.TimeoutError:
            return True

    async def subscribe(self, number, what, **parameters):
        """Returns the first answer."""
        await self.send(subscribe=number, what=what, **parameters)
        answer = await self.take()
        self.apply(answer)
        return answer

    def apply(self, message):
        """What assets of a page do with a message."""
        number = message["id"]
        if "error" in message:
            return
        if message.get("whole"):
            self.held[number] = {name: value for name, value in message.items() if name not in ("id", "whole")}
            if "rows" in message:
                self.held[number]["keys"] = [row["key"] for row in message["rows"]]
            return
        held = self.held[number]
        for name, value in message.items():
            if name == "rows":
                rows = {row["key"]: row for row in held["rows"] + value}
                held["rows"] = [rows[key] for key in message.get("keys", held["keys"])]
            elif name == "row":
                held["row"].update(value)
            elif name in ("history", "messages"):
                held[name] += value
            elif name != "id":
                held[name] = value

    async def until(self, number, condition):
        while not condition(self.held[number]):
            self.apply(await self.take())
        return self.held[number]


class Live(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--match-tick", "0.05")

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def document(self, path):
        with self.service.open("/_local/" + path) as answer:
            return json.load(answer)

    async def test_a_list_goes_on_with_what_changes(self):
        async with Page(self.service) as page, Server(self.service, "list-1") as server:
            whole = await page.subscribe(1, "list", kind="game_sessions")
            self.assertEqual(self.document("list?kind=game_sessions"),
                             {name: value for name, value in whole.items() if name not in ("id", "whole")})
            session = await server.host(seats=2)
            held = await page.until(1, lambda held: held["rows"] and held["rows"][0]["status"] == "ACTIVE")
            self.assertEqual(session, held["rows"][0]["game_session_id"])
            self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")
            change = await page.take()
            self.assertEqual({"id", "total", "rows"}, change.keys())  # the order is as it was
            self.assertEqual([1], [row["current_player_session_count"] for row in change["rows"]])
            page.apply(change)
            held = dict(page.held[1])
            held.pop("keys")
            self.assertEqual(self.document("list?kind=game_sessions"), held)
            self.assertTrue(await page.is_quiet())

    async def test_lists_are_filtered_and_paged(self):
        async with Page(self.service) as page:
            for name in ("filter-a", "filter-b", "filter-c", "other"):
                self.service.call("CreateGameSessionQueue", Name=name)
            first = await page.subscribe(1, "list", kind="queues", text="FILTER", limit=2, order="oldest")
            self.assertEqual((3, ["filter-a", "filter-b"]), (first["total"], [row["name"] for row in first["rows"]]))
            second = await page.subscribe(1, "list", kind="queues", text="FILTER", limit=2, offset=2, order="oldest")
            self.assertEqual((3, ["filter-c"]), (second["total"], [row["name"] for row in second["rows"]]))
            self.service.call("DeleteGameSessionQueue", Name="filter-a")
            held = await page.until(1, lambda held: held["total"] == 2)
            self.assertEqual([], held["rows"])

    async def test_one_thing_goes_on_with_members_that_change(self):
        async with Page(self.service) as page:
            answer = await page.subscribe(7, "detail", kind="processes", id="detail-1")
            self.assertIn("There is nothing of kind processes with id detail-1", answer["error"])
            async with Server(self.service, "detail-1") as server:
                whole = await page.take()
                self.assertTrue(whole["whole"])
                page.apply(whole)
                await server.ready()
                held = await page.until(7, lambda held: held["row"]["state"] == "READY")
                self.assertEqual(self.document("detail?kind=processes&id=detail-1"), held)
                await server.ask("HeartbeatServerProcess", HealthStatus=True)
                change = await page.take()
                self.assertLessEqual({"last_heartbeat_unix_ms", "healthy"}, change["row"].keys())
                self.assertNotIn("process_id", change["row"])

    async def test_messages_come_as_they_are_said(self):
        async with Page(self.service) as page:
            await page.subscribe(3, "messages", kind="call", action="ListFleets")
            self.assertTrue(await page.is_quiet())
            self.service.call("ListFleets", Limit=1)
            self.service.call("ListLocations")
            asked, answered = (await page.take())["messages"]
            self.assertEqual(("in", "out"), (asked["direction"], answered["direction"]))
            self.assertEqual((asked["serial"], 200), (answered["pair"], answered["status"]))
            self.assertGreaterEqual(answered["took_us"], 0)

    async def test_the_overview_tells_what_needs_a_look(self):
        async with Page(self.service) as page:
            await page.subscribe(2, "overview")
            async with Server(self.service, "lost-1") as server:
                await server.ready()
            held = await page.until(2, lambda held: any("lost-1" in one["text"] for one in held["attention"]))
            kind, key = next((one["kind"], one["key"]) for one in held["attention"] if "lost-1" in one["text"])
            self.assertEqual("lost-1", self.document(f"detail?kind={kind}&key={key}")["row"]["process_id"])
            self.assertEqual(self.document("overview")["counts"], held["counts"])

    async def test_what_is_wrong_gets_a_sentence(self):
        async with Page(self.service) as page:
            for message, sentence in (
                    ("{}", "either subscribe or unsubscribe"), ("[]", "JSON object"), ("no JSON", "JSON object"),
                    ('{"subscribe": 65, "what": "list"}', "from 1 to 64"), ('{"subscribe": 1.5}', "from 1 to 64"),
                    ('{"subscribe": 1}', "what is none of"), ('{"subscribe": 1, "what": "list"}', "kind is missing"),
                    ('{"subscribe": 1, "what": "list", "kind": "x"}', "kind is none of processes"),
                    ('{"subscribe": 1, "what": "list", "kind": "queues", "limit": 501}', "0 to 500"),
                    ('{"subscribe": 1, "what": "list", "kind": "queues", "limit": -1}', "0 to 500"),
                    ('{"subscribe": 1, "what": "list", "kind": "queues", "key": "1"}', "key is no parameter of list"),
                    ('{"subscribe": 1, "what": "overview", "x": {}}', "neither a text nor a number"),
                    ('{"subscribe": 1, "what": "detail", "kind": "queues"}', "one of key and id")):
                await page.socket.send(message)
                answer = await page.take()
                self.assertIn(sentence, answer["error"], message)
            self.assertTrue((await page.subscribe(1, "overview"))["whole"])

    async def test_a_reset_sends_everything_anew(self):
        async with Page(self.service) as page:
            await page.subscribe(1, "list", kind="fleets")
            before = page.held[1]["rows"]
            self.service.open("/_local/reset", b"{}").close()
            while page.held[1]["rows"] == before:
                self.assertTrue((message := await page.take())["whole"])
                page.apply(message)
            fleet = page.held[1]["rows"][0]["fleet_id"]
        text = (self.service.path / "env").read_text()
        self.assertIn(fleet, text)
        self.service.fleet = fleet
        for line in text.splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            self.service.environment[name] = value


class Strangers(unittest.IsolatedAsyncioTestCase):
    """What a page may not do, and what that costs."""

    @classmethod
    def setUpClass(cls):
        cls.service = Service("--match-tick", "0.05")

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    async def refused(self, service=None, query="", **headers):
        page = Page(service or self.service, query, **headers)
        with self.assertRaises(websockets.InvalidStatusCode) as refusal:
            await page.__aenter__()
        return refusal.exception.status_code

    async def test_pages_of_other_origins_are_refused(self):
        self.assertEqual(403, await self.refused(Origin="http://evil.example"))

    async def test_frames_that_are_not_masked_end_it(self):
        async with Page(self.service) as page:
            page.socket.transport.write(b"\x81\x02{}")
            with self.assertRaises(websockets.ConnectionClosed) as end:
                await page.take()
            self.assertEqual(1002, end.exception.code)

    async def test_binary_messages_and_long_ones_end_it(self):
        for message, code in ((b"{}", 1003), ("x" * 20000, 1009)):
            async with Page(self.service) as page:
                await page.socket.send(message)
                with self.assertRaises(websockets.ConnectionClosed) as end:
                    await page.take()
                self.assertEqual(code, end.exception.code)

    async def test_a_flood_of_nonsense_ends_it(self):
        async with Page(self.service) as page:
            with self.assertRaises(websockets.ConnectionClosed) as end:
                for _ in range(100):
                    await asyncio.gather(*(page.socket.send("nonsense") for _ in range(100)))
                while True:
                    await page.take()
            self.assertIn(end.exception.code, (1006, 1008))
        self.assertTrue(self.service.call("ListFleets")["FleetIds"])

    async def test_a_thousand_subscriptions_are_sixty_four(self):
        async with Page(self.service) as page:
            for i in range(1000):
                await page.send(subscribe=i % 64 + 1, what="list", kind="fleets")
            seen = set()
            while len(seen) < 64:
                seen.add((await page.take())["id"])

    async def test_a_page_that_does_not_read_is_sent_no_more_than_it_takes(self):
        async with Page(self.service) as slow, Page(self.service) as quick:
            for number in range(1, 65):
                await slow.send(subscribe=number, what="messages", limit=1000)
            slow.socket.transport.pause_reading()
            before = self.memory()
            await quick.subscribe(1, "messages", kind="call", limit=1)
            for _ in range(200):
                self.service.call("ListFleets")
            await quick.until(1, lambda held: held["last"] > 300)
            self.assertLess(self.memory() - before, 64 << 20)

    def memory(self):
        text = pathlib.Path(f"/proc/{self.service.popen.pid}/statm").read_text()
        return int(text.split()[1]) * 4096

    async def test_so_many_pages_and_no_more(self):
        pages = [Page(self.service) for _ in range(16)]
        for page in pages:
            await page.__aenter__()
        self.assertEqual(503, await self.refused())
        await pages[0].__aexit__()
        await asyncio.wait_for(self.subscribed(), PATIENCE_S)
        for page in pages[1:]:
            await page.__aexit__()

    async def subscribed(self):
        """As soon as there is a place."""
        while True:
            try:
                async with Page(self.service) as page:
                    return await page.subscribe(1, "overview")
            except websockets.InvalidStatusCode:
                await asyncio.sleep(0.05)

    async def test_the_token_is_needed_where_there_is_one(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "token"
            file.write_text(TOKEN + "\n")
            service = Service("--token", file)
            try:
                self.assertEqual(401, await self.refused(service))
                self.assertEqual(401, await self.refused(service, query="?token=x" + TOKEN))
                for query, headers in (("?token=" + TOKEN, {}), ("", {"Authorization": "Bearer " + TOKEN})):
                    async with Page(service, query, **headers) as page:
                        self.assertTrue((await page.subscribe(1, "overview"))["whole"])
            finally:
                self.assertEqual(0, service.stop())


if __name__ == "__main__":
    unittest.main()
