#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile clients of gamelift-local's port: every case of attack_cases.py, plain, and those of WebSocket over TLS."""
import http.client
import pathlib
import tempfile
import unittest

from attack import TEXT, Client, Target, WebSocket, run, valgrind
from attack_cases import http_cases, socket_cases
from local import Server, Service, make_certificate


class Port(Target):
    opcode = TEXT
    is_strict = True
    path = "/_local/health"
    post = ("/", "X-Amz-Target: GameLift.ListFleets\r\n")

    def __init__(self, service):
        self.service, self.port, self.trust = service, service.port, service.trust
        self.processes = self.requests = 0
        self.witness = WebSocket(self)

    def socket_path(self):
        self.processes += 1
        url = Server(self.service, f"process-{self.processes}").url()
        return url[url.index("/?"):]

    def message(self):
        self.requests += 1
        return b'{"Action":"HeartbeatServerProcess","RequestId":"request-%d","HealthStatus":true}' % self.requests

    def ask_anew(self):
        connection = http.client.HTTPSConnection if self.trust else http.client.HTTPConnection
        options = {"context": self.trust} if self.trust else {}
        client = connection("127.0.0.1", self.port, timeout=60, **options)
        client.request("GET", self.path)
        assert client.getresponse().read() == b'{"status":"ok"}'
        client.close()


class Attack(unittest.TestCase):
    def attack(self, *options, trust=None, sockets=True, http=True):
        service = Service(*options, trust=trust, wrapper=valgrind())
        self.addCleanup(service.folder.cleanup)
        target = Port(service)
        for case in socket_cases() if sockets else ():
            with self.subTest(case.name):
                run(case, WebSocket(target))
        for case in http_cases() if http else ():
            with self.subTest(case.name):
                run(case, Client(target))
        target.witness.socket.close()
        log = service.log()
        self.assertEqual(0, service.stop(), log)
        self.assertNotIn("Sanitizer", log)

    def test_no_case_harms_it_or_its_other_clients(self):
        self.attack()

    def test_no_case_over_tls_harms_it_either(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key, trust = make_certificate(pathlib.Path(folder))
            self.attack("--tls-cert", certificate, "--tls-key", key, trust=trust, http=False)


if __name__ == "__main__":
    unittest.main()
