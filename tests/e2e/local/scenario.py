# SPDX-License-Identifier: Apache-2.0
"""A scenario, played to its end."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCENARIOS = sorted(path.stem for path in (ROOT / "assets/scenarios").glob("*.json") if path.stem != "scenario.schema")
PROGRAM = pathlib.Path(os.environ["GLIFT_BUILD"]) / "gamelift-local"
# Of its servers, where one is not enough.
INSTANCES = {"refresh_under_load": 2}


class Played:
    """The exit code, the report, and the name of the step that has failed, if one has."""

    def __init__(self, name, command, *options, timeout_s=300):
        path = name if "/" in str(name) else ROOT / f"assets/scenarios/{name}.json"
        done = subprocess.run(
            [PROGRAM, "--port", "0", "--scenario", path, "--instances", str(INSTANCES.get(name, 1)), *options, "--", *command],
            capture_output=True, text=True, timeout=timeout_s, check=False)
        self.code, self.report, self.log = done.returncode, done.stdout, done.stderr
        failed = re.search(r"^  FAILED \d+\. (.*?) \([\d.]+ s\): ", self.report, re.M)
        self.failed = failed and failed.group(1)
