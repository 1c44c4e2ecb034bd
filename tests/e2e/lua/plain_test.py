#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A game server in plain Lua lives a whole life on gamelift-local: the shipped modules, real sockets, every Lua."""
import os
import pathlib
import re
import shutil
import subprocess
import unittest

from local import Service, until

HERE = pathlib.Path(__file__).resolve().parent
MODULES = pathlib.Path(os.environ["GLIFT_BUILD"]) / "lua"
VERSIONS = os.environ["GLIFT_LUA_VERSIONS"].split()
PATIENCE_S = 20


def programs():
    for version in VERSIONS:
        yield f"lua{version}", version
    if "5.1" in VERSIONS:
        yield "luajit", "5.1"


def preloaded():
    """A module under a sanitizer needs its library first in a program that has none."""
    linked = subprocess.run(["ldd", MODULES / VERSIONS[0] / "gamelift.so"], capture_output=True, text=True, check=True)
    library = re.search(r"\S*/lib[at]san\.so\S*", linked.stdout)
    return {"LD_PRELOAD": library.group(0)} if library else {}


class PlainServer:
    """server.lua under one Lua; its output so far in `text`."""

    def __init__(self, service, program, version):
        self.output, self.orders = service.path / "output", service.path / "orders"
        self.orders.touch()
        environment = {**os.environ, **service.environment, **preloaded(), "LUA_INIT": "",
                       "LUA_CPATH": f"{MODULES}/{version}/?.so", "LUA_PATH": f"{MODULES}/?.lua"}
        with open(self.output, "w", encoding="utf-8") as output:
            self.process = subprocess.Popen([program, HERE / "server.lua", self.orders], stdout=output, stderr=output,
                                            env=environment)

    @property
    def text(self):
        return self.output.read_text(encoding="utf-8")

    def order(self, line):
        with open(self.orders, "a", encoding="utf-8") as orders:
            orders.write(line + "\n")

    def wait_for(self, *words):
        line = "\t".join(words)
        until(lambda: line in self.text.splitlines(), PATIENCE_S, f"the line {line!r} in {self.text!r}")

    def close(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)


class PlainLua(unittest.TestCase):
    def live(self, program, version):
        service = Service()
        self.addCleanup(service.stop)
        server = PlainServer(service, program, version)
        self.addCleanup(server.close)
        server.wait_for("phase", "ready")

        session_id = service.create_session(Name="duel")["GameSessionId"]
        server.wait_for("phase", "active")
        seat = service.call("CreatePlayerSession", GameSessionId=session_id,
                            PlayerId="ann")["PlayerSession"]["PlayerSessionId"]
        server.order(f"connect p1 {seat}")
        server.wait_for("join", "p1", "ann")
        server.order(f"connect p2 {seat}")
        server.wait_for("kick", "p2", "this seat is taken")
        server.order("disconnect p1")
        server.wait_for("leave", "p1", "ann")

        service.control("terminate", ProcessId=service.environment["GAMELIFT_SDK_PROCESS_ID"])
        server.wait_for("terminate", "TERMINATE_PROCESS")
        server.wait_for("ended", "true")
        self.assertEqual(0, server.process.wait(PATIENCE_S), server.text)
        self.assertEqual("TERMINATED", service.session(session_id)["Status"])


def add_test(program, version):
    @unittest.skipUnless(shutil.which(program), f"{program} is not installed")
    def test(self):
        self.live(program, version)
    setattr(PlainLua, f"test_a_whole_life_in_{program.replace('.', '_')}", test)


for each in programs():
    add_test(*each)

if __name__ == "__main__":
    unittest.main()
