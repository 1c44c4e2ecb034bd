# SPDX-License-Identifier: Apache-2.0
"""A StatsD collector and a crash reporter for tests: everything that comes is kept, and what is no StatsD is told."""
import http.server
import re
import socket
import threading
import time
import urllib.parse

LINE = re.compile(r"(?P<name>[A-Za-z][\w./-]*):(?P<value>-?\d+(\.\d+)?)\|(?P<type>g|c|ms)"
                  r"(\|@(?P<rate>0?\.\d+|1))?(\|#(?P<tags>[A-Za-z][\w./-]*:[\w./:-]*(,[A-Za-z][\w./-]*:[\w./:-]*)*))?")


class Line:
    """One metric line, taken apart; raises where it is none (P168)."""

    def __init__(self, text):
        match = LINE.fullmatch(text)
        if not match:
            raise AssertionError(f"no StatsD line: {text!r}")
        self.text = text
        self.name, self.type = match["name"], match["type"]
        self.value = float(match["value"])
        self.rate = float(match["rate"] or 1)
        pairs = [pair.split(":", 1) for pair in (match["tags"] or "").split(",") if pair]
        self.tags = dict(pairs)
        if len(self.tags) != len(pairs):
            raise AssertionError(f"a tag twice: {text!r}")


class StatsD:
    """UDP on a free port of the loopback; gauges that are set relatively would count as such."""

    def __init__(self, family=socket.AF_INET, address="127.0.0.1"):
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.settimeout(0.1)
        self.port = self.socket.getsockname()[1]
        self.datagrams = []
        self.gauges = {}
        self.trouble = None
        self._changed = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._receive)
        self._thread.start()

    def _receive(self):
        while self._open:
            try:
                datagram = self.socket.recv(65536)
            except TimeoutError:
                continue
            with self._changed:
                self._take(datagram)
                self._changed.notify_all()

    def _take(self, datagram):
        try:
            lines = [Line(text) for text in datagram.decode("ascii").split("\n")]
        except (AssertionError, UnicodeDecodeError) as error:
            self.trouble = self.trouble or error
            return
        self.datagrams.append((len(datagram), lines))
        for line in lines:
            if line.type == "g":
                relative = line.text.split(":", 1)[1][0] in "+-"
                self.gauges[line.name] = line.value + (self.gauges.get(line.name, 0) if relative else 0)

    def lines(self, name=None):
        with self._changed:
            if self.trouble:
                raise self.trouble
            return [line for _, lines in self.datagrams for line in lines if name in (None, line.name)]

    def wait_for(self, name, condition=lambda line: True, timeout_s=20):
        """The first line of this name for which the condition holds."""
        deadline = time.monotonic() + timeout_s
        while True:
            for line in self.lines(name):
                if condition(line):
                    return line
            with self._changed:
                if not self._changed.wait(max(0, deadline - time.monotonic())) and time.monotonic() > deadline:
                    raise AssertionError(f"no such {name}; there were:\n" +
                                         "\n".join(sorted({line.text for _, lines in self.datagrams for line in lines})))

    def close(self):
        self._open = False
        self._thread.join(5)
        self.socket.close()


class CrashReporter:
    """HTTP on a free port: what it was told, as (path, query) in order. Answers with `status`."""

    def __init__(self, status=200):
        self.calls = []
        reporter = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                reporter.calls.append((url.path, urllib.parse.parse_qs(url.query), self.path))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def paths(self):
        return [path for path, _, _ in self.calls]

    def close(self):
        self.server.shutdown()
        self._thread.join(5)
        self.server.server_close()
