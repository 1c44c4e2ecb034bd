#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""GET /_local/openapi.json: it describes each route of the listener and no other, and answers are as it says."""
import json
import os
import pathlib
import re
import subprocess
import unittest
import urllib.error
import urllib.parse

import npm
from local import Server, Service, until

ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = re.compile(r"^\} pages\[\] = \{\n(.*?)^\};", re.S | re.M)
CONTROLS = re.compile(r"^static const api_operation controls\[\] = \{\n(.*?)^\};", re.S | re.M)
MEMBERS = re.compile(r"^(?:static )?const api_member (\w+)\[\] = \{(.*?)\};", re.S | re.M)
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list}
KEYS = {"type", "properties", "required", "items", "enum", "description", "minimum", "maximum", "minLength", "maxLength",
        "maxProperties", "additionalProperties", "$ref"}
# Two in three find each other.
BENCH = {"rule_set": {"name": "x", "ruleLanguageVersion": "1.0", "playerAttributes": [{"name": "skill", "type": "number"}],
                      "teams": [{"name": "all", "minPlayers": 2, "maxPlayers": 2}],
                      "rules": [{"name": "near", "type": "batchDistance", "batchAttribute": "skill", "maxDistance": 1}]},
         "tickets": [{"Players": [{"PlayerId": f"p{skill}", "PlayerAttributes": {"skill": {"N": skill}}}]} for skill in (1, 2, 9)]}


def routes_of_sources():
    """{(method, path)} of the tables in the listener and in the controls; "/logs/" is all paths that begin so."""
    pages = PAGES.search((ROOT / "sdk/local/listen/listen_http.c").read_text()).group(1)
    controls = CONTROLS.search((ROOT / "sdk/local/api/control.c").read_text()).group(1)
    return {("get", path) for path in re.findall(r'\{"([^"]+)"', pages)} | \
           {("post", "/_local/" + name) for name in re.findall(r'\{"([^"]+)"', controls)}


def members_of_sources():
    """{control: {member: is it required}}"""
    controls = CONTROLS.search((ROOT / "sdk/local/api/control.c").read_text()).group(1)
    tables = {}
    for path in (ROOT / "sdk/local/api").glob("*.c"):
        tables.update(MEMBERS.findall(path.read_text()) if path.name.endswith(("control.c", "bench.c", "bench_input.c")) else ())
    return {name: {member: needed == "true"
                   for member, needed in re.findall(r'\{"(\w+)",\s*&\w+,\s*(true|false)\}', tables[table])}
            for name, table in re.findall(r'\{"([^"]+)", (\w+),', controls)}


class Document(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Service("--match-tick", "0.05")
        with cls.service.open("/_local/openapi.json") as answer:
            assert answer.headers["Content-Type"] == "application/json"
            cls.document = json.load(answer)

    @classmethod
    def tearDownClass(cls):
        assert cls.service.stop() == 0

    def resolved(self, node):
        while "$ref" in node:
            self.assertRegex(node["$ref"], "^#/components/")
            name = node["$ref"]
            node = self.document
            for part in name[2:].split("/"):
                node = node[part]
        return node

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method, path, operation

    def check(self, value, schema, where, growing=False):
        """Whether a value is as its schema says, and has no member that the schema does not describe."""
        schema = self.resolved(schema)
        self.assertLessEqual(schema.keys(), KEYS, where)
        if isinstance(schema["type"], list):  # one of several
            self.assertIn(type(value), [TYPES[kind] for kind in schema["type"]], where)
            return
        self.assertIsInstance(value, TYPES[schema["type"]], where)
        self.assertEqual(schema["type"] == "boolean", isinstance(value, bool), where)
        if "enum" in schema:
            self.assertIn(value, schema["enum"], where)
        if isinstance(value, list):
            for one in value:
                self.check(one, schema["items"], where + "[]", growing)
        if isinstance(value, dict) and "properties" in schema:
            self.assertLessEqual(set(schema.get("required", [])), value.keys(), where)
            if not growing:
                self.assertLessEqual(value.keys(), schema["properties"].keys(), where)
            for name, one in value.items():
                if name in schema["properties"]:
                    self.check(one, schema["properties"][name], f"{where}.{name}", growing)

    # ---- the document ----

    def test_it_is_what_lies_in_the_sources(self):
        self.assertEqual("3.1.0", self.document["openapi"])
        self.assertEqual(json.loads((ROOT / "sdk/local/listen/openapi.json").read_text()), self.document)

    def test_each_route_is_described_and_no_other(self):
        routes = routes_of_sources()
        self.assertGreaterEqual(len(routes), 11)
        self.assertEqual(routes, {(method, path.partition("{")[0]) for method, path, _ in self.operations()})

    def test_each_route_is_in_the_help(self):
        text = subprocess.run([os.environ["GLIFT_BUILD"] + "/gamelift-local", "--help-all"], capture_output=True, text=True,
                              check=True).stdout
        self.assertEqual(routes_of_sources(), {(method.lower(), path) for method, path in
                                               re.findall(r"(?m)^(GET|POST) +(/[^\sA-Z]*)", text)})

    def test_each_member_of_a_control_is_described_and_no_other(self):
        controls = members_of_sources()
        for method, path, operation in self.operations():
            if method == "post":
                schema = self.resolved(operation["requestBody"]["content"]["application/json"]["schema"])
                members = {name: name in schema.get("required", []) for name in schema["properties"]}
                self.assertEqual(controls.pop(path.removeprefix("/_local/")), members, path)
                self.assertEqual(any(members.values()), operation["requestBody"]["required"])
        self.assertEqual({}, controls)

    def test_all_references_lead_somewhere_and_all_components_are_used(self):
        text = json.dumps(self.document)
        used = set(re.findall(r'"\$ref": "([^"]+)"', text))
        for name in used:
            self.resolved({"$ref": name})
        parts = self.document["components"]
        self.assertEqual({f"#/components/{kind}/{name}" for kind in ("schemas", "responses") for name in parts[kind]}, used)

    def test_operations_have_names_of_their_own_and_say_what_they_do(self):
        names = [operation["operationId"] for _, _, operation in self.operations()]
        self.assertEqual(len(names), len(set(names)))
        for _, path, operation in self.operations():
            self.assertRegex(operation["summary"], r"^[A-Z].*\.$", path)
            self.assertLessEqual({"200", "403"}, operation["responses"].keys(), path)

    # ---- what is answered ----

    def bench(self):
        """Puts a rule set on trial, and waits for what comes of it."""
        with self.service.open("/_local/rule_set_bench", json.dumps(BENCH).encode()) as answer:
            self.assertEqual({"bench_id": "bench-1"}, json.load(answer))
        until(lambda: json.load(self.service.open("/_local/rule_set_bench?id=bench-1"))["state"] == "DONE")

    async def test_answers_are_as_it_says(self):
        async with Server(self.service, "p-1") as server:
            session = await server.host(seats=2, GameProperties=[{"Key": "map", "Value": "dust"}])
            self.service.call("CreatePlayerSession", GameSessionId=session, PlayerId="nova")
            self.service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": "rex"}])
            self.bench()
            state = self.service.state()
            for name in ("locations", "fleets", "computes", "processes", "game_sessions", "player_sessions", "tickets", "queues"):
                self.assertTrue(state[name], name)
            for method, path, operation in self.operations():
                if method == "get":
                    (kind, content), = operation["responses"]["200"]["content"].items()
                    parameters = operation.get("parameters", [])
                    query = {one["name"]: one["example"] for one in parameters if "example" in one}
                    self.assertEqual(re.findall(r"\{(\w+)\}", path), [one["name"] for one in parameters if one["in"] == "path"])
                    place = path.replace("{GameSessionId}", urllib.parse.quote(session, safe="")).replace("{File}", "main.js")
                    with self.service.open(place + "?" + urllib.parse.urlencode(query)) as answer:
                        self.assertEqual(kind, answer.headers["Content-Type"].split(";")[0], path)
                        if kind == "application/json":
                            self.check(json.load(answer), content["schema"], path, growing=path == "/_local/state")

    def test_nothing_else_is_found(self):
        for path in ("/dashboard", "/dashboard/", "/dashboard/none.js", "/logs", "/logs/", "/logs/none", "/_local", "/_local/", "/_local/advance", "/_local/state/", "//", "/x",
                     "/service/GameLift/operation/ListFleets"):
            with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as refusal:
                self.service.open(path)
            with refusal.exception as error:
                self.assertEqual(404, error.code)

    async def test_controls_answer_as_it_says(self):
        asked = {"advance": {"Milliseconds": 1}, "refresh": {"ProcessId": "p-2", "Endpoint": "ws://127.0.0.1:1"},
                 "terminate": {"ProcessId": "p-2", "NoticeSeconds": 60}, "drop": {"ProcessId": "p-2", "CloseCode": 1001},
                 "faults": {"name": "slow_api", "parameters": {"milliseconds": 1}, "scope": {"next": 1}, "seconds": 60},
                 "faults/clear": {}, "rule_set_bench": BENCH, "rule_set_bench/cancel": {"bench_id": "bench-1"}, "reset": {}}
        posts = {path.removeprefix("/_local/"): operation for method, path, operation in self.operations() if method == "post"}
        self.assertEqual(posts.keys(), asked.keys())
        async with Server(self.service, "p-2") as server:
            await server.ready()
            for name, members in asked.items():
                with self.subTest(name):
                    (kind, content), = posts[name]["responses"]["200"]["content"].items()
                    with self.service.open("/_local/" + name, json.dumps(members).encode()) as answer:
                        self.assertEqual(kind, answer.headers["Content-Type"])
                        self.check(json.load(answer), content["schema"], name)
        text = (self.service.path / "env").read_text()  # the reset made a new demo
        self.service.environment.update(re.findall(r"^export (\w+)=(.*)$", text, re.M))
        self.service.fleet = self.service.environment["GAMELIFT_SDK_FLEET_ID"]

    def test_refusals_are_as_it_says(self):
        for method, path, operation in self.operations():
            required = method == "post" and operation["requestBody"]["required"]
            if not required:
                continue
            (_, content), = self.resolved(operation["responses"]["400"])["content"].items()
            with self.subTest(path), self.assertRaises(urllib.error.HTTPError) as refusal:
                self.service.open(path, b"{}")
            with refusal.exception as error:
                self.assertEqual(400, error.code)
                self.check(json.load(error), content["schema"], path)


@unittest.skipUnless(os.environ.get("GLIFT_LONG"), "fetches a validator of OpenAPI: with --long")
class Validator(unittest.TestCase):
    def test_a_validator_of_openapi_finds_no_fault(self):
        folder = npm.fetch("@seriousme/openapi-schema-validator@2", "openapi_validator")
        script = folder / "validate.mjs"
        script.write_text('import { Validator } from "@seriousme/openapi-schema-validator";\n'
                          "const validator = new Validator();\n"
                          "const result = await validator.validate(process.argv[2]);\n"
                          "console.log(validator.version, JSON.stringify(result.valid ? [] : result.errors));\n")
        source = ROOT / "sdk/local/listen/openapi.json"
        broken = folder / "broken.json"
        broken.write_text(source.read_text().replace('"operationId"', '"operationid"', 1).replace('"summary"', '"sumary"', 1))
        for path, good in ((source, True), (broken, False)):
            run = subprocess.run(["node", script, path], cwd=folder, capture_output=True, text=True, timeout=60, check=True)
            self.assertEqual(good, run.stdout.strip() == "3.1 []", run.stdout)


if __name__ == "__main__":
    unittest.main()
