# SPDX-License-Identifier: Apache-2.0
"""A run that others on the local network can join: the address, the token, the link and its QR code."""
import errno
import ipaddress
import os
import secrets
import shutil
import socket
import subprocess
import sys

from runner.process import Failed

# Of a range for documentation: only the way there is looked up, nothing is sent.
ELSEWHERE = ("203.0.113.1", 9)
QR_MARGIN = 2
TOKEN_SETTING = "ARENA_LOBBY_TOKEN"


def own_address():
    """The address from which this machine would talk to others; None without a network."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.connect(ELSEWHERE)
            return door.getsockname()[0]
    except OSError:
        return None


def check_address(text):
    """The address to serve on: this one, or the machine's own where the text is None."""
    found = text or own_address()
    if found is None:
        raise Failed("--public finds no network address: connect this machine to a network, or name its address: "
                     "--public ADDRESS")
    try:
        address = ipaddress.IPv4Address(found)
    except ValueError:
        raise Failed(f'--public takes an IPv4 address of this machine, not "{found[:200]}"') from None
    if address.is_loopback or address.is_unspecified:
        raise Failed(f"--public takes an address that others can reach, which {found} is not")
    try:
        socket.create_server((found, 0)).close()
    except OSError as error:
        raise Failed(f"--public {found}: this machine has no such address ({error.strerror})") from None
    return found


def free_port(address, wanted):
    """The lobby's port, which the link names before the lobby is started."""
    try:
        with socket.create_server((address, wanted)) as door:
            return door.getsockname()[1]
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failed(f"port {wanted} is in use by another program: give --lobby-port another number, or 0") from None
        raise Failed(f"port {wanted} of {address} cannot be had ({error.strerror}): give --lobby-port a number from 1024, "
                     "or 0") from None


def code_of(link):
    """The rows of its QR code, "#" for dark and "." for light; none where qrencode is missing."""
    if not shutil.which("qrencode"):
        return []
    # The link goes in by a pipe: other users of the machine can read command lines.
    code = subprocess.run(["qrencode", "-t", "ASCII", "-m", "0"], input=link, capture_output=True, text=True, check=True)
    return [line.replace(" ", ".")[::2] for line in code.stdout.splitlines()]


def drawn(rows):
    """The code for a terminal, dark on light whatever its colours are; two rows in each line."""
    width = len(rows[0]) + 2 * QR_MARGIN
    blank = ["." * width] * QR_MARGIN
    framed = blank + ["." * QR_MARGIN + row + "." * QR_MARGIN for row in rows] + blank
    framed += ["." * width] * (len(framed) % 2)
    halves = {"..": " ", "#.": "▀", ".#": "▄", "##": "█"}
    lines = ("".join(halves[upper + lower] for upper, lower in zip(*pair)) for pair in zip(framed[::2], framed[1::2]))
    return "\n".join(f"  \033[30;107m{line}\033[0m" for line in lines)


def can_draw(out):
    """Is this a terminal that shows blocks?"""
    return out.isatty() and (out.encoding or "").lower().startswith("utf") and os.environ.get("TERM") != "dumb"


def check_private():
    """A run without others has no token in its links: a lobby that demands one would be a riddle."""
    if os.environ.get(TOKEN_SETTING):
        raise Failed(f"{TOKEN_SETTING} is set, and the lobby would demand it of everybody: unset it; --public makes a token "
                     "and a link that has it")


class Public:
    """Where a lobby for others is served, and the link into it."""

    def __init__(self, address, port):
        self.address = check_address(address)
        self.port = free_port(self.address, port)
        self.token = secrets.token_urlsafe(16)
        self.link = f"http://{self.address}:{self.port}/#token={self.token}"
        self.rows = code_of(self.link)

    def lobby_environment(self):
        return {**self.bot_environment(), "ARENA_LOBBY_LINK": self.link, "ARENA_LOBBY_LINK_ROWS": " ".join(self.rows)}

    def bot_environment(self):
        return {TOKEN_SETTING: self.token}

    def invitation(self):
        """What is said under the link."""
        text = "  Whoever has this link can join from the local network, a phone too; it is not encrypted."
        return f"{text}\n\n{drawn(self.rows)}" if self.rows and can_draw(sys.stdout) else text
