# SPDX-License-Identifier: Apache-2.0
"""A folder that looks like a checkout after a build, for a reader who types what a document says."""
import os
import pathlib

from document import make_program

BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
ROOT = pathlib.Path(__file__).resolve().parents[3]


def make_checkout(folder):
    """All of this checkout, with the build under test as build/release, which is what the commands mean."""
    for path in ROOT.iterdir():
        if path.name not in ("build", ".git"):
            (folder / path.name).symlink_to(path)
    build = folder / "build" / "release"
    build.mkdir(parents=True)
    for path in BUILD.iterdir():
        if path.name != "gamelift-local":
            (build / path.name).symlink_to(path)
    # Whatever else runs on this machine: a port that is free.
    make_program(build / "gamelift-local", f"{BUILD}/gamelift-local --port 0")
    # The reader builds first. Here all is built already.
    (folder / "home").mkdir()
    (folder / "bin").mkdir()
    make_program(folder / "bin" / "cmake",
                 'sh -c \'case "$*" in "--preset release"|"--build --preset release"*) ;; *) exec /usr/bin/cmake "$@";; '
                 'esac\' cmake')
