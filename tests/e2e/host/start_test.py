# SPDX-License-Identifier: Apache-2.0
"""What keeps an arena from starting is said in one sentence, and the exit code is not 0."""

import socket
import subprocess
import unittest

from arena import BUILD, OFFLINE, ArenaCase


class Start(ArenaCase):
    def error_line(self, *arguments, **options):
        lines = [line for line in self.fails(*arguments, **options).splitlines() if " ERROR " in line]
        self.assertEqual(1, len(lines), lines)
        return lines[0]

    def test_a_missing_script_is_named(self):
        line = self.error_line("--script", "/nowhere/main.lua", *OFFLINE)
        self.assertIn("/nowhere/main.lua", line)
        self.assertIn("--script", line)

    def test_a_script_that_does_not_compile_is_named_with_its_line(self):
        script = self.write("broken.lua", "local x = 1\nlocal y = = 2\n")
        self.assertRegex(self.error_line("--script", script, *OFFLINE), r"broken\.lua:2: unexpected symbol")

    def test_a_script_that_raises_at_once_is_named_with_a_traceback(self):
        script = self.write("raising.lua", "local function f() error 'no map' end\nf()\n")
        log = self.fails("--script", script, *OFFLINE)
        self.assertRegex(log, r"raising\.lua:1: no map\n\s+stack traceback:(.|\n)*raising\.lua:2")

    def test_a_setting_of_the_scripts_that_is_wrong_is_one_line(self):
        for arguments, sentence in (
                (["--lobby", "--endpoint", "nonsense"], 'setting endpoint: "nonsense" is not an http address'),
                (["--lobby", "--endpoint", "http://127.0.0.1:9", "--set", "lobby_token=short"],
                 "setting lobby_token: at least 16 letters, digits, - and _ are expected"),
                (["--bots", "2", "--endpoint", "http://127.0.0.1:9", "--set", "sessions=x"],
                 'setting sessions: "x" is not a number from 0 to 1000'),
                (["--bots", "2", "--endpoint", "http://127.0.0.1:9", "--set", "sessions=1.5"],
                 "setting sessions: 1.5 is not a whole number")):
            with self.subTest(arguments):
                log = self.fails(*arguments)
                self.assertEqual([sentence], [line.partition(" script   ")[2] for line in log.splitlines()], log)

    def test_a_missing_plugin_is_named(self):
        script = self.write("main.lua", "")
        line = self.error_line("--script", script, "--plugin", "/nowhere/gamelift_plugin.so")
        self.assertIn("there is no plugin /nowhere/gamelift_plugin.so: build it, or give --plugin FILE", line)

    def test_a_library_that_is_no_plugin_is_refused(self):
        script = self.write("main.lua", "")
        line = self.error_line("--script", script, "--plugin", BUILD / "libgamelift.so")
        self.assertIn("is no GameLift plugin: it has no glift_plugin_query()", line)

    def test_a_file_that_is_no_library_is_refused(self):
        script = self.write("main.lua", "")
        line = self.error_line("--script", script, "--plugin", script)
        self.assertIn("the plugin cannot be loaded: ", line)

    def test_a_port_in_use_is_named(self):
        script = self.write("main.lua", "")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            line = self.error_line("--script", script, "--port", port, *OFFLINE)
        self.assertIn(f"port {port} is in use by another program: give --port another number, or 0", line)

    def test_an_address_of_another_machine_is_refused(self):
        script = self.write("main.lua", "")
        for address in ("203.0.113.7", "localhost"):
            line = self.error_line("--script", script, "--address", address, *OFFLINE)
            self.assertIn(f'cannot listen on "{address}": give --address', line)

    def test_options_that_make_no_sense_are_named(self):
        for arguments, sentence in (
                (["--bots", "many"], '--bots takes a number from 1 to 64, not "many"'),
                (["--bots", "2", "--bot-skill", "godlike"], '--bot-skill takes easy, normal or hard, not "godlike"'),
                (["--set", "script_timeout_ms=soon"],
                 'script_timeout_ms is a number of milliseconds, 0 for no limit, not "soon"'),
                (["--port", "70000"], '--port takes a number from 0 to 65535, not "70000"'),
                (["--tick-rate", "0"], '--tick-rate takes a number from 1 to 240, not "0"'),
                (["--set", "novalue"], '--set takes KEY=VALUE, not "novalue"'),
                (["--origin", "play.example"], "--origin takes scheme://host[:port]"),
                (["--lobby"], "--lobby needs the service: --endpoint http://"),
                (["--bots", "2"], "--bots needs the lobby: --endpoint http://"),
                (["--lobby", "--endpoint", "http://127.0.0.1:9", "--assets", "/nowhere"],
                 "there is no folder /nowhere: give --assets DIR"),
                (["--set", "terminate_grace_s=soon"], 'terminate_grace_s is a number of seconds, not "soon"'),
                (["--set", "players_per_address=x"], 'players_per_address is a number of connections, not "x"'),
                (["--set", "joins_per_second=-1"], 'joins_per_second is a number, not "-1"'),
                (["--set", "log_level=loud"], 'log_level is debug, info, warning or error, not "loud"'),
                (["--port"], "--port lacks its value: --help lists the options"),
                (["--bogus"], "--bogus is no option, or takes no value: --help lists them"),
                (["surplus"], '"surplus" is no option; --help lists them')):
            with self.subTest(arguments):
                self.assertIn(sentence, self.fails(*arguments, code=2))

    def test_an_empty_value_is_called_that(self):
        for option in ("--script", "--plugin", "--address", "--port", "--origin", "--endpoint", "--assets", "--tick-rate", "--set",
                       "--bots", "--bot-skill"):
            with self.subTest(option):
                self.assertEqual(f"arena: {option} has an empty value: is a variable not set? --help lists the options",
                                 self.fails(option, "", code=2))

    def test_help_and_version_go_to_stdout(self):
        for option, text in (("--help", "--script FILE"), ("-h", "--script FILE"), ("--version", "arena ")):
            done = subprocess.run([BUILD / "arena", option], capture_output=True, text=True, timeout=10, check=True)
            self.assertIn(text, done.stdout)
            self.assertEqual("", done.stderr)

    def test_a_free_port_lies_where_gamelift_allows_it(self):
        arena = self.offline("")
        self.assertIn(arena.port, range(20000, 30000))
        self.finish(arena)


if __name__ == "__main__":
    unittest.main()
