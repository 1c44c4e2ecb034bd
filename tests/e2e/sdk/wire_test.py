# SPDX-License-Identifier: Apache-2.0
"""Our frames and handshake beside those of Python's websockets: what one writes, the other one reads."""
import codecs
import itertools
import os
import pathlib
import random
import struct
import subprocess
import unittest

from websockets.client import ClientConnection
from websockets.connection import State
from websockets.exceptions import PayloadTooBig, ProtocolError
from websockets.frames import Frame, OP_BINARY, OP_CLOSE, OP_CONT, OP_PING, OP_PONG, OP_TEXT
from websockets.server import ServerConnection

FILTER = pathlib.Path(os.environ["GLIFT_BUILD"]) / "tests/e2e/sdk/wire_filter"
LIMIT = 5000
LENGTHS = (0, 1, 2, 7, 8, 9, 125, 126, 127, 400, 1000, 4000)
CHARACTERS = "aZ{}\"\\ \n" + "\x00\x7f\x80\u00e9\u07ff\u0800\u20ac\ud7ff\ue000\uffff\U00010000\U0001f3ae\U0010ffff"
NONCE = "the sample nonce"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def run_filter(*arguments, data=b""):
    return subprocess.run([FILTER, *arguments], input=data, stdout=subprocess.PIPE, check=True, timeout=60).stdout


def records(data):
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        yield data[at + 4:at + 4 + length]
        at += 4 + length


def escaped(data):
    """As trace.h writes bytes."""
    if len(data) <= 400:
        return "".join(chr(c) if 32 <= c <= 126 and c != 92 else f"\\x{c:02X}" for c in data)
    hash_ = 14695981039346656037
    for c in data:
        hash_ = (hash_ ^ c) * 1099511628211 % 2**64
    return f"{len(data)} bytes of hash {hash_:016x}"


class Reader:
    """The lines of ws_trace.h for what websockets makes of a stream, and Python of its texts."""

    def __init__(self):
        self.connection = ClientConnection(None, state=State.OPEN, max_size=LIMIT)
        self.lines, self.message, self.name = "", b"", None
        self.decoder = None

    def data(self, frame):
        if frame.opcode is not OP_CONT:
            self.name, self.message = frame.opcode.name.lower(), b""
            self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.message += frame.data
        if self.name == "text":
            self.decoder.decode(frame.data, final=frame.fin)
        if frame.fin:
            self.lines += f"{self.name} {escaped(self.message)}\n"
            self.message = b""

    def frame(self, frame):
        if frame.opcode in (OP_CONT, OP_TEXT, OP_BINARY):
            self.data(frame)
        elif frame.opcode is OP_CLOSE:
            code = self.connection.close_rcvd.code
            self.lines += f"close {code} {escaped(frame.data[2:])}\n"
        else:
            self.lines += f"{frame.opcode.name.lower()} {escaped(frame.data)}\n"

    def read(self, stream):
        self.connection.receive_data(stream)
        try:
            for frame in self.connection.events_received():
                self.frame(frame)
            if self.connection.parser_exc is not None:
                raise self.connection.parser_exc
        except (ProtocolError, UnicodeDecodeError, PayloadTooBig) as error:
            codes = {ProtocolError: 1002, UnicodeDecodeError: 1007, PayloadTooBig: 1009}
            return self.lines + f"fault {codes[type(error)]}\n"
        if self.message and self.connection.close_rcvd is None:
            self.lines += f"open {self.name} {escaped(self.message)}\n"
        return self.lines


class Writer:
    """Random streams of a server, some of them broken."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        length = self.random.choice(LENGTHS)
        return "".join(self.random.choices(CHARACTERS, k=length)).encode()

    def message(self):
        """A message in fragments, with pings and pongs between them."""
        data, kind = self.text(), OP_TEXT
        if self.random.random() < 0.2:
            data, kind = self.random.randbytes(len(data)), OP_BINARY
        cuts = sorted(self.random.choices(range(len(data) + 1), k=self.random.choice((0, 0, 1, 3))))
        parts = list(itertools.pairwise([0, *cuts, len(data)]))
        for number, (start, end) in enumerate(parts):
            yield Frame(kind if number == 0 else OP_CONT, data[start:end], fin=number == len(parts) - 1)
            while self.random.random() < 0.2 and number < len(parts) - 1:
                yield self.control()

    def control(self):
        kind = self.random.choice((OP_PING, OP_PONG))
        return Frame(kind, self.random.randbytes(self.random.choice((0, 4, 125))))

    def close(self):
        code = self.random.choice((None, 1000, 1001, 1003, 1008, 1011, 1014, 3000, 4999,
                                   999, 1004, 1005, 1006, 1015, 2999))
        reason = self.random.choice(("", "bye", "\u20ac" * 41)).encode()
        return Frame(OP_CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)

    def broken(self):
        """Bytes that break the protocol, or a text that is not UTF-8."""
        def text(data, fin=True):
            return Frame(OP_TEXT, data, fin=fin).serialize(mask=False)
        return self.random.choice((
            b"\xc1\x01x", b"\xa1\x00", b"\x90\x00", b"\x83\x00", b"\x8b\x01x", b"\x8f\x00",
            b"\x81\x81\x01\x02\x03\x04x",
            b"\x09\x00", b"\x08\x00", b"\x8a\x7e\x00\x7e" + 126 * b"x", b"\x88\x01\x03", b"\x80\x01x", b"\x00\x00",
            text(b"x", False) + text(b"y"), text(b"x", False) + b"\x82\x00",
            text(b"ok \xed\xa0\x80"), text(b"\xc0\xaf"), text(b"\xf4\x90\x80\x80 x"), text(b"\xe2\x82"),
            text(b"\xf0\x9f", False) + b"\x80\x02\x8e(", text(b"\xff", False), b"\x88\x03\x03\xe8\xff",
            text((LIMIT + 1) * b"x"), text(LIMIT * b"x", False) + b"\x80\x01x"))

    def stream(self):
        parts = [b"".join(frame.serialize(mask=False) for frame in self.message())
                 for _ in range(self.random.randrange(6))]
        if self.random.random() < 0.1:
            parts.append(Frame(OP_TEXT, b"unfinished", fin=False).serialize(mask=False))
        elif self.random.random() < 0.5:
            parts.append(self.random.choice((lambda: self.close().serialize(mask=False), self.broken))())
            parts.append(b"\x81\x04late")
        return b"".join(parts)


class WireTest(unittest.TestCase):
    def test_we_read_what_websockets_writes_as_websockets_reads_it(self):
        writer = Writer(6)
        streams = [writer.stream() for _ in range(1000)]
        data = b"".join(struct.pack("<II", LIMIT, len(stream)) + stream for stream in streams)
        lines = [line.decode() for line in records(run_filter("decode", data=data))]
        self.assertEqual(len(lines), len(streams))
        seen = ""
        for stream, ours in zip(streams, lines):
            theirs = Reader().read(stream)
            self.assertEqual(ours, theirs, stream[:2000])
            seen += theirs
        words = ("text ", "binary ", "ping ", "pong ", "close 1005", "close 1000", "fault 1002", "fault 1007",
                 "fault 1009", "open text ")
        self.assertEqual([word for word in words if "\n" + word not in seen], [])

    def test_we_write_the_bytes_that_websockets_writes(self):
        writer = Writer(7)
        frames = [frame for _ in range(200) for frame in writer.message()]
        frames += [writer.control() for _ in range(50)]
        frames += [Frame(OP_TEXT, bytes([n % 256]) * n, fin=n % 2 == 0) for n in (125, 126, 127, 32767, 32768)]
        frames += [Frame(OP_CLOSE, code) for code in (b"", b"\x03\xe8", b"\x03\xf3", b"\x0f\xa0")]
        data, expected = b"", []
        for frame in frames:
            theirs = frame.serialize(mask=True)
            mask = theirs[len(theirs) - len(frame.data) - 4:][:4]
            first = (0x80 if frame.fin else 0) | frame.opcode
            data += struct.pack("<B4sI", first, mask, len(frame.data)) + frame.data
            expected.append(theirs)
        self.assertEqual(list(records(run_filter("encode", data=data))), expected)

    def test_a_server_of_websockets_takes_our_request_and_we_take_its_answer(self):
        for url, host in (("ws://127.0.0.1:8080/path?pID=a%2Fb", "127.0.0.1:8080"), ("wss://[::1]/", "[::1]"),
                          ("wss://gamelift.example:443/?x=y", "gamelift.example")):
            server = ServerConnection()
            server.receive_data(run_filter("request", url, NONCE))
            (request,) = server.events_received()
            self.assertEqual(request.headers["Host"], host)
            self.assertEqual(request.headers["Sec-WebSocket-Key"], KEY)
            self.assertTrue(url.endswith(request.path))
            response = server.accept(request)
            self.assertEqual(response.status_code, 101)
            server.send_response(response)
            server.send_text(b"first")
            data = b"".join(server.data_to_send())
            self.assertEqual(run_filter("check", KEY, data=data), b"\n7\n")
            self.assertIn(b"does not belong", run_filter("check", KEY.lower(), data=data))

    def test_a_refusal_of_websockets_is_read_as_one(self):
        server = ServerConnection()
        server.receive_data(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        (request,) = server.events_received()
        server.send_response(server.accept(request))
        self.assertIn(b"not 101", run_filter("check", KEY, data=b"".join(server.data_to_send())))


if __name__ == "__main__":
    unittest.main()
