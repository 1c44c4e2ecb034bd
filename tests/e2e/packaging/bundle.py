# SPDX-License-Identifier: Apache-2.0
"""A bundle as it is shipped: built by its preset, and installed, stripped, into a folder of its own."""
import os
import pathlib
import re
import subprocess
import unittest

# What apt and mmdebstrap say where nothing can be fetched.
NO_MIRROR = re.compile(r".*(Failed to fetch|Could not resolve|Unable to connect|Could not connect|knows no mirror|"
                       r"has no apt-get).*")
SOURCE = pathlib.Path(__file__).resolve().parents[3]


def built(preset):
    """The build folder of a preset, up to date. Takes a minute or two the first time."""
    if os.environ.get("GLIFT_LONG") != "1":
        raise unittest.SkipTest(f"builds {preset}: with --long")
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset]):
        result = subprocess.run(command, cwd=SOURCE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                check=False)
        if result.returncode != 0:
            skip_without_mirror(result.stdout)
            raise AssertionError(f"{' '.join(command)}:\n{result.stdout[-4000:]}")
    return SOURCE / "build" / preset


def skip_without_mirror(output):
    if found := NO_MIRROR.search(output):
        raise unittest.SkipTest(f"needs a mirror of Debian: {found[0].strip()}")


def installed(preset, prefix):
    build = built(preset)
    subprocess.run(["cmake", "--install", build, "--strip", "--prefix", prefix], check=True, capture_output=True)
    return build
