# SPDX-License-Identifier: Apache-2.0
"""A bundle as it is shipped: built by its preset, and installed, stripped, into a folder of its own."""
import os
import pathlib
import subprocess
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[3]


def built(preset):
    """The build folder of a preset, up to date. Takes a minute or two the first time."""
    if os.environ.get("GLIFT_LONG") != "1":
        raise unittest.SkipTest(f"builds {preset}: with --long")
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
        result = subprocess.run(command, cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                check=False)
        if result.returncode != 0:
            raise AssertionError(f"{' '.join(command)}:\n{result.stdout[-4000:]}")
    return SOURCE / "build" / preset


def installed(preset, prefix):
    build = built(preset)
    subprocess.run(["cmake", "--install", build, "--strip", "--prefix", prefix], check=True, capture_output=True)
    return build
