# SPDX-License-Identifier: Apache-2.0
"""What hostile clients send: socket_cases() over a WebSocket that has been opened, http_cases() over a new connection."""
import random
import struct

from attack import (BINARY, CLOSE, ENDS, MORE, PING, PONG, SERVED, STAYS, TEXT, Case, answered, answers, codes, frame, head, post,
                    strictly, upgrade)

# ---- WebSocket ----

BAD_UTF8 = {
    "a lone continuation byte": b"\x80", "a byte that never occurs": b"\xff", "an overlong slash": b"\xc0\xaf",
    "a surrogate": b"\xed\xa0\x80", "beyond the last character": b"\xf4\x90\x80\x80", "a character cut off": b"abc\xe2\x82",
    "5000 bytes": b"x" * 4000 + b"\xc3\x28" * 500}


def bad_texts():
    for name, text in BAD_UTF8.items():
        yield Case(f"text with {name}", lambda _, text=text: frame(TEXT, text), codes(1007, 1003))
    yield Case("text that is no UTF-8 in its third fragment", lambda _: [
        frame(TEXT, b"one", fin=False), frame(MORE, b"two", fin=False), frame(MORE, b"\xff")], codes(1007, 1003))
    yield Case("a character broken off between fragments", lambda _: [
        frame(TEXT, b"\xe2\x82", fin=False), frame(MORE, b"(")], codes(1007, 1003))
    yield Case("a reason of a Close that is no UTF-8", lambda _: frame(CLOSE, b"\x03\xe8\xff\xff"), ENDS)


def bad_heads():
    for bit in (1, 2, 4):
        yield Case(f"reserved bit {bit}", lambda t, bit=bit: frame(t.opcode, b"x", rsv=bit), codes(1002))
    for opcode in (3, 7, 11, 15):
        yield Case(f"reserved opcode {opcode}", lambda _, o=opcode: frame(o, b"x"), codes(1002))
    yield Case("a frame that is not masked", lambda t: frame(t.opcode, t.message(), mask=b""), strictly(1002, STAYS))
    yield Case("a frame that is not masked behind one that is",
               lambda t: frame(t.opcode, t.message()) + frame(t.opcode, t.message(), mask=b""), strictly(1002, STAYS))
    yield Case("a ping that is not masked", lambda t: frame(PING, b"x", mask=b""), strictly(1002, STAYS))
    yield Case("an unmasked frame in two pieces", lambda t: [frame(t.opcode, b"", mask=b"")[:1], b"\0"], strictly(1002, STAYS))
    for length in (1 << 63, (1 << 64) - 1):
        yield Case(f"a length of {length:#x}", lambda t, n=length: frame(t.opcode, b"x" * 100, length=n, form=64), ENDS)
    for length in ((1 << 63) - 1, 1 << 40, 1 << 32, (1 << 31) - 1):
        yield Case(f"a length of {length:#x}", lambda t, n=length: frame(t.opcode, b"x" * 100, length=n, form=64), STAYS)
    yield Case("a length of 16 bits for 5 bytes", lambda t: frame(t.opcode, b"xxxxx", form=16), strictly(1002, SERVED))
    yield Case("a length of 64 bits for 5 bytes", lambda t: frame(t.opcode, b"xxxxx", form=64), strictly(1002, SERVED))
    yield Case("a continuation of nothing", lambda _: frame(MORE, b"x"), codes(1002))
    yield Case("a message inside a message", lambda t: [frame(t.opcode, b"x", fin=False), frame(t.opcode, b"y")], codes(1002))
    yield Case("noise", lambda _: random.Random(1).randbytes(20000), ENDS)


def control_frames():
    yield Case("a ping of 126 bytes", lambda _: frame(PING, b"x" * 126), codes(1002))
    yield Case("a ping of 65536 bytes", lambda _: frame(PING, b"x" * 65536), codes(1002))
    yield Case("a ping in fragments", lambda _: [frame(PING, b"x", fin=False), frame(MORE, b"y")], codes(1002))
    yield Case("a ping in the middle of a message", lambda t: [
        frame(t.opcode, b"x", fin=False), frame(PING, b"y"), frame(MORE, b"z")], SERVED)
    yield Case("20,000 pings whose pongs nobody reads", lambda _: frame(PING, b"x" * 125) * 20000, STAYS)
    yield Case("20,000 pongs that nobody asked for", lambda _: frame(PONG, b"x" * 125) * 20000, STAYS)
    yield Case("a Close of one byte", lambda _: frame(CLOSE, b"\x03"), ENDS)
    for code in (0, 999, 1005, 1006, 1015, 2999, 65535):
        yield Case(f"a Close with {code}", lambda _, code=code: frame(CLOSE, struct.pack(">H", code)), ENDS)
    yield Case("a Close of 126 bytes", lambda _: frame(CLOSE, b"\x03\xe8" + b"x" * 124), ENDS)
    yield Case("messages after the Close", lambda t: frame(CLOSE, b"\x03\xe8") + frame(t.opcode, t.message()) * 100, ENDS)
    yield Case("a thousand Closes", lambda _: frame(CLOSE, b"\x03\xe8") * 1000, ENDS)


def large_messages():
    yield Case("8 MiB in one frame", lambda t: frame(t.opcode, b"x" * (8 << 20)), codes(1009))
    yield Case("8 MiB in 2048 fragments", lambda t: [frame(t.opcode, b"x" * 4096, fin=False)] + [
        frame(MORE, b"x" * 4096, fin=False)] * 2047, codes(1009))
    yield Case("20,000 empty fragments", lambda t: frame(t.opcode, fin=False) + frame(MORE, fin=False) * 20000, STAYS)
    yield Case("4,000 fragments of one byte", lambda t: frame(t.opcode, b"x", fin=False) + frame(MORE, b"x", fin=False) * 4000,
               STAYS)
    yield Case("1,000 empty messages", lambda t: frame(t.opcode) * 1000, STAYS)
    yield Case("1,000 messages that mean nothing", lambda t: frame(t.opcode, b"[" * 1000) * 1000, STAYS)


def cut_frames():
    yield Case("a message byte by byte", lambda t: [bytes([byte]) for byte in frame(t.opcode, t.message())], SERVED)
    whole = frame(BINARY, b"x" * 1000)
    for cut in (1, 2, 3, 5, 7, 500):
        yield Case(f"the first {cut} bytes of a frame", lambda _, cut=cut: whole[:cut], STAYS)


def socket_cases():
    for group in (bad_texts, bad_heads, control_frames, large_messages, cut_frames):
        yield from group()


# ---- upgrades ----

def upgrade_cases():
    yield Case("an upgrade with its first frames in the same packet",
               lambda t: upgrade(t) + frame(t.opcode, b"x") * 10 + frame(TEXT, b"\xff"), STAYS)
    yield Case("an upgrade with noise in the same packet", lambda t: upgrade(t) + random.Random(2).randbytes(3000), STAYS)
    yield Case("an upgrade of version 8", lambda t: upgrade(t, version="8"), STAYS)
    yield Case("an upgrade of version -1", lambda t: upgrade(t, version="-1"), STAYS)
    yield Case("an upgrade with an empty key", lambda t: upgrade(t, key=""), STAYS)
    yield Case("an upgrade with a key of 5,000 bytes", lambda t: upgrade(t, key="x" * 5000), STAYS)
    yield Case("an upgrade without a key",
               lambda t: head(t, f"GET {t.socket_path()} HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"), STAYS)
    yield Case("an upgrade by POST", lambda t: upgrade(t, first=f"POST {t.socket_path()} HTTP/1.1"), STAYS)
    yield Case("an upgrade over HTTP/1.0", lambda t: upgrade(t, first=f"GET {t.socket_path()} HTTP/1.0"), STAYS)
    yield Case("two upgrades in one packet", lambda t: upgrade(t) * 2, STAYS)
    yield Case("an upgrade with a body", lambda t: upgrade(t, "Content-Length: 5") + b"hello", STAYS)
    yield Case("an upgrade with a thousand extensions",
               lambda t: upgrade(t, "Sec-WebSocket-Extensions: " + ", ".join(["permessage-deflate; x=1"] * 300)), STAYS)
    yield Case("an upgrade with a thousand protocols",
               lambda t: upgrade(t, "Sec-WebSocket-Protocol: " + ", ".join(["chat"] * 1000)), STAYS)
    yield Case("an upgrade with 3,000 query values",
               lambda t: upgrade(t, first=f"GET {t.socket_path()}{'&a=b' * 3000} HTTP/1.1"), STAYS)


# ---- HTTP ----

REFUSED = answers(400, 403, 404, 405, 408, 411, 413, 414, 426, 431, 500, 501, 503, 505)


def chunked_cases():
    for size in ("80000000", "ffffffff", "100000000", "7fffffffffffffff", "8000000000000000", "ffffffffffffffff",
                 "10000000000000005", "-1", "0x5", "", "zz", "5;" + "x" * 5000, "0" * 5000 + "5"):
        yield Case(f"a chunk of {size[:20]!r}", lambda t, size=size: post(
            t, "Transfer-Encoding: chunked", body=f"{size}\r\nhello\r\n0\r\n\r\n".encode()), REFUSED)
    yield Case("chunks without an end", lambda t: [post(t, "Transfer-Encoding: chunked")] + [b"1\r\nx\r\n"] * 2000, REFUSED)
    yield Case("a size of a chunk without an end",
               lambda t: post(t, "Transfer-Encoding: chunked", body=b"1" * 200000), REFUSED)
    yield Case("both a length and chunks", lambda t: post(
        t, "Content-Length: 5", "Transfer-Encoding: chunked", body=b"5\r\nhello\r\n0\r\n\r\n"), REFUSED)


def length_cases():
    for length in ("-1", "-9223372036854775808", "4294967296", "9223372036854775807", "9223372036854775808",
                   "18446744073709551615", "18446744073709551616", "9" * 60, "5, 5", "0x10", "1e3", "five"):
        yield Case(f"a body of {length[:24]} bytes", lambda t, n=length: post(t, f"Content-Length: {n}", body=b"hello"), REFUSED)
    yield Case("two lengths", lambda t: post(t, "Content-Length: 5", "Content-Length: 500", body=b"hello"), REFUSED)
    yield Case("a body that is longer than it says", lambda t: post(t, "Content-Length: 5", body=b"x" * 200000), STAYS)
    yield Case("a body of 64 MiB that does not come", lambda t: post(t, f"Content-Length: {64 << 20}", body=b"x"), STAYS)
    yield Case("an empty body with its length", lambda t: post(t, "Content-Length: 0"), answered(200, 400, 426))
    yield Case("noise behind an empty body", lambda t: post(t, "Content-Length: 0", body=b"x" * 20000), STAYS)
    yield Case("a body drop by drop", lambda t: [post(t, "Content-Length: 1000")] + [b"x"] * 200, STAYS)
    yield Case("a body that waits to be asked for", lambda t: post(t, "Content-Length: 5", "Expect: 100-continue"), STAYS)


def head_cases():
    yield Case("a line without an end", lambda t: [b"GET /", b"x" * 1000000], ENDS)
    yield Case("a header without an end", lambda t: [b"GET / HTTP/1.1\r\nHost: ", b"x" * 1000000], ENDS)
    yield Case("headers without an end", lambda t: [b"GET / HTTP/1.1\r\n"] + [b"X-A: " + b"y" * 1000 + b"\r\n"] * 1000, ENDS)
    yield Case("20,000 headers", lambda t: b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n", ENDS)
    yield Case("20,000 cookies", lambda t: b"GET / HTTP/1.1\r\n" + b"Cookie: a=b\r\n" * 20000 + b"\r\n", ENDS)
    yield Case("a head byte by byte", lambda t: [bytes([byte]) for byte in head(t, f"GET {t.path} HTTP/1.1")],
               answers(200, 426))
    yield Case("half a head", lambda t: head(t, f"GET {t.path} HTTP/1.1")[:-2], STAYS)
    for name, lines in {"no colon": "nothing", "no name": ": value", "a zero byte": "X-A: a\0b", "a fold": "X-A: a\r\n b",
                        "a lone CR": "X-A: a\rX-B: b", "bytes beyond ASCII": "X-\xc3\xa4: \xff\xfe"}.items():
        yield Case(f"a header with {name}", lambda t, lines=lines: head(t, f"GET {t.path} HTTP/1.1", lines), STAYS)
    yield Case("a head with LF alone", lambda t: head(t, f"GET {t.path} HTTP/1.1").replace(b"\r", b""), STAYS)
    yield Case("a head with CR alone", lambda t: head(t, f"GET {t.path} HTTP/1.1").replace(b"\n", b""), STAYS)
    yield Case("two hosts", lambda t: head(t, f"GET {t.path} HTTP/1.1", "Host: evil.example"), STAYS)
    yield Case("no host", lambda t: f"GET {t.path} HTTP/1.1\r\n\r\n".encode(), STAYS)


def line_cases():
    for method in ("BREW", "get", "CONNECT", "TRACE", "OPTIONS", "HEAD", "PATCH", "PRI", "", "X" * 10000, "G\0T"):
        yield Case(f"the method {method[:10]!r}", lambda t, m=method: head(t, f"{m} {t.path} HTTP/1.1"), STAYS)
    for version in ("HTTP/9.9", "HTTP/0.9", "HTTP/1", "HTTP/", "SIP/2.0", "", "HTTP/1.1 HTTP/1.1", "HTTP/" + "1" * 5000):
        yield Case(f"the version {version[:20]!r}", lambda t, v=version: head(t, f"GET {t.path} {v}"), STAYS)
    for path in ("", "*", "x", "/%", "/%zz", "/%00", "/%c0%af", "/\0", "//", "/..", "/../../../../etc/passwd", "/%2e%2e/%2e%2e/",
                 "http://evil.example/", "/" + "a" * 100000, "/" + "../" * 3000, "/?" + "a=b&" * 10000, "/?" + "&" * 10000,
                 "/?" + "%" * 5000, "/?" + "a" * 8000, "/api/" + "a" * 8000):
        yield Case(f"the path {path[:24]!r}", lambda t, path=path: head(t, f"GET {path} HTTP/1.1"), STAYS)


def packet_cases():
    yield Case("two requests in one packet", lambda t: head(t, f"GET {t.path} HTTP/1.1") * 2, STAYS)
    yield Case("a request, and noise behind it",
               lambda t: head(t, f"GET {t.path} HTTP/1.1") + random.Random(3).randbytes(5000), STAYS)
    yield Case("500 requests in one packet", lambda t: head(t, f"GET {t.path} HTTP/1.1") * 500, STAYS)
    yield Case("a request inside the body of another", lambda t: post(
        t, "Content-Length: 3", body=b"{}x" + head(t, f"GET {t.path} HTTP/1.1")), STAYS)
    yield Case("a hello of TLS", lambda _: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(600), ENDS)
    yield Case("the preface of HTTP/2", lambda _: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100), STAYS)
    yield Case("64 KiB of zeros", lambda _: bytes(65536), ENDS)
    yield Case("empty lines", lambda _: b"\r\n" * 5000, STAYS)
    for seed in range(4, 8):
        yield Case(f"noise {seed}", lambda _, seed=seed: random.Random(seed).randbytes(30000), STAYS)


def http_cases():
    for group in (upgrade_cases, chunked_cases, length_cases, head_cases, line_cases, packet_cases):
        yield from group()
