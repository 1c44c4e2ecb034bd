#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local where other machines can reach it: --listen, --token, --allow-host."""
import http.client
import json
import pathlib
import subprocess
import tempfile
import unittest
import urllib.parse

import websockets

try:
    import boto3
    import botocore.exceptions
except ImportError:
    boto3 = None

from local import PROGRAM, Server, Service, until

TOKEN = "a-token-of-24-characters"
ADDRESS = "127.0.0.2"  # stands for the address of a network card: clients of 127.0.0.1 do not reach it
SIGNED = f"AWS4-HMAC-SHA256 Credential={TOKEN}/20260101/us-east-1/gamelift/aws4_request, SignedHeaders=host, Signature=0"


def run(*options):
    return subprocess.run([PROGRAM, "--port", "0", *options], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=20, check=False)


class Door(unittest.IsolatedAsyncioTestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "token"
        self.file.write_text(TOKEN + "\n")

    def start(self, *options):
        self.service = Service(*options)
        self.addCleanup(self.service.stop)

    def request(self, method, path, body=None, address="127.0.0.1", **headers):
        """(status, body)"""
        connection = http.client.HTTPConnection(address, self.service.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_other_machines_are_let_in_with_a_token_only(self):  # S84
        for address in ("0.0.0.0", "10.0.0.1"):
            result = run("--listen", address)
            self.assertEqual(2, result.returncode)
            self.assertIn("needs --token FILE", result.stderr)

    def test_a_file_without_a_token_is_one_sentence(self):
        for text, words in (("", "no token"), ("short\n", "16 to 128"), ("x" * 129, "16 to 128"),
                            ("sixteen letters with blanks\n", "16 to 128"), ("\n" + TOKEN, "no token")):
            with self.subTest(text):
                self.file.write_text(text)
                result = run("--token", self.file)
                self.assertEqual((1, 1), (result.returncode, len(result.stderr.strip().splitlines())), result.stderr)
                self.assertIn(words, result.stderr)
        self.assertIn("Is a directory", run("--token", self.file.parent).stderr)
        self.assertIn("No such file", run("--token", self.file.parent / "none").stderr)

    def test_an_address_that_is_not_ours_is_one_sentence(self):
        result = run("--listen", "192.0.2.1", "--token", self.file)
        self.assertEqual(1, result.returncode)
        self.assertIn("192.0.2.1", result.stderr)

    def test_nothing_but_health_is_to_be_had_without_the_token(self):  # S84
        self.start("--token", self.file)
        self.assertEqual(200, self.request("GET", "/_local/health")[0])
        self.assertEqual(200, self.request("GET", "/dashboard/main.js")[0])  # the program's own: the same for everybody
        for method, path, body, headers in (
                ("GET", "/", None, {}), ("GET", "/_local/state", None, {}), ("GET", "/nothing", None, {}),
                ("POST", "/_local/advance", b'{"Milliseconds":1}', {}), ("POST", "/_local/health", b"{}", {}),
                ("GET", "/_local/state?token=wrong", None, {}),
                ("GET", "/_local/state", None, {"Authorization": "Bearer " + TOKEN[:-1]})):
            with self.subTest(path=path, headers=headers):
                status, text = self.request(method, path, body, **headers)
                self.assertEqual(401, status)
                self.assertIn(b"--token", text)

    def test_a_caller_of_the_api_gets_an_exception(self):
        self.start("--token", self.file)
        status, text = self.request("POST", "/", b"{}", X_Amz_Target="GameLift.ListFleets",
                                    Authorization=SIGNED.replace(TOKEN, "AKIAIOSFODNN7EXAMPLE"))
        self.assertEqual((400, "UnrecognizedClientException"), (status, json.loads(text)["__type"]))
        status, text = self.request("POST", "/service/GameLift/operation/ListFleets", b"\xa0", smithy_protocol="rpc-v2-cbor")
        self.assertEqual(400, status)
        self.assertIn(b"UnrecognizedClientException", text)
        self.assertEqual(0xa2, text[0])  # a map of CBOR
        # Not even whether its body makes sense is told.
        self.assertIn(b"UnrecognizedClient", self.request("POST", "/", b"\xff", X_Amz_Target="GameLift.None")[1])

    def test_the_token_opens_everything_in_each_of_its_places(self):
        self.start("--token", self.file)
        bearer = {"Authorization": "Bearer " + TOKEN}
        self.assertEqual(200, self.request("GET", "/?token=" + TOKEN)[0])
        self.assertEqual(200, self.request("GET", "/_local/state", **bearer)[0])
        self.assertEqual(200, self.request("POST", "/_local/advance", b'{"Milliseconds":1}', **bearer)[0])
        for headers in (bearer, {"Authorization": SIGNED}):
            status, text = self.request("POST", "/", b"{}", X_Amz_Target="GameLift.ListFleets", **headers)
            self.assertEqual((200, [self.service.fleet]), (status, json.loads(text)["FleetIds"]))

    @unittest.skipIf(boto3 is None, "boto3 is not installed (Debian package python3-boto3)")
    def test_an_aws_sdk_shows_the_token_as_its_access_key_id(self):
        self.start("--token", self.file)
        def client(key):
            return boto3.client("gamelift", endpoint_url=self.service.url, region_name="us-east-1", aws_access_key_id=key,
                                aws_secret_access_key="any")
        self.assertEqual([self.service.fleet], client(TOKEN).list_fleets()["FleetIds"])
        with self.assertRaisesRegex(botocore.exceptions.ClientError, "UnrecognizedClientException.*--token"):
            client("AKIAIOSFODNN7EXAMPLE").list_fleets()

    async def test_a_game_server_needs_its_auth_token_only(self):  # S24
        self.start("--token", self.file)
        async with Server(self.service, "p-1") as server:
            await server.ready()

    async def test_a_game_server_that_signs_shows_the_token(self):  # S24
        self.start("--token", self.file)
        async with Server(self.service, "p-1", Authorization="SigV4", **{"X-Amz-Credential": TOKEN + "/20260101/x"}) as server:
            await server.ready()
        with self.assertRaises(websockets.InvalidStatusCode) as refusal:
            await Server(self.service, "p-2", Authorization="SigV4", **{"X-Amz-Credential": "AKIA/20260101/x"}).connect()
        self.assertEqual(403, refusal.exception.status_code)

    def test_one_address_is_listened_on_and_is_a_host(self):
        self.start("--listen", ADDRESS)
        self.assertEqual(ADDRESS, urllib.parse.urlsplit(self.service.url).hostname)
        self.assertEqual(ADDRESS, urllib.parse.urlsplit(self.service.state()["endpoint"]).hostname)
        with self.assertRaises(ConnectionRefusedError):
            self.request("GET", "/_local/health")

    async def test_all_addresses_and_the_names_that_are_told(self):
        self.start("--listen", "0.0.0.0", "--token", self.file, "--allow-host", "gamelift", "--allow-host", "10.0.0.2")
        self.assertEqual(f"http://gamelift:{self.service.port}", self.service.url)
        for host, status in (("gamelift:9080", 200), ("10.0.0.2", 200), ("localhost", 200), ("evil.example", 403)):
            for address in ("127.0.0.1", ADDRESS):
                with self.subTest(host=host, address=address):
                    self.assertEqual(status, self.request("GET", "/_local/health", address=address, Host=host)[0])
        _, text = self.request("GET", "/_local/state?token=" + TOKEN)
        self.assertEqual(f"ws://gamelift:{self.service.port}", json.loads(text)["endpoint"])
        url = Server(self.service, "p-1").url()
        async with websockets.connect(url, host="127.0.0.1", port=self.service.port):
            pass

    def test_children_dial_an_address_of_this_machine(self):
        self.start("--listen", "0.0.0.0", "--token", self.file, "--allow-host", "gamelift",
                   "--launch", "sh -c 'echo dials $GAMELIFT_SDK_WEBSOCKET_URL; sleep 60'")
        until(lambda: f"dials ws://127.0.0.1:{self.service.port}" in self.service.log(), 10, "the child says where it dials")


if __name__ == "__main__":
    unittest.main()
