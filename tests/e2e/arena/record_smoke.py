#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes smoke.jsonl, which replay_test.py plays, anew: GLIFT_BUILD=build/release PYTHONPATH=game record_smoke.py"""
import os
import pathlib
import sys
import types

import run

RECORDING = pathlib.Path(__file__).with_name("smoke.jsonl")


class Recorded(run.Arena):
    def start(self, name, program, *arguments, **more):
        if program == "gamelift-local":
            arguments += ("--record", str(RECORDING))
        return super().start(name, program, *arguments, **more)


if __name__ == "__main__":
    sys.exit(run.run(Recorded(types.SimpleNamespace(
        build_dir=os.environ["GLIFT_BUILD"], service_port=0, lobby_port=0, bots=2, logs="run-record", smoke=True, map=None))))
