# SPDX-License-Identifier: Apache-2.0
"""A player of Minetest 5.6 in a few lines: joins under a name that is new to the server, hears chat, and leaves.

Everything that is sent reliably is acknowledged, and what is not chat is passed over: a world is nothing that a test
looks at. A new player hands in a verifier for its password without proving anything, so no cryptography is needed."""

import socket
import struct
import time

PROTOCOL_ID = 0x4F457403
CONTROL, ORIGINAL, RELIABLE = 0, 1, 3
ACK, SET_PEER_ID, PING, DISCONNECT = 0, 1, 2, 3
FIRST_SEQUENCE = 65500
NEWEST_FORMAT, OLDEST_PROTOCOL, NEWEST_PROTOCOL = 29, 37, 41
HELLO, AUTH_ACCEPT, ACCESS_DENIED, CHAT = 0x02, 0x03, 0x0A, 0x2F
INIT, INIT2, CHAT_MESSAGE, CLIENT_READY, FIRST_SRP = 0x02, 0x11, 0x32, 0x43, 0x50
WITH_REASON = (10, 11, 12)  # codes of ACCESS_DENIED that a text follows


def text16(text):
    return struct.pack(">H", len(text)) + text.encode()


class Client:
    """join() until hear() has brought what one waits for; close() is leaving."""

    def __init__(self, port, name):
        self.name, self.peer, self.sequences = name, 0, [FIRST_SEQUENCE] * 3
        self.heard, self.denied, self.has_greeted = [], None, False
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(0.2)

    # ---- packets

    def send_packet(self, payload, channel=0):
        self.socket.send(struct.pack(">IHB", PROTOCOL_ID, self.peer, channel) + payload)

    def send(self, command, payload=b"", channel=1):
        self.send_reliably(struct.pack(">BH", ORIGINAL, command) + payload, channel)

    def send_reliably(self, payload, channel):
        self.send_packet(struct.pack(">BH", RELIABLE, self.sequences[channel]) + payload, channel)
        self.sequences[channel] = (self.sequences[channel] + 1) % 65536

    def receive(self):
        try:
            packet = self.socket.recv(65536)
        except (socket.timeout, ConnectionRefusedError):
            return
        channel, body = packet[6], packet[7:]
        if body[0] == RELIABLE:
            self.send_packet(struct.pack(">BBH", CONTROL, ACK, struct.unpack(">H", body[1:3])[0]), channel)
            body = body[3:]
        if body[0] == CONTROL and body[1] == SET_PEER_ID:
            self.peer = struct.unpack(">H", body[2:4])[0]
        elif body[0] == CONTROL and body[1] == DISCONNECT and self.denied is None:
            self.denied = "disconnected"
        elif body[0] == ORIGINAL:
            self.take(struct.unpack(">H", body[1:3])[0], body[3:])

    # ---- what they say

    def take(self, command, body):
        if command == HELLO and not self.has_greeted:
            self.has_greeted = True
            self.send(FIRST_SRP, text16("salt") + text16("verifier") + b"\0")
        elif command == AUTH_ACCEPT:
            self.send(INIT2, text16(""))
            self.send(CLIENT_READY, bytes([5, 6, 1, 0]) + text16("test") + struct.pack(">H", 6))
        elif command == ACCESS_DENIED:
            size = struct.unpack(">H", body[1:3])[0] if body[0] in WITH_REASON else 0
            self.denied = body[3:3 + size].decode() or f"code {body[0]}"
        elif command == CHAT:
            sender = struct.unpack(">H", body[2:4])[0] * 2
            self.heard.append(body[6 + sender:-8].decode("utf-16-be"))

    def until(self, condition, timeout_s=20):
        deadline = time.monotonic() + timeout_s
        while not condition() and time.monotonic() < deadline:
            self.receive()
        if not condition():
            raise AssertionError(f"{self.name} waited in vain; heard {self.heard}, denied: {self.denied}")

    def join(self):
        # A first packet makes the server give us a number, which the others carry.
        self.send_reliably(struct.pack(">BB", CONTROL, PING), 0)
        self.until(lambda: self.peer != 0)
        self.until(self.is_greeted)
        return self

    def is_greeted(self):
        """A server that has not come round to its new peer drops its INIT, so that is said until it answers."""
        hello = struct.pack(">BHHH", NEWEST_FORMAT, 0, OLDEST_PROTOCOL, NEWEST_PROTOCOL) + text16(self.name)
        if not self.has_greeted and self.denied is None:
            self.send_packet(struct.pack(">BH", ORIGINAL, INIT) + hello, 1)
        return self.has_greeted or self.denied is not None

    def hear(self, text):
        self.until(lambda: any(text in line for line in self.heard))

    def close(self):
        if self.peer:
            self.send_packet(struct.pack(">BB", CONTROL, DISCONNECT))
            self.peer = 0
        self.socket.close()
