#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The mod of plugin/engines/minetest in a Minetest server, under mod security: a whole life on gamelift-local, and
SIGTERM."""

import shutil
import unittest

from engine import BUILD, ENGINES, EngineCase, free_port, needs
from minetest_client import Client

MODULES = {"LUA_CPATH": f"{BUILD}/lua/5.1/?.so;;", "LUA_PATH": f"{BUILD}/lua/?.lua;;"}
SETTINGS = """
secure.enable_security = true
secure.trusted_mods = gamelift
name = nobody
mg_name = singlenode
server_announce = false
bind_address = 127.0.0.1
ipv6_server = false
"""


@needs("minetest-server", "minetestserver")
class Minetest(EngineCase):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        home = self.service.path / "home"
        shutil.copytree(ENGINES / "minetest/game", home / "games/gamelift")
        (home / "world").mkdir()
        (home / "world/world.mt").write_text("gameid = gamelift\nbackend = dummy\nauth_backend = files\n"
                                             "player_backend = files\n", encoding="utf-8")
        config = home / "minetest.conf"
        config.write_text(SETTINGS, encoding="utf-8")
        self.start(self.program, "--world", home / "world", "--config", config, "--port", self.port, "--gameid", "gamelift",
                   "--logfile", "", "--verbose", environment={
                       **MODULES, "HOME": str(home), "MINETEST_USER_PATH": str(home),
                       "MINETEST_SUBGAME_PATH": str(home / "games"), "MINETEST_GAME_PATH": str(home / "games")})

    def join(self, name):
        client = Client(self.port, name)
        self.addCleanup(client.close)
        return client.join()

    def test_a_player_comes_with_a_seat_and_goes(self):
        session = self.place_session()
        seat = self.create_player(session, "ann")
        ann = self.join("ann")
        ann.hear("welcome ann")
        self.wait_for_seat(seat, "ACTIVE")
        stranger = self.join("stranger")
        stranger.until(lambda: stranger.denied)
        self.assertIn("seat", stranger.denied)
        ann.close()
        self.wait_for_seat(seat, "COMPLETED")
        self.terminate()
        self.assert_ends(session)

    def test_sigterm_ends_the_game_session(self):
        session = self.place_session()
        seat = self.create_player(session, "ann")
        self.join("ann").hear("welcome ann")
        self.wait_for_seat(seat, "ACTIVE")
        self.send_sigterm()
        self.assert_ends(session)


if __name__ == "__main__":
    unittest.main()
