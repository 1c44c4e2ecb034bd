#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the arena with everything around it: gamelift-local, two arena servers, the lobby, bots.

Without options a person plays: the address of the lobby is printed, Ctrl-C drains and stops everything.
With --smoke a short match is played by bots and watched from outside, step by step, each with its time.
Called by run.sh, which has installed what the build needs.
"""
import argparse
import os
import sys
import time

from runner.arena import Arena, check_loopback
from runner.build import build
from runner.process import ROOT, Failed, Interrupt, Interrupted, Refused, in_words
from runner.public import Public, check_private
from runner.smoke import Smoke

SKILLS = ("easy", "normal", "hard")
MAPS = sorted(path.stem for path in (ROOT / "game/arena/maps").glob("*.lua") if path.stem != "symmetric")


def play(arena):
    arena.start_service()
    arena.start_lobby(arena.use_map(arena.options.map) if arena.options.map else None)
    if arena.options.bots:
        # One of them is on call: it comes where a person waits alone.
        arena.start_bots("bots", arena.options.bots, "on_call=1", f"bot_skill={arena.options.bot_skill}")
    invitation = f"\n{arena.public.invitation()}\n" if arena.public else ""
    print(f"""
  Play            {arena.public.link if arena.public else arena.lobby_url}
  gamelift-local  {arena.service.url}
  Logs            {os.path.relpath(arena.logs)}/
{invitation}
Ctrl-C drains and stops everything.""", flush=True)
    essential = arena.processes[:2]
    while True:
        arena.check_interrupt()
        for process in essential:
            if process.ended():
                raise arena.blame(process, Failed(process.ended()))
        time.sleep(0.1)


def run(arena):
    """Play until there is a reason to stop, then stop everything; the exit code."""
    started = time.monotonic()
    reason, was_interrupted, is_told = None, False, False
    try:
        Smoke(arena).play() if arena.options.smoke else play(arena)
    except Interrupted:
        was_interrupted = True
        print("\nStopping: players are told, servers drain.", file=sys.stderr)
    except (Failed, OSError) as failure:
        reason = in_words(failure) if isinstance(failure, OSError) else str(failure)
        is_told = isinstance(failure, (Refused, OSError))
        print(f"FAILED: {reason}", file=sys.stderr)
    try:
        arena.stop()
    except Failed as failure:
        reason, is_told = reason or str(failure), False
        print(f"FAILED: while stopping: {failure}", file=sys.stderr)
    if reason:
        if not is_told:
            arena.print_logs()
        return 1
    if was_interrupted:
        return exit_code_of_interrupted(arena.options)
    print(f"{time.monotonic() - started:6.1f} s  everything has stopped, exit codes 0, no process left")
    print("The arena works: one match from matchmaking to drain.")
    return 0


def exit_code_of_interrupted(options):
    """A person has played long enough. A smoke test that was not played to its end has shown nothing."""
    return 130 if options.smoke else 0


def number(low, high):
    def read(text):
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"a number from {low} to {high} is expected, not {text!r}")
        return int(text)
    return read


def filled(text):
    if not text:
        raise argparse.ArgumentTypeError("its value is empty: is a variable not set?")
    return text


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: argparse would put several of usage before it, and all of a value into it."""

    def error(self, message):
        short = message if len(message) <= 300 else message[:300] + "..."
        self.exit(2, f"{self.prog}: {short}: see {self.prog} --help\n")


def main():
    parser = Parser(prog="run.sh", description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("--smoke", action="store_true", help="play a short match with bots, check it, and exit")
    parser.add_argument("--bots", type=number(0, 64), default=5, metavar="N", help="bots that keep you company (default 5)")
    parser.add_argument("--bot-skill", choices=SKILLS, default="normal", help="how well they play (default normal)")
    parser.add_argument("--map", choices=MAPS, help="the map that is played on (default ring)")
    parser.add_argument("--service-port", type=number(0, 65535), default=0, metavar="N", help="gamelift-local's port (default: a free one)")
    parser.add_argument("--lobby-port", type=number(0, 65535), default=0, metavar="N", help="the lobby's port (default: a free one)")
    parser.add_argument("--public", nargs="?", default=False, type=filled, metavar="ADDRESS",
                        help="others on the local network can join, with a link that has a token in it and a QR code, at this "
                        "address (default: the machine's own)")
    parser.add_argument("--logs", default="run", help=argparse.SUPPRESS)
    parser.add_argument("--build-dir", type=filled, metavar="DIR", help="run what is built there, instead of building")
    options = parser.parse_args()
    interrupt = Interrupt()
    try:
        check_loopback()
        if options.public is False:
            check_private()
        public = Public(options.public, options.lobby_port) if options.public is not False else None
        if options.build_dir is None:
            build(interrupt)
        return run(Arena(options, interrupt.check, public))
    except Interrupted:
        return exit_code_of_interrupted(options)
    except (Failed, OSError) as failure:
        print(f"FAILED: {in_words(failure) if isinstance(failure, OSError) else failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
