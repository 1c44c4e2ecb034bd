#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The two example engines of plugin/examples live a whole life on gamelift-local, and play without it."""

import ctypes
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from engine import BUILD, ROOT, EngineCase, Player, free_port

EXAMPLES = BUILD / "examples"
PLUGIN = BUILD / "gamelift_plugin.so"
IS_SANITIZED = bool(re.search(r"GLIFT_SANITIZE_\w+:BOOL=ON", (BUILD / "CMakeCache.txt").read_text(encoding="utf-8")))
OFFLINE = {"GAMELIFT_SDK_WEBSOCKET_URL": ""}


class Life:
    """What the engine without a script and the one with Lua have in common."""

    def test_a_player_comes_with_a_seat_and_goes(self):
        port = self.start_engine()
        session = self.place_session()
        seat = self.create_player(session)
        player = Player(self, port)
        player.say(seat)
        self.assertEqual("welcome", player.hear())
        self.wait_for_seat(seat, "ACTIVE")
        player.say("hello")
        self.assertEqual("hello", player.hear())
        player.say("bye")
        self.wait_for_seat(seat, "COMPLETED")
        self.terminate()
        self.assert_ends(session)

    def test_a_stranger_is_told_why_not(self):
        port = self.start_engine()
        session = self.place_session()
        stranger = Player(self, port)
        stranger.say("psess-nobody")
        self.assertRegex(stranger.hear(), self.refusal)
        self.send_sigterm()
        self.assert_ends(session)

    def test_without_gamelift_everybody_plays(self):
        port = self.start_engine("gamelift.offline=1", environment=OFFLINE)
        self.engine.wait_for("offline: no GameLift is asked")
        player = Player(self, port)
        player.say("whoever")
        answer = player.hear()
        while answer != "welcome":  # the first datagram may have come before the game session
            player.say("whoever")
            answer = player.hear()
        self.send_sigterm()
        self.assertEqual(0, self.engine.process.wait(10), self.engine.text)


class WithoutScript(Life, EngineCase):
    refusal = "Player session psess-nobody was not found"

    def test_a_wrong_port_is_named(self):
        self.start(EXAMPLES / "engine", PLUGIN, "70000")
        self.assertEqual(1, self.engine.process.wait(10))
        self.assertIn('a port is a number from 1 to 60000, not "70000"', self.engine.text)

    def test_a_file_that_is_no_plugin_is_named(self):
        self.start(EXAMPLES / "engine", BUILD / "libgamelift.so", free_port())
        self.assertEqual(1, self.engine.process.wait(10))
        self.assertIn("libgamelift.so is not a plugin of this version", self.engine.text)

    def start_engine(self, *settings, environment=None):
        port = free_port()
        self.start(EXAMPLES / "engine", PLUGIN, port, *settings, environment=environment)
        return port


class Linking(unittest.TestCase):
    @unittest.skipIf(IS_SANITIZED, "a plain Python loads nothing that a sanitizer has built")
    def test_an_engine_finds_the_sdk_through_the_plugin(self):
        """As host.h says: the engine itself links nothing of GameLift."""
        version = ctypes.CDLL(str(PLUGIN), ctypes.RTLD_LOCAL).glift_version
        version.restype = ctypes.c_char_p
        self.assertRegex(version(), rb"^\d+\.\d+\.\d+$")


@unittest.skipUnless((EXAMPLES / "lua_engine").exists(), "Lua 5.4 is not installed")
class WithLua(Life, EngineCase):
    refusal = "seat"

    def start_engine(self, *settings, environment=None):
        port = free_port()
        script = ROOT / "plugin/examples/game.lua"
        self.start(EXAMPLES / "lua_engine", PLUGIN, port, script, *settings, environment=environment)
        return port

    def test_a_script_that_raises_is_named_with_a_traceback(self):
        script = self.service.path / "bad.lua"
        script.write_text("local function f() error('what a pity') end\nf()\n", encoding="utf-8")
        self.start(EXAMPLES / "lua_engine", PLUGIN, free_port(), script)
        self.assertEqual(1, self.engine.process.wait(10))
        self.assertRegex(self.engine.text, r"(?s)bad.lua:1: what a pity.*traceback")


@unittest.skipIf(IS_SANITIZED, "a plain program does not load what a sanitizer has built")
class Copies(unittest.TestCase):
    """What the pages of plugin/engines say to copy loads from there."""

    def test_a_copy_loads_with_all_its_symbols(self):
        for name in ("gamelift_godot.so", "openarena/qagamex86_64.so"):
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                copy = shutil.copy(BUILD / "engines" / name, folder)
                load = "import ctypes, os, sys; ctypes.CDLL(sys.argv[1], os.RTLD_NOW)"
                loaded = subprocess.run([sys.executable, "-c", load, copy], capture_output=True, text=True, check=False)
                self.assertEqual((0, ""), (loaded.returncode, loaded.stderr))


if __name__ == "__main__":
    unittest.main()
