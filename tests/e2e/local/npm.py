# SPDX-License-Identifier: Apache-2.0
"""What tests fetch with npm, into the build folder; without npm, or without its registry, they are skipped."""
import os
import pathlib
import shutil
import subprocess
import unittest

NPM = shutil.which("npm")


def fetch(package, folder_name):
    """The folder in which the package is installed. A folder for each caller, as tests run side by side."""
    if NPM is None:
        raise unittest.SkipTest("npm is not installed")
    folder = pathlib.Path(os.environ["GLIFT_BUILD"]) / folder_name
    folder.mkdir(exist_ok=True)
    install = subprocess.run([NPM, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, package],
                             capture_output=True, text=True, timeout=300, check=False)
    if install.returncode != 0:
        raise unittest.SkipTest(f"npm cannot fetch {package}: {install.stderr.strip()[:300]}")
    return folder
