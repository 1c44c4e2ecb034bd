#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the arena costs: bench_arena.py BUILD [SCENARIO ...] [--seconds N]

Real arenas on a gamelift-local, players over real sockets. CPU is what the kernel counted for the arena's process.
Beside each figure stands the floor: the same host with a script that sends as many bytes to as many players, and
does nothing else. Not a test: no figure is judged.

  duel     16 players and 16 more: what a tick costs
  crowd    200 players in one arena
  fleet    20 arenas of 16 players, all on one core
  many     the same 20 as servers of one process, beside 20 processes; without a floor
  stall    20 servers of one process, offline: what they notice of one that does not return from a call, and of one
           that ends and has a successor: the longest time between two ticks; a tick is due every 33.3 ms
  idle     ready servers without a session: 1 to 500 of one process, beside as many processes; without a floor
"""
import argparse
import os
import pathlib
import re
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
GAME = ROOT / "game" / "arena"
HERE = pathlib.Path(__file__).resolve().parent
START_TIMEOUT_S = 300
WINDOWS = 5
SNAPSHOT_BYTES = {16: 260, 32: 480, 200: 2700}  # about as many as the game sends


def figure(name, value, unit):
    print(f"figure {name} {value:.3f} {unit}", flush=True)


def cpu_seconds(pid):
    """Of the whole process, with its threads; in nanoseconds by the kernel's scheduler."""
    return sum(int(path.read_text().split()[0]) for path in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory_kib(pid):
    """The process's share of the memory that it has."""
    return int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])


class Fleet:
    """Arenas with as many players each; all of them are in the game when this returns. together: in one process."""

    def __init__(self, arenas, players, floor=False, core=None, together=False):
        from arena import Arena
        from service import Service
        self.folder = tempfile.TemporaryDirectory()
        self.service = Service()
        self.arenas, self.crowds, self.players, self.servers = [], [], players, arenas
        wrapper = ("taskset", "-c", str(core)) if core is not None else ()
        script = ("--script", HERE / "arena_measured.lua", *settings(players, floor))
        for number in range(1 if together else arenas):
            identity = {"GAMELIFT_SDK_PROCESS_ID": "" if together else f"arena-{number}"}
            self.arenas.append(Arena(*script, *(("--servers", arenas) if together else ()), wrapper=wrapper,
                                     environment={**self.service.environment, **identity}))
        try:
            self.fill(core)
        except Exception:
            print(*(arena.log[-2000:] for arena in self.arenas), sep="\n", file=sys.stderr)
            self.stop()
            raise

    def wait_until_ready(self):
        self.service.wait_until(
            lambda: sum(one["state"] == "READY" for one in self.service.state()["processes"]) == self.servers,
            f"{self.servers} servers are ready", START_TIMEOUT_S)

    def fill(self, core):
        self.wait_until_ready()
        if self.players == 0:
            return
        urls = self.urls()
        for begin in range(0, len(urls), 200):
            self.crowds.append(self.crowd(urls[begin:begin + 200], begin, wrapper_of_crowd(core)))
        for crowd in self.crowds:
            crowd.wait_for(r"crowd: \d+ players, (?:2[5-9]|3\d)", START_TIMEOUT_S)

    def urls(self):
        found = []
        for _ in range(self.servers):
            session = self.service.place_session(self.players)
            port = next(one["port"] for one in self.service.state()["game_sessions"]
                        if one["game_session_id"] == session)
            for number in range(self.players):
                seat = self.service.create_player(session, f"player-{number}")
                found.append(f"ws://127.0.0.1:{port}/?PlayerSessionId={seat}")
        return found

    def crowd(self, urls, number, wrapper):
        from arena import Arena
        path = pathlib.Path(self.folder.name) / f"urls-{number}"
        path.write_text("\n".join(urls))
        return Arena("--bots", "1", "--script", HERE / "arena_crowd.lua", "--set", f"urls={path}",
                     "--set", f"game={GAME}", wrapper=wrapper)

    def memory_kib(self):
        return sum(memory_kib(arena.process.pid) for arena in self.arenas)

    def cpu(self):
        return sum(cpu_seconds(arena.process.pid) for arena in self.arenas)

    def measure(self, seconds):
        """CPU seconds a second, of all arenas; the crowd's last line."""
        before, began = self.cpu(), time.monotonic()
        time.sleep(seconds)
        used = (self.cpu() - before) / (time.monotonic() - began)
        return used, [re.findall(r"crowd: .*?([\d.]+) snapshots a second, the least ([\d.]+)", crowd.log)[-1]
                      for crowd in self.crowds]

    def stop(self):
        for one in (*self.crowds, *self.arenas):
            one.stop()
        self.service.stop()
        self.folder.cleanup()


def settings(players, floor):
    pairs = {"game": GAME, "max_players": players or 16, "players_per_address": 1000, "joins_per_second": 1000,
             "round_seconds": 3600, "seed": 7,
             "script_timeout_ms": 0}  # the timer of the watchdog makes the clock of ticks a coarse one
    if floor:
        pairs["floor_bytes"] = SNAPSHOT_BYTES[players]
    return [part for key, value in pairs.items() for part in ("--set", f"{key}={value}")]


def wrapper_of_crowd(core):
    """Not on the core of the arenas."""
    return ("taskset", "-c", str(1 - core)) if core is not None else ()


def run(name, arenas, players, seconds, core=None):
    for suffix, floor in (("", False), ("_floor", True)):
        fleet = Fleet(arenas, players, floor, core)
        try:
            used, snapshots = fleet.measure(seconds)
            figure(f"{name}_cpu{suffix}", used * 100, "% of a core")
            figure(f"{name}_snapshots{suffix}", min(float(mean) for mean, _ in snapshots), "a second")
            ticks = [re.findall(r"ticks: p50 ([\d.]+) ms, p99 ([\d.]+)", arena.log)[-1] for arena in fleet.arenas]
            figure(f"{name}_tick_p50{suffix}", max(float(p50) for p50, _ in ticks), "ms of CPU")
            figure(f"{name}_tick_p99{suffix}", max(float(p99) for _, p99 in ticks), "ms of CPU")
            stalls = sum(len(re.findall("a stall", arena.log)) for arena in fleet.arenas)
            figure(f"{name}_stalls{suffix}", stalls, "log lines")
        finally:
            fleet.stop()


def compare(name, servers, players, seconds, core=None, rounds=1):
    """The same servers in one process and in as many, in turn; medians of all windows, and what one server costs."""
    found = {"one_process": [], "processes": []}
    for kind in list(found) * rounds:
        fleet = Fleet(servers, players, core=core, together=kind == "one_process")
        try:
            windows = [fleet.measure(seconds / WINDOWS) for _ in range(WINDOWS)]
            snapshots = [float(mean) for _, crowds in windows[1:] for mean, _ in crowds]
            found[kind] += [(used, fleet.memory_kib() / servers / 1024, snapshots) for used, _ in windows]
        finally:
            fleet.stop()
    cpu = {kind: statistics.median(used for used, _, _ in all_of) for kind, all_of in found.items()}
    memory = {kind: statistics.median(share for _, share, _ in all_of) for kind, all_of in found.items()}
    for kind, all_of in found.items():
        figure(f"{name}_{servers}_{kind}_cpu", cpu[kind] * 100, "% of a core")
        figure(f"{name}_{servers}_{kind}_memory", memory[kind], "MiB a server")
        if players > 0:
            figure(f"{name}_{servers}_{kind}_sessions", servers / cpu[kind], "a core")
            figure(f"{name}_{servers}_{kind}_snapshots", min(min(few) for _, _, few in all_of), "a second, the least")
    figure(f"{name}_{servers}_cpu_ratio", cpu["one_process"] / cpu["processes"], "of that of as many processes")
    figure(f"{name}_{servers}_memory_ratio", memory["one_process"] / memory["processes"], "of that of as many processes")


def stall(_):
    from arena import OFFLINE, Arena
    from anywhere_test import free_ports
    port, begin = free_ports(20), int(time.time()) + 5
    arena = Arena("--servers", 20, "--port", port, *OFFLINE, "--script", HERE / "arena_stall.lua", "--set", f"game={GAME}",
                  "--set", f"begin={begin}", "--set", f"noisy={port}")
    try:
        for window, what in enumerate(("quiet", "loop", "successor")):
            arena.wait_for(f"gap: window {window}", 120, count=19)
            gaps = [float(gap) for gap in re.findall(rf"gap: window {window}, ([\d.]+) ms", arena.log)]
            figure(f"stall_{what}_gap_median", statistics.median(gaps), "ms")
            figure(f"stall_{what}_gap_most", max(gaps), "ms")
    finally:
        arena.stop()


def idle(seconds):
    for servers in (1, 10, 50, 200, 500):
        compare("idle", servers, 0, seconds)


SCENARIOS = {
    "duel": lambda seconds: run("duel", 1, 32, seconds),
    "crowd": lambda seconds: run("crowd", 1, 200, seconds),
    "fleet": lambda seconds: run("fleet", 20, 16, seconds, core=0),
    "many": lambda seconds: compare("many", 20, 16, seconds, core=0, rounds=3),
    "stall": stall,
    "idle": idle,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    parser.add_argument("--seconds", type=float, default=21, help="how long each is measured (default 21)")
    options = parser.parse_args()
    os.environ["GLIFT_BUILD"] = str(pathlib.Path(options.build).resolve())
    sys.path[:0] = [str(ROOT / "tests/e2e/host"), str(ROOT / "tests/e2e/local"), str(ROOT / "tests/e2e/deploy")]
    for name in options.scenarios or SCENARIOS:
        if name not in SCENARIOS:
            parser.error(f"there is no scenario {name}; there are {', '.join(SCENARIOS)}")
        SCENARIOS[name](options.seconds)


if __name__ == "__main__":
    main()
