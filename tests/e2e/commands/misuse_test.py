#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each program, started in each wrong way: it ends, and says in one or two lines what is wrong with which option and value.

The calls are made of the tables of programs.py: each option without value, with an empty one, and with each value that its
kind must not have. With GLIFT_LONG all of them are made, without it all of the programs that start in milliseconds, and one
for each option of the others. All run without HOME, in the C locale, in a folder that nobody can write.
"""
import concurrent.futures
import contextlib
import dataclasses
import os
import re
import subprocess
import tempfile
import unittest

import local
from places import Places
from programs import ARENA, LOCAL, LOCAL_BENCH, PROGRAMS

ALL = os.environ.get("GLIFT_LONG") == "1"
WITH_HELP = [program for program in PROGRAMS if program.helps]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
TIMEOUT_S = 120
# Words of a program that was taken by surprise.
SURPRISED = re.compile(r"Traceback|Assertion|assert|Segmentation|Sanitizer|\(null\)|: Success|stack traceback|unbound variable|"
                       r"core dumped|terminate called|No such option|\x1b|\.py\", line")


@dataclasses.dataclass
class Call:
    """A call that is wrong, and the words that have to be in what is said of it."""
    program: object
    arguments: list
    names: list
    wrapper: list = dataclasses.field(default_factory=list)
    stdout: object = subprocess.PIPE

    def run(self):
        return subprocess.run(
            [*self.wrapper, *self.program.command, *self.arguments], env=ENVIRONMENT, cwd="/proc", timeout=TIMEOUT_S,
            stdin=subprocess.DEVNULL, stdout=self.stdout, stderr=subprocess.PIPE, text=True, errors="replace", check=False)

    def title(self):
        words = [str(word) for word in (*self.program.command[-1:], *self.arguments)]
        return " ".join(word if len(word) < 80 else word[:20] + "..." for word in words)


def shown(value):
    """As much of a value as a complaint has to show."""
    return str(value)[:20]


def of_option(program, option, kind, places):
    """The wrong calls of one option."""
    needs = [places.paths[word[6:]] if str(word).startswith("place:") else word for word in kind.needs]

    def call(*arguments, names, wrapper=()):
        return Call(program, [*program.start, *needs, *arguments, *program.rest], names, list(wrapper))
    if not kind.has_value:
        return
    if not kind.is_optional:
        yield Call(program, [*program.start, *needs, option], [option])
    if not kind.may_be_empty:
        yield call(option, "", names=[option.strip("-")])
    for value in kind.wrong:
        yield call(option, value, names=[option.strip("-"), shown(value)])
    for place in kind.places:
        if place not in places.missing:
            value = places.paths[place]
            yield call(option, value, names=[str(value)], wrapper=places.wrappers.get(place, ()))


def of_program(program, places):
    """The wrong calls of a program, those that the normal run has first."""
    if program.refuses_options:
        for option in ("--no-such-option", "--no-such=1"):
            yield Call(program, [*program.start, option, *program.rest], [option])
    for arguments, names in program.wrong:
        yield Call(program, [*program.start, *arguments] if arguments else [], names)
    for option, kind in program.options.items() if program.makes_calls else ():
        calls = list(of_option(program, option, kind, places))
        yield from calls if ALL or program.is_quick else calls[-1:]


def fault_of(call):
    """What is wrong with how the program took it; None where nothing is."""
    try:
        done = call.run()
    except subprocess.TimeoutExpired:
        return "it goes on as if nothing was wrong"
    lines = done.stderr.splitlines()
    if done.returncode <= 0:
        return f"exit code {done.returncode}: {done.stderr[-300:]}"
    if done.stdout:
        return f"its complaint, or something else, is on stdout: {done.stdout[:300]}"
    if not 1 <= len(lines) <= 2 or len(done.stderr) > 1500:
        return f"{len(lines)} lines, {len(done.stderr)} bytes: {done.stderr[:600]}"
    if SURPRISED.search(done.stderr):
        return f"it was taken by surprise: {done.stderr}"
    unnamed = [name for name in call.names if name not in done.stderr]
    return f"it does not name {unnamed}: {done.stderr}" if unnamed else None


class Misuse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.places = Places(stack.enter_context(tempfile.TemporaryDirectory()), stack)

    def none_has_a_fault(self, calls):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for call, fault in zip(calls, pool.map(fault_of, calls)):
                with self.subTest(call.title()):
                    self.assertIsNone(fault)

    def test_what_is_wrong_is_said_in_a_line_that_names_it(self):
        calls = [call for program in PROGRAMS for call in of_program(program, self.places)]
        self.assertGreater(len(calls), 400)
        self.none_has_a_fault(calls)

    def test_the_table_knows_each_option_of_the_help(self):
        for program in PROGRAMS:
            text = "".join(Call(program, [word], []).run().stdout for word in program.helps)
            told = set(re.findall(r"(?m)^ +(?:-\w, )?(--[a-z][a-z-]*)", text)) - {"--help", "--long"}
            with self.subTest(program.name):
                self.assertEqual(set(), told - set(program.options), "options of --help that programs.py lacks")

    def test_places_that_this_machine_cannot_make(self):
        if self.places.missing:
            self.skipTest("; ".join(f"{place}: {reason}" for place, reason in self.places.missing.items()))


class Help(unittest.TestCase):
    def test_help_is_on_stdout_and_nothing_is_wrong(self):
        for program in PROGRAMS:
            for word in program.helps:
                with self.subTest([*program.command[-1:], word]):
                    done = Call(program, [word], []).run()
                    self.assertEqual((0, ""), (done.returncode, done.stderr))
                    self.assertIn(program.name, done.stdout)
                    self.assertLessEqual(max(map(len, done.stdout.splitlines())), 128)

    def test_help_that_cannot_be_written_is_no_success(self):
        for program in WITH_HELP:
            with self.subTest([*program.command[-1:]]), open("/dev/full", "w", encoding="utf-8") as full:
                done = Call(program, [program.helps[-1]], [], stdout=full).run()
                self.assertGreater(done.returncode, 0)
                self.assertIn("No space left on device", done.stderr)
                self.assertLessEqual(len(done.stderr.splitlines()), 2)

    def test_a_result_that_cannot_be_written_is_no_success(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as scenario:
            print('{"scenario": "short", "text": "A rest.", "steps": [{"name": "a rest", "pause_seconds": 0.01}]}',
                  file=scenario, flush=True)
            for program, arguments in ((LOCAL_BENCH, LOCAL_BENCH.rest), (LOCAL, (*LOCAL.start, "--scenario", scenario.name))):
                with self.subTest(arguments), open("/dev/full", "w", encoding="utf-8") as full:
                    self.assertEqual(0, Call(program, arguments, []).run().returncode)
                    done = Call(program, arguments, [], stdout=full).run()
                    self.assertGreater(done.returncode, 0)
                    self.assertRegex(done.stderr, "(?m)^gamelift-local: cannot write to stdout: No space left on device$")

    def test_help_for_nobody_ends(self):
        closed = ["sh", "-c", 'exec "$@" >&-', "closed"]
        for program in WITH_HELP:
            with self.subTest([*program.command[-1:], "closed"]):
                done = Call(program, [program.helps[-1]], [], wrapper=closed).run()
                self.assertIsNone(SURPRISED.search(done.stderr), done.stderr)
            with self.subTest([*program.command[-1:], "nobody reads"]):
                reader, writer = os.pipe()
                os.close(reader)
                with open(writer, "w", encoding="utf-8") as pipe:
                    done = Call(program, [program.helps[-1]], [], stdout=pipe).run()
                self.assertIsNone(SURPRISED.search(done.stderr), done.stderr)


class WithoutStandardFiles(unittest.TestCase):
    """Who is started without stdin, stdout and stderr gives their numbers to no socket: what is printed would go there."""

    def links(self, process):
        """What the descriptors are, as soon as there is a socket."""
        folder = f"/proc/{process.pid}/fd"
        links = {}
        for number in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                links[int(number)] = os.readlink(f"{folder}/{number}")
        return links if any(link.startswith("socket:") for link in links.values()) else None

    def test_their_numbers_are_taken_by_nothing_else(self):
        for program in (LOCAL, ARENA):
            with self.subTest(program.name):
                command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "closed", *program.command, *program.start]
                process = subprocess.Popen(command, env=ENVIRONMENT)
                self.addCleanup(process.wait, TIMEOUT_S)
                self.addCleanup(process.kill)
                links = local.until(lambda p=process: self.links(p), TIMEOUT_S, "it listens")
                self.assertEqual(["/dev/null"] * 3, [links.get(number) for number in range(3)])


if __name__ == "__main__":
    unittest.main()
