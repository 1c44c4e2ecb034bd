#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The arena passes each scenario that is shipped."""
import concurrent.futures
import os
import pathlib
import unittest

from scenario import SCENARIOS, Played

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
LOGS = BUILD / "scenario-logs"


class Arena(unittest.TestCase):
    def test_it_passes_each_scenario(self):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for name, played in zip(SCENARIOS, pool.map(self.play, SCENARIOS)):
                with self.subTest(name):
                    self.assertEqual((0, None), (played.code, played.failed), played.report + played.log)

    @staticmethod
    def play(name):
        folder = LOGS / name
        folder.mkdir(parents=True, exist_ok=True)
        return Played(name, [str(BUILD / "arena")], "--launch-log-dir", str(folder))


if __name__ == "__main__":
    unittest.main()
