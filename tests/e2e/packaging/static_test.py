# SPDX-License-Identifier: Apache-2.0
"""The one program of sdk/packaging/README.md, made as it says there: SDK, binding and Lua linked into an engine."""
import os
import pathlib
import re
import subprocess
import unittest

import elf
import local

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
SOURCE = pathlib.Path(__file__).resolve().parents[3]
SECTION = (SOURCE / "sdk/packaging/README.md").read_text().split("\n## One program")[1]

SCRIPT = """
local gamelift = require "gamelift"
assert(require("gamelift.match").new)
local running = true
local server = assert(gamelift.new_server {
  on_start_game_session = function(server) assert(server:activate_game_session()) end,
  on_process_terminate = function(server)
    assert(server:process_ending())
    running = false
  end,
})
gamelift.run(function() assert(server:process_ready { port = 7777 }) end)
while running do server:wait(100) server:tick() end
server:close()
print "ended"
"""


def block(language):
    return re.search(rf"```{language}\n(.*?)```", SECTION, re.S)[1]


class OneProgram(unittest.TestCase):
    def test_it_lives_a_whole_life_without_a_library_of_ours(self):
        service = local.Service()
        self.addCleanup(service.stop)
        prefix = service.path / "prefix"
        elf.run("cmake", "--install", BUILD, "--prefix", prefix)
        (service.path / "engine.c").write_text(block("c"))
        (service.path / "game.lua").write_text(SCRIPT)
        elf.run("sh", "-ec", block("sh"), cwd=service.path,
                env={**os.environ, "PREFIX": str(prefix), "SOURCES": str(SOURCE)})
        engine = service.path / "engine"
        self.assertFalse([name for name in elf.needed(engine) if re.match(r"libgamelift|liblua", name)])
        with subprocess.Popen([engine, "game.lua"], cwd=service.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env={**os.environ, **service.environment,
                                              "LUA_PATH": f"{prefix}/share/lua/5.4/?.lua"}) as game:
            try:
                name = service.environment["GAMELIFT_SDK_PROCESS_ID"]
                local.until(lambda: game.poll() is not None or (service.process(name) or {}).get("state") == "READY", 60)
                session = service.create_session()["GameSessionId"]
                local.until(lambda: service.session(session)["Status"] == "ACTIVE", 60)
                service.control("terminate", ProcessId=name, NoticeSeconds=30)
                said = game.communicate(timeout=60)[0]
            finally:
                game.kill()
        self.assertEqual((game.returncode, said.splitlines()[-1:]), (0, ["ended"]), said)


if __name__ == "__main__":
    unittest.main()
