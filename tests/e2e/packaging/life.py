# SPDX-License-Identifier: Apache-2.0
"""Lives of the game servers of this project on a gamelift-local, whatever runs the server's program."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from local import until

PATIENCE_S = 120  # a program that wine or qemu runs takes seconds to start, on a busy machine many


class Life(unittest.TestCase):
    """Each server lies in a folder of its own, as a studio would ship it."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = pathlib.Path(directory.name)
        self.output = self.folder / "output"

    def start(self, service, *command, **environment):
        with open(self.output, "w", encoding="utf-8") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder,
                                       env={**os.environ, **service.environment, **environment})
        self.addCleanup(process.wait, PATIENCE_S)
        self.addCleanup(process.kill)
        return process

    def wait_for(self, *words):
        line = "\t".join(words)
        until(lambda: line in self.output.read_text(encoding="utf-8").splitlines(), PATIENCE_S,
              f"the line {line!r} in {self.output.read_text(encoding='utf-8')!r}")

    def terminate(self, service, server, *last_words):
        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        self.wait_for(*last_words)
        self.assertEqual(server.wait(PATIENCE_S), 0)

    def live_as_frame_loop(self, service, *command, **environment):
        """A whole life of the example frame_loop."""
        server = self.start(service, *command, **environment)
        self.wait_for("ready")
        session = service.create_session()["GameSessionId"]
        self.wait_for("active")
        self.assertEqual(service.session(session)["Status"], "ACTIVE")
        self.terminate(service, server, "ended")

    def live_in_lua(self, service, *command, **environment):
        """A whole life of tests/e2e/lua/server.lua, with a player; the command ends with the name of its file of orders."""
        orders = self.folder / "orders"
        orders.touch()
        server = self.start(service, *command, "orders", **environment)
        self.wait_for("phase", "ready")
        session = service.create_session(Name="duel")["GameSessionId"]
        self.wait_for("phase", "active")
        seat = service.call("CreatePlayerSession", GameSessionId=session, PlayerId="ann")["PlayerSession"]
        orders.write_text(f"connect p1 {seat['PlayerSessionId']}\n", encoding="utf-8")
        self.wait_for("join", "p1", "ann")
        self.terminate(service, server, "ended", "true")
