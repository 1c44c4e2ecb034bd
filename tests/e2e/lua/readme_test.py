#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The two servers of README.md are programs: with nothing but a game round them, each lives a whole life."""
import os
import pathlib
import re
import subprocess
import unittest

from local import Service, until
from plain_test import MODULES, PATIENCE_S, VERSIONS, preloaded

BUILD = MODULES.parent
ROOT = pathlib.Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# What the README leaves to the game: loading, saving and the frame.
LUA_GAME = """
local function load_map(map) print("loaded " .. map) end
local function save_everything() print "saved" end
local function frame() os.execute "sleep 0.02" end
"""
C_GAME = """
#include <gamelift/gamelift.h>
#include <stdio.h>
static void save_everything(void) { printf("saved\\n"); }
static void load_map(const glift_game_session *session) { printf("loaded %s\\n", session->game_properties[0].value); }
static void on_ready(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)result, (void)user;
}
static void on_activated(glift_server *server, const glift_result *result, void *user)
{
    (void)server, (void)result, (void)user;
}
"""


def snippet(language):
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL).group(1)


class Readme(unittest.TestCase):
    def setUp(self):
        self.service = Service()
        self.addCleanup(self.service.stop)

    def write(self, name, text):
        path = self.service.path / name
        path.write_text(text, encoding="utf-8")
        return path

    def live(self, *command):
        """The program, from its start to GameLift's TerminateProcess: it leaves by itself."""
        version = VERSIONS[-1]
        environment = {**os.environ, **self.service.environment, **preloaded(), "LUA_INIT": "",
                       "LUA_CPATH": f"{MODULES}/{version}/?.so", "LUA_PATH": f"{MODULES}/?.lua"}
        program = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.kill)
        name = self.service.environment["GAMELIFT_SDK_PROCESS_ID"]
        until(lambda: (self.service.process(name) or {}).get("state") == "READY", PATIENCE_S, "the server is ready")
        session = self.service.create_session(GameProperties=[{"Key": "map", "Value": "ice"}])["GameSessionId"]
        self.until_session(session, "ACTIVE")
        self.service.control("terminate", ProcessId=name)
        output = program.communicate(timeout=PATIENCE_S)[0]
        self.assertEqual((0, "loaded ice\nsaved\n"), (program.returncode, output))
        self.until_session(session, "TERMINATED")

    def until_session(self, session, status):
        until(lambda: self.service.session(session)["Status"] == status, PATIENCE_S, f"the session is {status}")

    def test_the_server_in_lua(self):
        self.live(f"lua{VERSIONS[-1]}", self.write("server.lua", LUA_GAME + snippet("lua")))

    def test_the_server_in_c(self):
        declarations, mark, body = snippet("c").partition("glift_server_desc desc")
        source = self.write("server.c", f"{C_GAME}{declarations}int main(void)\n{{\n{mark}{body}return 0;\n}}\n")
        subprocess.run(["cc", "-Wall", "-Werror", "-I", ROOT / "sdk" / "include", source, "-o", source.with_suffix(""),
                        "-L", BUILD, "-lgamelift", f"-Wl,-rpath,{BUILD}"], check=True)
        self.live(source.with_suffix(""))


if __name__ == "__main__":
    unittest.main()
