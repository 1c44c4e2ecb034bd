#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local.exe, run by wine: a service that back ends and game servers of both systems use."""
import contextlib
import http.server
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import bundle
import life
import local
import windows
from life import PATIENCE_S
from local import until
from windows import BUILD, WINE, foreign_dlls

PROGRAM = BUILD / "gamelift-local.exe"
EXAMPLES = pathlib.Path(os.environ["GLIFT_BUILD"]) / "examples"  # of this machine
DASHBOARD = bundle.SOURCE / "assets/dashboard"
AWS = shutil.which("aws", path="/usr/bin")

local.START_TIMEOUT_S = PATIENCE_S


def setUpModule():
    windows.set_up_module()


class Service(local.Service):
    def __init__(self, *options, **more):
        super().__init__(*options, wrapper=(WINE,), program=PROGRAM, **more)

    def interrupt(self):
        """Ctrl+C, as wine passes it on; the exit code."""
        self.popen.send_signal(signal.SIGINT)
        return self.popen.wait(PATIENCE_S)

    def stop(self):
        if self.popen.poll() is None:
            self.interrupt()
        return super().stop()


def run(*arguments):
    return subprocess.run([WINE, PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE_S, check=False)


class Case(life.Life):
    def service(self, *options, **more):
        service = Service(*options, **more)
        self.addCleanup(service.stop)
        return service

    def pack(self):
        """A server for Windows with its library, in the folder."""
        for path in (BUILD / "examples/frame_loop.exe", BUILD / "libgamelift.dll"):
            shutil.copy(path, self.folder)
        return self.folder / "frame_loop.exe"


class Program(Case):
    def test_it_needs_the_system_alone(self):
        self.assertEqual(foreign_dlls(PROGRAM), [])

    def test_no_path_of_the_build_is_in_what_is_shipped(self):
        stripped = self.folder / "stripped.exe"
        subprocess.run(["x86_64-w64-mingw32-strip", "-o", stripped, PROGRAM], check=True)
        self.assertNotIn(str(bundle.SOURCE).encode(), stripped.read_bytes())

    def test_ctrl_c_ends_it(self):
        service = self.service()
        self.assertEqual(service.interrupt(), 0)
        self.assertIn("stopping", service.log())
        with self.assertRaises(OSError):
            service.open("/_local/health")

    def test_what_cannot_be_is_told_in_one_sentence(self):
        service = self.service()
        for options, why in (
                (("--frob",), "--frob is no option"),
                (("--port", "70000"), "--port takes"),
                (("--port", str(service.port)), "is in use"),
                (("--port", "0", "--demo", "--launch", " "), "the command of --launch is empty"),
                (("--port", "0", "--demo", "--launch", "x", "--launch-log-dir", self.folder / "no"), "cannot write into"),
                (("--token", self.folder / "nö"), "nö: No such file or directory"),
                (("--tls-cert", self.folder / "none", "--tls-key", self.folder / "none"), "No such file or directory"),
                (("--port", "0", "--record", self.folder), "Is a directory"),
                (("--state", self.folder / "none/state.db"), "No such file or directory"),
                (("bench", self.folder / "none"), "No such file or directory"),
                (("--check-health", "--port", "1"), "nothing serves at 127.0.0.1:1: Connection refused")):
            with self.subTest(why):
                done = run(*options)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(why, done.stderr)
        self.assertEqual(run("--check-health", "--port", str(service.port)).returncode, 0)


class Lives(Case):
    def test_a_server_of_this_machine(self):
        self.live_as_frame_loop(self.service(), EXAMPLES / "frame_loop")

    def test_a_server_of_windows(self):
        self.live_as_frame_loop(self.service(), WINE, self.pack())

    def test_both_over_tls(self):
        certificate, key, trust = local.make_certificate(self.folder)
        service = self.service("--tls-cert", certificate, "--tls-key", key, trust=trust)
        for command in ([EXAMPLES / "frame_loop"], [WINE, self.pack()]):
            with self.subTest(command[-1].name):
                self.live_as_frame_loop(service, *command, SSL_CERT_FILE=str(certificate),
                          GAMELIFT_SDK_PROCESS_ID=service.environment["GAMELIFT_SDK_PROCESS_ID"])

    def test_servers_are_launched_and_ended(self):
        logs = self.folder / "logs ü"
        logs.mkdir()
        service = self.service("--launch", f'"{self.pack()}"', "--instances", "2", "--launch-log-dir", logs,
                               "--launch-grace", "2")
        states = lambda: {one["process_id"]: one["state"] for one in service.state()["processes"]}
        until(lambda: states() == {"server-1": "READY", "server-2": "READY"}, PATIENCE_S, "two servers")
        session = service.create_session()["GameSessionId"]
        until(lambda: service.session(session)["Status"] == "ACTIVE", PATIENCE_S, "the session")
        service.control("terminate", ProcessId="server-1")
        until(lambda: states().get("server-3") == "READY", PATIENCE_S, "a third server")
        self.assertEqual((logs / "server-1.log").read_text(encoding="utf-8").splitlines()[0], "ready")
        self.assertRegex(service.log(), r"server-1 ended with exit code 0")
        self.assertEqual(service.interrupt(), 0)

    def test_a_server_that_cannot_be_started_is_told(self):
        service = self.service("--launch", "nowhere.exe")
        until(lambda: "was not started: No such file or directory" in service.log(), PATIENCE_S, "the reason")
        self.assertEqual(service.interrupt(), 0)

    def test_a_recording_is_played_to_a_server_of_windows(self):
        recording = self.folder / "aufnähme.jsonl"
        server = self.pack()
        service = self.service("--record", recording)
        self.live_as_frame_loop(service, WINE, server)
        self.assertEqual(service.interrupt(), 0)
        done = run("replay", "--wait", "60", recording, "--", server)
        self.assertIn("the server did as in the recording", done.stdout, done.stderr)
        self.assertEqual(done.returncode, 0)
        missing = run("replay", recording, "--", "nowhere.exe")
        self.assertIn("cannot run nowhere.exe: No such file or directory", missing.stderr)


class Doors(Case):
    @unittest.skipUnless(AWS, "the AWS CLI is not installed (Debian package awscli)")
    def test_the_aws_cli(self):
        service = self.service()
        keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
        for operation, expected in (("list-fleets", service.fleet), ("list-aliases", "Aliases")):
            done = subprocess.run([AWS, "--endpoint-url", service.url, "gamelift", operation], capture_output=True,
                                  text=True, timeout=PATIENCE_S, check=True, env={**os.environ, **keys})
            self.assertIn(expected, done.stdout)

    def test_the_dashboard(self):
        service = self.service()
        with service.open("/") as page:
            self.assertEqual(page.read(), (DASHBOARD / "index.html").read_bytes())
        for path in [*DASHBOARD.glob("*.js"), *DASHBOARD.glob("*.css")]:
            with self.subTest(path.name), service.open(f"/dashboard/{path.name}") as file:
                self.assertEqual(file.read(), path.read_bytes())

    def test_more_connections_than_windows_waits_for_at_once(self):
        service = self.service()
        question = b"GET /_local/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", service.port), PATIENCE_S))
                       for _ in range(150)]
            for _ in range(2):
                for client in clients:
                    client.sendall(question)
                for client in clients:
                    self.assertTrue(client.recv(4096).startswith(b"HTTP/1.1 200"))

    def test_a_webhook_gets_events(self):
        heard = threading.Event()

        class Receiver(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                heard.set()
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        service = self.service("--webhook", f"http://127.0.0.1:{server.server_address[1]}/")
        service.call("StartMatchmaking", ConfigurationName="arena", Players=[{"PlayerId": "ann"}])
        self.assertTrue(heard.wait(PATIENCE_S))


class State(Case):
    def test_what_is_kept_is_there_after_ctrl_c_and_after_a_kill(self):
        file = self.folder / "zustände.db"
        service = self.service("--state", file)
        service.call("CreateAlias", Name="first", RoutingStrategy={"Type": "SIMPLE", "FleetId": service.fleet})
        self.assertEqual(service.interrupt(), 0)
        service = self.service("--state", file)
        service.call("CreateAlias", Name="second", RoutingStrategy={"Type": "SIMPLE", "FleetId": service.fleet})
        self.assertIn("another gamelift-local uses it", run("--port", "0", "--state", file).stderr)
        service.popen.kill()
        service.popen.wait(PATIENCE_S)
        time.sleep(1)  # until wine has closed what the process had
        service = self.service("--state", file)
        self.assertEqual(sorted(alias["Name"] for alias in service.call("ListAliases")["Aliases"]), ["first", "second"])


if __name__ == "__main__":
    unittest.main()
