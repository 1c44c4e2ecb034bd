# SPDX-License-Identifier: Apache-2.0
"""The plugin is unloaded and loaded again in a running game session, with requests under way: GameLift does not
notice, and the next copy gets the answers."""

import os
import pathlib
import subprocess
import tempfile
import unittest

from arena import BUILD, clean_environment
from service import Service


class Reload(unittest.TestCase):
    def test_the_connection_the_readiness_the_session_the_seats_and_what_is_under_way_stay(self):
        with tempfile.TemporaryDirectory() as folder:
            service = Service()
            self.addCleanup(service.stop)
            fifo = pathlib.Path(folder) / "player"
            os.mkfifo(fifo)
            engine = subprocess.Popen(
                [os.environ["GLIFT_RELOAD_ENGINE"], BUILD / "gamelift_plugin.so", fifo], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, text=True, env={**clean_environment(), **service.environment})
            self.addCleanup(engine.stdout.close)
            self.addCleanup(engine.wait)
            self.addCleanup(engine.kill)

            self.assertEqual("ready", engine.stdout.readline().strip())
            session = service.place_session()
            self.assertEqual("active", engine.stdout.readline().strip())
            with open(fifo, "w", encoding="utf-8") as out:
                print(service.create_player(session), file=out)
            self.assertEqual("accepted", engine.stdout.readline().strip())
            self.assertEqual("ended", engine.stdout.readline().strip())
            self.assertEqual(0, engine.wait(10))
            self.assertEqual(["COMPLETED"], service.player_states())
            self.assertEqual(1, service.log().count("process manual-1 connected"), service.log())
            self.assertIn("process manual-1 has ended", service.log())


if __name__ == "__main__":
    unittest.main()
