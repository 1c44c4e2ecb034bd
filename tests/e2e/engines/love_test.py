#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The game of plugin/engines/love in LÖVE itself: a whole life on gamelift-local, SIGTERM, and play without GameLift."""

import unittest

from engine import BUILD, ENGINES, LineCase, needs

MODULES = {"LUA_CPATH": f"{BUILD}/lua/5.1/?.so;;", "LUA_PATH": f"{BUILD}/lua/?.lua;;"}


@needs("love", "love")
class Love(LineCase):
    def start_game(self, **environment):
        home = {"HOME": str(self.service.path), "XDG_RUNTIME_DIR": str(self.service.path)}
        self.start(self.program, ENGINES / "love", self.port, environment={**MODULES, **home, **environment})

    def test_a_player_comes_with_a_seat_and_goes(self):
        self.start_game()
        self.play_a_life(welcome="welcome ann", moved="ann is at 1 0", stranger="seat")

    def test_the_players_of_a_match_meet(self):
        self.start_game()
        seats = self.place_match("ann", "bob")
        ann, bob = self.join(seats["ann"]), self.join(seats["bob"])
        self.assertEqual("welcome ann", ann.hear())
        self.assertEqual("welcome bob", bob.hear())
        bob.say("down")
        self.assertEqual("bob is at 0 1", ann.hear())
        bob.say("bye")
        self.assertEqual("bob has left", ann.hear())
        self.wait_for_seat(seats["bob"], "COMPLETED")
        self.send_sigterm()
        self.assert_ends()

    def test_sigterm_drains_and_is_exit_code_0(self):
        self.start_game()
        session = self.place_session()
        seat = self.create_player(session)
        player = self.join(seat)
        self.assertEqual("welcome ann", player.hear())
        self.send_sigterm()
        self.assertRegex(player.hear(), "the game ends in [0-9]+ s")
        self.assert_ends(session)
        self.wait_for_seat_at_the_end(seat)

    def wait_for_seat_at_the_end(self, seat):
        found = self.gamelift.describe_player_sessions(PlayerSessionId=seat)["PlayerSessions"]
        self.assertEqual("COMPLETED", found[0]["Status"])

    def test_without_gamelift_everybody_plays(self):
        self.start_game(GAMELIFT_SDK_WEBSOCKET_URL="ws://offline.invalid")
        self.engine.wait_for("game session")
        player = self.join("whoever")
        self.assertEqual("welcome whoever", player.hear())
        self.send_sigterm()
        self.assertEqual(0, self.engine.process.wait(20), self.engine.text)


if __name__ == "__main__":
    unittest.main()
