# SPDX-License-Identifier: Apache-2.0
"""Paths where there is not what there should be, and a port that is taken."""
import contextlib
import os
import pathlib
import socket
import subprocess

# Root reads and writes everything, unless this is taken away.
POWERLESS = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
# `$0` is the folder that becomes a disk without room; then comes the command.
ON_A_FULL_DISK = ["unshare", "--mount", "sh", "-c",
                  'mount -t tmpfs -o size=4k full "$0" && head -c 9999 /dev/zero >"$0/rest" 2>/dev/null; exec "$@"']


# It begins as a text in quotes, and goes on as nothing that anybody reads.
BINARY = b'"\x7f\x00\x01"' + bytes(range(256)) * 40


def can(command):
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Places:
    """`value` and `wrapper` of each place; one that this machine cannot make is in `missing`, with the reason."""

    def __init__(self, folder, stack):
        self.folder = pathlib.Path(folder)
        self.full = self.folder / "full"
        self.missing = {}
        self.paths = {
            "nothing": self.folder / "nothing", "in nothing": self.folder / "nothing" / "file", "folder": self.folder,
            "file": self.make("file", b"x"), "empty": self.make("empty", b""), "binary": self.make("binary", BINARY),
            "below a file": self.folder / "file" / "new", "unreadable": self.make("unreadable", b"x", 0),
            "unwritable": self.make_folder("unwritable", 0o555) / "new", "unwritable folder": self.folder / "unwritable",
            "certificate": self.make("certificate", b"-----BEGIN CERTIFICATE-----\n"),
            "full disk": self.make_folder("full", 0o755) / "new"}
        self.wrappers = {}
        if os.geteuid() == 0:
            self.wrap(("unreadable", "unwritable", "unwritable folder"), POWERLESS, "no setpriv that takes root's power away")
        self.wrap(("full disk",), [*ON_A_FULL_DISK, str(self.full)], "no disk can be mounted here")
        door = stack.enter_context(contextlib.closing(socket.create_server(("127.0.0.1", 0))))
        self.paths["taken port"] = str(door.getsockname()[1])

    def make(self, name, content, mode=0o644):
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(mode)
        return path

    def make_folder(self, name, mode):
        path = self.folder / name
        path.mkdir(mode=mode)
        return path

    def wrap(self, names, wrapper, reason):
        if can([*wrapper, "true"]):
            self.wrappers.update({name: wrapper for name in names})
        else:
            self.missing.update({name: reason for name in names})
