#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The game of plugin/engines/godot in Godot's server, with the plugin: a whole life on gamelift-local, and SIGTERM."""

import shutil
import unittest

from engine import BUILD, ENGINES, LineCase, needs


@needs("godot3-server", "godot3-server")
class Godot(LineCase):
    def setUp(self):
        super().setUp()
        self.project = self.service.path / "project"
        shutil.copytree(ENGINES / "godot", self.project)
        (self.project / "gamelift_godot.so").symlink_to(BUILD / "engines/gamelift_godot.so")

    def start_game(self, **environment):
        self.start(self.program, "--path", self.project, "-s", "server.gd", environment={
            "HOME": str(self.service.path), "PORT": str(self.port),
            "GAMELIFT_PLUGIN": str(BUILD / "gamelift_plugin.so"), **environment})

    def test_a_player_comes_with_a_seat_and_goes(self):
        self.start_game()
        self.play_a_life(welcome="welcome", moved="1 is at 1 0", stranger="layer session")

    def test_sigterm_ends_the_game_session(self):
        self.start_game()
        session = self.place_session()
        seat = self.create_player(session)
        self.assertEqual("welcome", self.join(seat).hear())
        self.send_sigterm()
        self.assert_ends(session)

    def test_without_a_service_it_ends_with_a_sentence(self):
        self.start_game(GAMELIFT_SDK_WEBSOCKET_URL="")
        self.assertEqual(1, self.engine.process.wait(20), self.engine.text)
        self.assertIn("no GameLift service is named", self.engine.text)


if __name__ == "__main__":
    unittest.main()
