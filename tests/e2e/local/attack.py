# SPDX-License-Identifier: Apache-2.0
"""Hostile clients of a listener, the honest ones beside them, and how the listener is judged.

The cases are in attack_cases.py: one table for all listeners (gamelift-local's port, the arena's players, the lobby).
A test makes a Target of the program that it started. After each case the listener must answer an honest client that
comes anew, and one that has been there all the time, while the hostile one still holds its connection.
"""
import base64
import collections
import os
import pathlib
import re
import socket
import ssl
import struct

GUARD_S = 60 if os.environ.get("GLIFT_LONG") else 15  # nothing here takes long, but for valgrind
KEY = base64.b64encode(bytes(range(16))).decode()
TEXT, BINARY, CLOSE, PING, PONG, MORE = 1, 2, 8, 9, 10, 0

Case = collections.namedtuple("Case", "name data expectation")
Expectation = collections.namedtuple("Expectation", "kind values")
ENDS = Expectation("ends", ())  # the listener ends the connection, in whatever way
STAYS = Expectation("stays", ())  # the listener may do what it likes with this one connection, waiting included
SERVED = Expectation("served", ())  # odd, but honest: a WebSocket message comes back


def strictly(code, otherwise):
    """A Close frame with this code from a listener that reads frames by itself; libwebsockets is more lenient."""
    return Expectation("strictly", (code, otherwise))


def codes(*values):
    """The listener ends the connection; where it says why in a Close frame, with one of these."""
    return Expectation("codes", values)


def answers(*values):
    """HTTP with one of these statuses, or the end of the connection without an answer."""
    return Expectation("answers", values)


def answered(*values):
    """HTTP with one of these statuses: an honest client may do this too."""
    return Expectation("answered", values)


def valgrind():
    """What to put before the command of a program: valgrind, where GLIFT_LONG is set and no sanitizer is built in."""
    sanitized = ":BOOL=ON" in "".join(re.findall(
        r"GLIFT_SANITIZE_\w+:BOOL=\w+", (pathlib.Path(os.environ["GLIFT_BUILD"]) / "CMakeCache.txt").read_text()))
    if not os.environ.get("GLIFT_LONG") or sanitized:
        return ()
    return ("valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect")


# ---- frames ----

def frame(opcode, payload=b"", fin=True, rsv=0, mask=b"\x11\x22\x33\x44", length=None, form=None):
    """One frame. `length`: what the head claims. `form`: in how many bits it says so (7, 16, 64)."""
    length = len(payload) if length is None else length
    form = form or (7 if length < 126 else 16 if length < 65536 else 64)
    mark = 0x80 if mask else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    head += {7: lambda: bytes([mark | length]), 16: lambda: struct.pack(">BH", mark | 126, length),
             64: lambda: struct.pack(">BQ", mark | 127, length)}[form]()
    if not mask:
        return head + payload
    key = (mask * (len(payload) // 4 + 1))[:len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    return head + mask + masked.to_bytes(len(payload), "big")


def first_frame(received):
    """(opcode, payload, the bytes behind it) of the first frame of a listener; None where it is not whole."""
    if len(received) < 2:
        return None
    length, at = received[1] & 0x7f, 2
    if length >= 126:
        size = 2 if length == 126 else 8
        length, at = int.from_bytes(received[2:2 + size], "big"), 2 + size
    if len(received) < at + length:
        return None
    return received[0] & 15, received[at:at + length], received[at + length:]


# ---- what is attacked ----

class Target:
    """A listener. Tests fill in what differs."""
    port = 0
    source = "127.0.0.1"  # the address that clients come from
    trust = None         # a TLS context; None: plain
    opcode = TEXT        # of its messages
    path = "/"           # of a GET
    post = ("/", "")     # the path and the headers, each with its CRLF, of a POST
    witness = None       # an honest WebSocket that has been there all the time
    is_strict = False    # it reads frames by itself

    def socket_path(self):
        """Of the next upgrade."""
        raise NotImplementedError

    def message(self):
        """The next message of an honest client, to which there is an answer."""
        raise NotImplementedError

    def ask_anew(self):
        """Like an honest client that has just come: with a WebSocket, or over HTTP."""
        with WebSocket(self) as client:
            client.ask()

    def ask(self):
        self.ask_anew()
        if self.witness:
            self.witness.ask()


def head(target, first, *lines):
    return "".join(line + "\r\n" for line in (first, f"Host: 127.0.0.1:{target.port}", *lines)).encode() + b"\r\n"


def upgrade(target, *lines, first=None, version="13", key=KEY):
    first = first or f"GET {target.socket_path()} HTTP/1.1"
    return head(target, first, "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Version: {version}",
                f"Sec-WebSocket-Key: {key}", *lines)


def post(target, *lines, body=b""):
    path, headers = target.post
    return head(target, f"POST {path} HTTP/1.1", *headers.splitlines(), *lines) + body


# ---- clients ----

class Client:
    """A connection that takes what comes: whatever the listener does with it is no error here."""

    def __init__(self, target):
        self.target = target
        self.received = b""
        self.socket = socket.create_connection(("127.0.0.1", target.port), timeout=GUARD_S,
                                               source_address=(target.source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if target.trust:
            self.socket = target.trust.wrap_socket(self.socket, server_hostname="127.0.0.1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """In one piece; a list in as many as it has. Stops when the listener has had enough."""
        try:
            for piece in data if isinstance(data, list) else [data]:
                self.socket.sendall(piece)
        except (ConnectionError, ssl.SSLError):
            pass

    def read(self):
        """False: the connection has ended."""
        try:
            piece = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            return False
        self.received += piece
        return piece != b""

    def status(self):
        """Of the answer, when it is there; 0: the connection ended without."""
        while True:
            found = re.match(rb"HTTP/1\.[01] (\d{3}) ", self.received)
            if found or not self.read():
                return int(found[1]) if found else 0


class WebSocket(Client):
    """Upgraded; `received` is what came behind the handshake."""

    def __init__(self, target):
        super().__init__(target)
        self.socket.sendall(upgrade(target))
        while b"\r\n\r\n" not in self.received and self.read():
            pass
        handshake, _, self.received = self.received.partition(b"\r\n\r\n")
        assert b" 101 " in handshake, handshake

    def next_of(self, *opcodes):
        """The payload of the next such frame, when it is there; None: the connection ended without. Pings are
        answered: the listener drops whoever does not."""
        while True:
            found = first_frame(self.received)
            while found is None:
                if not self.read():
                    return None
                found = first_frame(self.received)
            opcode, payload, self.received = found
            if opcode == PING:
                self.send(frame(PONG, payload))
            if opcode in opcodes:
                return payload

    def close_code(self):
        """Of the Close frame, when it is there; None: the connection ended without."""
        payload = self.next_of(CLOSE)
        return int.from_bytes(payload[:2], "big") if payload is not None else None

    def ask(self):
        self.socket.sendall(frame(self.target.opcode, self.target.message()))
        assert self.next_of(TEXT, BINARY) is not None, f"an honest client was cut off: {self.received}"


# ---- cases ----

def judge(client, expectation):
    """Fails, or waits in vain for GUARD_S, if the listener does not do what it must."""
    kind, values = expectation
    if kind == "strictly" and not client.target.is_strict:
        judge(client, values[1])
    elif kind == "strictly":
        code = client.close_code()
        assert code == values[0], code
    elif kind == "ends":
        while client.read():
            pass
    elif kind == "codes":
        code = client.close_code()
        assert code in (*values, None), code
    elif kind == "answers":
        assert client.status() in (*values, 0), client.received
    elif kind == "answered":
        assert client.status() in values, client.received
    elif kind == "served":
        assert client.next_of(TEXT, BINARY) is not None, client.received


def run(case, client):
    with client:
        client.send(case.data(client.target))
        judge(client, case.expectation)
        client.target.ask()
