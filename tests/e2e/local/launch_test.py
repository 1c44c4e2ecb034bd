#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""gamelift-local as a program: its options, its environment file, the servers that it launches, its end."""
import asyncio
import os
import pathlib
import re
import signal
import socket
import ssl
import stat
import subprocess
import tempfile
import textwrap
import time
import unittest

from local import PROGRAM, Server, Service, make_certificate, until

ROOT = pathlib.Path(__file__).resolve().parents[3]


def run(*options):
    return subprocess.run([PROGRAM, *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Options(unittest.TestCase):
    def test_help_and_version(self):
        for option in ("--help", "-h"):
            lines = run(option).stdout.splitlines()
            self.assertIn("--launch", "".join(lines))
            self.assertLessEqual(len(lines), 24)
            self.assertLessEqual(max(map(len, lines)), 80)
        self.assertRegex(run("--version").stdout, r"^gamelift-local \d+\.\d+\.\d+$")

    # For each option that takes a value: one that it does not take, and what is said then. Options that name files or
    # commands are found out later.
    WRONG = {
        "--port": ("x", "0 to 65535"), "--demo-address": ("here", "IPv4 address"), "--listen": ("localhost", "IPv4 address"), "--token": ("/nonexistent/t", "cannot read"),
        "--allow-host": ("a:1", "without a port"), "--env-file": ("/nonexistent/env", "cannot write"), "--record": ("/nonexistent/r", "cannot record into"),
        "--state": ("/nonexistent/state", "cannot open"), "--scenario": ("/nonexistent/s", "No such file"),
        "--launch": ("'a", "quotes"), "--instances": ("257", "1 to 256"), "--launch-log-dir": ("/nonexistent", "cannot write into"),
        "--launch-grace": ("soon", "0.001 to"), "--tls-cert": ("/nonexistent/c", "cannot read"),
        "--tls-key": ("/nonexistent/k", "cannot read"), "--dedupe-request-ids": ("maybe", "on or off"),
        "--region": ("local", "us-east-1"), "--account": ("12", "twelve digits"), "--seed": ("1.5", "whole number from 1"),
        "--clock-scale": ("1001", "0 to 1000"), "--webhook": ("https://127.0.0.1/", "http://ADDRESS:PORT/PATH"),
        "--log-level": ("loud", "debug, info, warning or error"), "--heartbeat-patience": ("0", "0.001 to"),
        "--process-ready-timeout": ("1e10", "0.001 to"), "--activation-timeout": ("nan", "0.001 to"),
        "--reservation-timeout": ("-1", "0.001 to"), "--exit-timeout": ("x", "0.001 to"), "--token-lifetime": ("3h", "0.001 to"),
        "--match-tick": ("x", "0.001 to"), "--match-settle": ("x", "0.001 to")}
    BESIDE = {"--launch": ["--demo"], "--launch-log-dir": ["--demo", "--launch", "true"],
              "--tls-cert": ["--tls-key", "/dev/null"], "--tls-key": ["--tls-cert", "CERTIFICATE"]}

    def test_all_options_are_in_the_long_help_and_say_what_they_take(self):
        source = (ROOT / "sdk/local/program/options.c").read_text()
        known = {"--" + name: kind for name, kind in re.findall(r'\{"([\w-]+)", (\w+), NULL, OPTION_', source)}
        text = run("--help-all").stdout
        self.assertLessEqual(max(map(len, text.splitlines())), 120)
        for option, kind in known.items():
            self.assertRegex(text, rf"(?m)^  (-h, )?{option}\b" if kind == "no_argument" else rf"(?m)^  {option} \S")
        self.assertEqual({option for option, kind in known.items() if kind == "required_argument"}, self.WRONG.keys())
        certificate = tempfile.NamedTemporaryFile("w", suffix=".pem")  # pylint: disable=consider-using-with
        self.addCleanup(certificate.close)
        print("-----BEGIN CERTIFICATE-----", file=certificate, flush=True)
        for option, (value, words) in self.WRONG.items():
            with self.subTest(option):
                beside = [certificate.name if word == "CERTIFICATE" else word for word in self.BESIDE.get(option, [])]
                result = run("--port", "0", "--log-level", "error", *beside, option, value)
                self.assertIn(result.returncode, (1, 2))
                self.assertIn(words, result.stderr)
                self.assertEqual(1, len(result.stderr.strip().splitlines()), result.stderr)

    def test_an_empty_value_is_called_that(self):
        for option in self.WRONG:
            with self.subTest(option):
                result = run(*self.BESIDE.get(option, []), option, "")
                self.assertEqual((2, f"gamelift-local: {option} has an empty value: is a variable not set? See --help-all\n"),
                                 (result.returncode, result.stderr))

    def test_a_wrong_option_is_one_sentence_and_exit_code_2(self):
        for options, words in ((["--port", "99999"], "0 to 65535"), (["--port", "1.5"], "whole number"),
                               (["--instances", "0"], "1 to 256"), (["--region", "local"], "us-east-1"),
                               (["--account", "12"], "twelve digits"), (["--dedupe-request-ids", "maybe"], "maybe"),
                               (["--launch", "x"], "needs --demo"), (["--demo-address", "127.0.0.1"], "needs --demo"), (["--tls-cert", "x"], "belong together"),
                               (["--reservation-timeout", "-1"], "takes a number"), (["surplus"], "surplus"),
                               (["--scenario", "/dev"], "Is a directory"), (["--nonsense"], "nonsense"), (["--demo=yes"], "takes no value"), (["-x"], "-x"),
                               (["--seed"], "--seed lacks its value"), (["--seed", "-1"], "from 1"),
                               (["--instances", "2"], "need --launch"), (["--allow-host", "x"] * 17, "16 times"),
                               (["--allow-host", ":1"], "without a port")):
            with self.subTest(options):
                result = run(*options)
                self.assertEqual(2, result.returncode)
                self.assertIn(words, result.stderr)
                self.assertEqual(1, len(result.stderr.strip().splitlines()), result.stderr)

    def test_what_cannot_be_done_is_one_sentence_and_exit_code_1(self):
        for options, words in ((["--env-file", "/nonexistent/env"], "/nonexistent/env"),
                               (["--demo", "--token", "/dev"], "Is a directory"),
                               (["--demo", "--launch", "/nonexistent/server"], "cannot run /nonexistent/server"),
                               (["--demo", "--launch", "a | b"], "unquoted"),
                               (["--demo", "--launch", "a $(b)"], "a command in it"),
                               (["--demo", "--launch", "'a"], "quotes do not match"),
                               (["--demo", "--launch", " "], "empty"),
                               (["--tls-cert", "/nonexistent/c", "--tls-key", "/nonexistent/k"], "/nonexistent/c")):
            with self.subTest(options):
                result = run("--port", "0", "--log-level", "error", *options)
                self.assertEqual(1, result.returncode)
                self.assertIn(words, result.stderr)
                self.assertEqual(1, len(result.stderr.strip().splitlines()), result.stderr)

    def test_the_health_of_one_that_runs_can_be_asked_for(self):
        """As a container's runtime does, in an image that has no other program."""
        service = Service()
        try:
            result = run("--check-health", "--port", str(service.port))
            self.assertEqual((0, ""), (result.returncode, result.stderr))
        finally:
            service.stop()
        result = run("--check-health", "--port", str(service.port))
        self.assertEqual(1, result.returncode)
        self.assertEqual(f"gamelift-local: nothing serves at 127.0.0.1:{service.port}: Connection refused\n",
                         result.stderr)

    def test_the_health_of_one_that_serves_tls_can_be_asked_for_too(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key, trust = make_certificate(pathlib.Path(folder))
            service = Service("--tls-cert", certificate, "--tls-key", key, trust=trust)
            try:
                result = run("--check-health", "--port", str(service.port))
                self.assertEqual((0, ""), (result.returncode, result.stderr))
            finally:
                service.stop()

    def test_a_port_that_answers_otherwise_is_not_healthy(self):
        for answer, words in ((b"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP/1.1 404 Not Found"), (b"", "nothing")):
            with self.subTest(words), socket.create_server(("127.0.0.1", 0)) as door:
                asker = subprocess.Popen([PROGRAM, "--check-health", "--port", str(door.getsockname()[1])],
                                         stderr=subprocess.PIPE, text=True)
                with door.accept()[0] as peer:
                    peer.recv(1000)
                    peer.sendall(answer)
                said = asker.communicate(timeout=20)[1]
                self.assertEqual(1, asker.returncode)
                self.assertIn(f"answers {words}", said)
                self.assertEqual(1, len(said.splitlines()), said)

    def test_who_speaks_tls_to_a_port_without_it_is_explained_once(self):
        service = Service()
        try:
            for _ in range(3):
                with self.assertRaises(ssl.SSLError), socket.create_connection(("127.0.0.1", service.port)) as plain:
                    ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
            until(lambda: "a client speaks TLS to this port, which has none" in service.log())
            self.assertEqual(1, service.log().count("speaks TLS"))
        finally:
            service.stop()

    def test_a_port_in_use_is_one_sentence(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            result = run("--port", str(port))
        self.assertEqual(1, result.returncode)
        self.assertIn(f"port {port} is in use", result.stderr)

    def test_a_file_that_is_no_certificate_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            wrong = pathlib.Path(folder) / "wrong.pem"
            wrong.write_text("not a certificate\n")
            result = run("--port", "0", "--tls-cert", wrong, "--tls-key", wrong)
        self.assertEqual(1, result.returncode)
        self.assertIn("PEM", result.stderr)

    def test_the_environment_file_is_for_its_owner_alone(self):
        service = Service()
        try:
            self.assertEqual(0o600, stat.S_IMODE(os.stat(service.path / "env").st_mode))
            self.assertLessEqual({"GAMELIFT_LOCAL_URL", "GAMELIFT_SDK_WEBSOCKET_URL", "GAMELIFT_SDK_FLEET_ID",
                                  "GAMELIFT_SDK_HOST_ID", "GAMELIFT_SDK_AUTH_TOKEN", "GAMELIFT_SDK_PROCESS_ID",
                                  "GAMELIFT_LOCAL_LOCATION"}, service.environment.keys())
        finally:
            self.assertEqual(0, service.stop())

    def test_what_was_planted_where_the_environment_file_goes_is_replaced(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            victim, env = folder / "victim", folder / "env"
            victim.write_text("mine")
            for plant in (lambda path: path.symlink_to(victim), lambda path: path.write_text("x"), os.mkfifo):
                for planted in (env, folder / "env.part"):
                    plant(planted)
                    planted.chmod(0o666)
                env_is_new = os.lstat(env).st_ino
                popen = subprocess.Popen([PROGRAM, "--port", "0", "--demo", "--env-file", env], stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, text=True)
                self.assertIn("is ready", popen.stdout.readline())
                popen.terminate()
                self.assertEqual(0, popen.wait(20))
                popen.stdout.close()
                found = os.lstat(env)
                self.assertTrue(stat.S_ISREG(found.st_mode) and found.st_ino != env_is_new)
                self.assertEqual(0o600, stat.S_IMODE(found.st_mode))
                self.assertIn("GAMELIFT_SDK_AUTH_TOKEN", env.read_text())
                self.assertEqual("mine", victim.read_text())
                env.unlink()
                (folder / "env.part").unlink()
                self.assertEqual(["victim"], os.listdir(folder))

    def test_without_the_demo_there_is_nothing(self):
        service = Service(demo=False)
        self.assertEqual([], service.state()["fleets"])
        self.assertEqual(0, service.stop())

    def test_the_same_seed_gives_the_same_ids(self):  # S88
        fleets = []
        for _ in range(2):
            service = Service("--seed", "7")
            fleets.append(service.fleet)
            service.stop()
        self.assertEqual(fleets[0], fleets[1])

    def test_both_signals_end_it_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                service = Service()
                service.popen.send_signal(number)
                self.assertEqual(0, service.stop())


class Launch(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def script(self, text):
        path = self.path / "server.sh"
        path.write_text("#!/bin/sh\n" + textwrap.dedent(text))
        path.chmod(0o755)
        return str(path)

    def serve(self, command, *options):
        service = Service("--launch", command, *options)
        self.addCleanup(service.stop)
        return service

    def pids(self, service):
        return [int(pid) for pid in re.findall(r"was started, pid (\d+)", service.log())]

    def test_each_server_has_its_own_environment(self):
        service = self.serve(self.script("""\
            echo "$1 $GAMELIFT_SDK_PROCESS_ID $GAMELIFT_SDK_FLEET_ID $GAMELIFT_SDK_HOST_ID $GAMELIFT_SDK_AUTH_TOKEN"
            exec sleep 60
            """) + " 'two words'", "--instances", "2")
        environment = service.environment
        for process_id in ("server-1", "server-2"):
            line = (f"[{process_id}] two words {process_id} {service.fleet} {environment['GAMELIFT_SDK_HOST_ID']} "
                    f"{environment['GAMELIFT_SDK_AUTH_TOKEN']}")
            until(lambda: line in service.log(), what=line)

    def test_a_server_that_ended_is_followed_by_a_fresh_one(self):
        service = self.serve(self.script("sleep 0.2\n"))
        until(lambda: "server-3 was started" in service.log())
        self.assertIn("server-1 ended with exit code 0", service.log())

    def test_servers_that_die_at_once_come_back_slowly(self):
        service = self.serve("/bin/false")
        time.sleep(2.5)
        started = len(self.pids(service))
        self.assertGreaterEqual(started, 2)
        self.assertLessEqual(started, 5)

    def test_a_program_that_cannot_be_run_says_so_in_the_log(self):
        service = self.serve("no-such-program-here")
        until(lambda: "cannot run no-such-program-here" in service.log())

    def test_output_goes_to_a_file_per_process(self):
        service = self.serve(self.script("echo out; echo error >&2; printf 'no newline'; exec sleep 60\n"),
                             "--launch-log-dir", str(self.path))
        until(lambda: (self.path / "server-1.log").exists() and
              (self.path / "server-1.log").read_text() == "out\nerror\n")
        service.stop()
        self.assertEqual("out\nerror\nno newline\n", (self.path / "server-1.log").read_text())

    def test_a_log_is_not_written_through_what_was_planted(self):
        logs, victim = self.path / "logs", self.path / "victim"
        logs.mkdir()
        victim.write_text("mine")
        (logs / "server-1.log").symlink_to(victim)
        os.mkfifo(logs / "server-2.log")
        service = self.serve(self.script("echo hello; exec sleep 100"), "--instances", "3", "--launch-log-dir", logs)
        until(lambda: (logs / "server-3.log").exists() and (logs / "server-3.log").read_text() == "hello\n")
        self.assertEqual("mine", victim.read_text())
        self.assertEqual(0o600, stat.S_IMODE(os.stat(logs / "server-3.log").st_mode))
        self.assertEqual(2, service.log().count("cannot write"), service.log())

    def test_nothing_but_text_reaches_a_terminal(self):
        """Escape sequences, and the C1 characters that some terminals take for them."""
        said = r"printf 'a\033[2Jb\302\233c\233d\r\177e\303\244\n'; exec sleep 100"
        shown = "a?[2Jb??c?d??e\u00e4"
        service = self.serve(self.script(said))
        until(lambda: shown in service.log(), what=service.log())
        logs = self.path / "logs"
        logs.mkdir()
        self.serve(self.script(said), "--launch-log-dir", logs)
        until(lambda: (logs / "server-1.log").exists() and (logs / "server-1.log").read_text("utf-8") == shown + "\n")
        service.call("CreateFleet", Name="n", ComputeType="ANYWHERE", Locations=[{"Location": service.location}])
        asyncio.run(self.connect(service, "p\x1b[2J\u009b1m"))
        self.assertNotRegex(service.log(), "[\x00-\x08\x0b-\x1f\x7f-\x9f]")
        self.assertIn("p?[2J??1m", service.log())

    async def connect(self, service, process_id):
        async with Server(service, process_id) as server:
            await server.ready()
            await server.ask("TerminateServerProcess")

    def test_a_line_of_any_length_and_content_comes_out(self):
        text = "x" * 2048 + "\n" + "y" * 2049 + "\nz\0z\n"
        (self.path / "text").write_text(text)
        service = self.serve(self.script(f"cat {self.path}/text; exec sleep 60\n"),
                             "--launch-log-dir", str(self.path))
        log = self.path / "server-1.log"
        until(lambda: log.exists() and log.read_text().endswith("z?z\n"))
        self.assertEqual("x" * 2048 + "\n" + "y" * 2048 + "\ny\nz?z\n", log.read_text())

    def test_a_server_gets_no_files_of_ours_and_the_limit_that_we_were_given(self):
        service = Service("--launch", self.script("ls /proc/self/fd; echo limit $(ulimit -S -n); exec sleep 60\n"),
                          files=(300, 2000))
        self.addCleanup(service.stop)
        until(lambda: "] limit 300\n" in service.log())
        self.assertEqual(["0", "1", "2", "3"], re.findall(r"\[server-1\] (\d+)\n", service.log()))  # 3 is ls's own

    def test_the_end_asks_first(self):
        service = self.serve(self.script("""\
            trap 'echo asked; exit 3' TERM
            echo up
            while :; do sleep 0.1; done
            """))
        until(lambda: "[server-1] up" in service.log())
        pids = self.pids(service)
        service.popen.terminate()
        self.assertEqual(0, service.popen.wait(10))
        self.assertIn("[server-1] asked", service.log())
        self.assertIn("server-1 ended with exit code 3", service.log())
        self.assertFalse(any(is_alive(pid) for pid in pids))

    def test_who_does_not_listen_is_killed_with_all_it_started(self):
        service = self.serve(self.script("""\
            trap '' TERM
            sleep 1000 &
            echo "child $!"
            while :; do sleep 0.1; done
            """), "--launch-grace", "0.5")
        child = int(until(lambda: re.search(r"child (\d+)", service.log())).group(1))
        service.popen.terminate()
        self.assertEqual(0, service.popen.wait(10))
        self.assertIn("server-1 was ended by signal 9", service.log())
        until(lambda: not is_alive(child))

    def test_a_server_that_dies_is_a_crash_at_once(self):  # S31
        service = self.serve(self.script(f"""\
            exec /usr/bin/python3 -c '
            import asyncio, os, sys
            sys.path.insert(0, "{pathlib.Path(__file__).parent}")
            import local
            class Service: environment, trust = os.environ, None
            async def main():
                server = await local.Server(Service, os.environ["GAMELIFT_SDK_PROCESS_ID"]).connect()
                await server.ready()
                os._exit(1)
            asyncio.run(main())
            '
            """.replace("            ", "")))
        until(lambda: "SERVER_PROCESS_CRASHED" in service.events(), 15)


if __name__ == "__main__":
    unittest.main()
