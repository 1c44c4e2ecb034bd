# SPDX-License-Identifier: Apache-2.0
"""A gamelift-local with --state that can be killed, and started again on the same port."""
import pathlib
import tempfile

from local import Service


class Kept:
    """service: the one that runs at the moment."""

    def __init__(self, *options, **more):
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name) / "state.db"
        self.options, self.more, self.port = options, more, 0
        self.service = None
        self.start()

    def start(self, *options):
        self.service = Service(*self.options, "--state", self.file, "--port", str(self.port), *options, **self.more)
        self.port = self.service.port
        return self.service

    def kill(self):
        """kill -9."""
        self.service.popen.kill()
        self.service.stop()

    def restart(self, *options):
        self.kill()
        return self.start(*options)

    def close(self):
        self.service.stop()
        self.folder.cleanup()
