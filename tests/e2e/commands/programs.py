# SPDX-License-Identifier: Apache-2.0
"""Each program that a person starts: its options, what each takes, and a call that would be right.

A call is `start`, an option and its value, then `rest`. What an option takes is a Kind of kinds.py; misuse_test.py sees that
each option of --help stands here.
"""
import dataclasses
import os
import pathlib

from kinds import (ADDRESS, FLAG, FOLDER, NUMBER, PORT, PRESENT, READ, TEXT, URL, WHOLE, WORD, WRITTEN, takes)

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ["GLIFT_BUILD"])
RULES = ROOT / "game/deploy/terraform/rules.json"
RECORDING = ROOT / "tests/e2e/arena/smoke.jsonl"
RUNTIME = ROOT / "game/deploy/ec2/runtime-configuration.json"


@dataclasses.dataclass
class Program:
    """`command` is what is typed; `name` what its complaints begin with."""
    name: str
    command: list
    options: dict = dataclasses.field(default_factory=dict)
    start: tuple = ()
    rest: tuple = ()
    wrong: tuple = ()  # further calls that are wrong: (arguments, what the complaint names)
    helps: tuple = ("-h", "--help")
    refuses_options: bool = True
    makes_calls: bool = True  # of the options; else another program stands for it
    is_quick: bool = True  # starts in milliseconds, so that each of its cases is part of the normal run


def built(name, *words, **more):
    return Program(name.rsplit("/", maxsplit=1)[-1], [BUILD / name, *words], **more)


def python(path, **more):
    return Program(pathlib.Path(path).name, ["/usr/bin/python3", ROOT / path], is_quick=False, **more)


def script(path, **more):
    return Program(pathlib.Path(path).name, [ROOT / path], is_quick=False, **more)


def script_of_places(path, word, *wrong):
    """One whose arguments are places: where they are wrong it shows its usage, which has this word."""
    return script(path, refuses_options=False, wrong=tuple((arguments, [word]) for arguments in wrong))


def example(name, *wrong):
    """One that is kept short, and only shows its usage."""
    return built(f"examples/{name}", helps=(), refuses_options=False,
                 wrong=tuple((arguments, [word]) for arguments, word in wrong))


SECONDS = takes(NUMBER, low=0.001)
LOCAL = built(
    "gamelift-local", start=("--port", "0"), helps=("-h", "--help", "--help-all"),
    options={
        "--demo": FLAG, "--demo-address": takes(ADDRESS, needs=("--demo",)), "--port": PORT, "--listen": ADDRESS,
        "--token": takes(READ, empty=True, needs=("--demo",)), "--allow-host": takes(TEXT, wrong=("a b", "x:1")),
        "--check-health": FLAG, "--env-file": takes(WRITTEN, needs=("--demo",)), "--state": takes(PRESENT),
        "--launch": takes(TEXT, wrong=('"', "/nowhere/server"), needs=("--demo",)),
        "--instances": takes(WHOLE, low=1, needs=("--demo", "--launch", "true")),
        "--launch-log-dir": takes(FOLDER, needs=("--demo", "--launch", "true")),
        "--launch-grace": takes(NUMBER, low=0.001, needs=("--demo", "--launch", "true")),
        "--tls-cert": takes(READ, empty=True, needs=("--tls-key", RULES)),
        "--tls-key": takes(READ, empty=True, needs=("--tls-cert", "place:certificate")),
        "--dedupe-request-ids": WORD, "--region": takes(TEXT, wrong=("local", "us-east-1 ")),
        "--account": takes(TEXT, wrong=("12345678901", "12345678901x")), "--scenario": takes(READ, empty=True),
        "--webhook": URL, "--webhook-sns": FLAG, "--record": takes(WRITTEN), "--seed": takes(WHOLE, low=1),
        "--clock-scale": NUMBER, "--log-level": WORD, "--version": FLAG, "--help-all": FLAG,
        "--heartbeat-patience": SECONDS, "--process-ready-timeout": SECONDS, "--activation-timeout": SECONDS,
        "--reservation-timeout": SECONDS, "--exit-timeout": SECONDS, "--token-lifetime": SECONDS, "--match-tick": SECONDS,
        "--match-settle": SECONDS},
    wrong=((("surplus",), ["surplus"]), (("--instances", "2"), ["--instances", "--launch"]),
           (("--launch", "true"), ["--launch", "--demo"]), (("--demo-address", "127.0.0.1"), ["--demo-address", "--demo"]),
           (("--listen", "0.0.0.0"), ["--listen", "--token"]), (("--tls-cert", RULES), ["--tls-cert", "--tls-key"]),
           (("--check-health",), ["127.0.0.1:0"]), (("-x",), ["-x"]), (("--demo=yes",), ["--demo=yes"]),
           (("--scenario", ROOT / "assets/scenarios/full_story.json", "--"), ["--scenario", "--"]),
           (("--clock-scale", "0", "--scenario", ROOT / "assets/scenarios/full_story.json"), ["--clock-scale", "--scenario"])))
LOCAL_BENCH = Program(
    "gamelift-local", [BUILD / "gamelift-local", "bench"], rest=(RULES,),
    options={"--tickets": takes(WHOLE, low=1), "--minutes": takes(NUMBER, low=0.01), "--per-second": takes(NUMBER, low=0.001),
             "--seed": WHOLE, "--distribution": takes(READ, empty=True), "--json": FLAG},
    wrong=(((), ["rule set"]), ((RULES, RULES), ["one file"])))
LOCAL_REPLAY = Program(
    "gamelift-local", [BUILD / "gamelift-local", "replay"], rest=(RECORDING, "--", "true"),
    options={"--process": takes(TEXT, wrong=("nobody",)), "--wait": takes(NUMBER, low=0.1)},
    wrong=((("--process", "server-1"), ["COMMAND"]),))
ARENA = built(
    "arena", start=("--set", "gamelift.offline=1"),
    options={
        "--script": takes(READ, empty=True), "--plugin": takes(READ, empty=True), "--address": ADDRESS, "--port": PORT,
        "--origin": takes(TEXT, wrong=("play.example", "http://a/b")), "--endpoint": takes(URL, needs=("--lobby",)),
        "--bots": takes(WHOLE, low=1), "--bot-skill": WORD, 
        "--assets": takes(FOLDER, writable=False, needs=("--lobby", "--endpoint", "http://127.0.0.1:9")),
        "--tick-rate": takes(WHOLE, low=1), "--servers": takes(WHOLE, low=1),
        "--set": takes(TEXT, wrong=("key", "=value")), "--lobby": FLAG, "--version": FLAG},
    wrong=((("surplus",), ["surplus"]), (("--lobby",), ["--lobby", "--endpoint"]), (("--bots", "1"), ["--bots", "--endpoint"]),
           (("-x",), ["-x"]), (("--lobby=1",), ["--lobby=1"]), (("--set", "log_level=loud"), ["log_level", "loud"]),
           *((("--set", f"{key}={value}"), [key, value]) for key in (
               "terminate_grace_s", "script_timeout_ms", "players_per_address", "joins_per_second") for value in ("x", "-1"))))
RUN = Program(
    "run.sh", ["/usr/bin/python3", ROOT / "game/run.py"], is_quick=False,
    start=("--build-dir", BUILD, "--logs", "run-misuse"),
    options={"--smoke": FLAG, "--bots": WHOLE, "--bot-skill": WORD, "--map": WORD, "--service-port": PORT, "--lobby-port": PORT,
             "--public": takes(ADDRESS, is_optional=True), "--build-dir": takes(FOLDER, writable=False)},
    wrong=((("surplus",), ["surplus"]), (("-x",), ["-x"])))
ANYWHERE = python(
    "game/deploy/anywhere/anywhere.py",
    start=("--fleet-id", "fleet-1", "--location", "custom-1", "--ip-address", "127.0.0.1"), rest=("--", "true"),
    options={"--fleet-id": takes(TEXT, wrong=("1", "fleet-")), "--location": takes(TEXT, wrong=("here",)),
             "--ip-address": takes(TEXT, wrong=("here", "1.2.3.4.5")), "--compute-name": takes(TEXT, wrong=("a b",)),
             "--servers": takes(WHOLE, low=1), "--servers-per-process": takes(WHOLE, low=1),
             "--first-port": takes(WHOLE, low=1024), "--drain-seconds": WHOLE, "--renew-seconds": takes(WHOLE, low=1),
             "--endpoint": URL, "--region": takes(TEXT, wrong=("a b",))},
    wrong=(((), ["COMMAND"]),))
STAND_IN = python(
    "game/deploy/container/stand_in.py",
    start=("--websocket-url", "ws://127.0.0.1:9", "--fleet-id", "fleet-1", "--task", "one"), rest=("--", "true"),
    options={"--websocket-url": URL, "--fleet-id": takes(TEXT, wrong=("1", "fleet-")), "--task": takes(TEXT, wrong=("a b",)),
             "--region": takes(TEXT, wrong=("a b",)), "--access-key": takes(TEXT, wrong=("a b",)),
             "--listen": takes(TEXT, wrong=("1", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", ":0"))})
CHECK_BUILD = python(
    "game/deploy/ec2/check_build.py", rest=(ROOT / "game/deploy/ec2", RUNTIME),
    options={"--most-megabytes": takes(WHOLE, low=1)},
    wrong=((("/nowhere", RUNTIME), ["/nowhere"]), ((RUNTIME, RUNTIME), ["no folder"]),
           ((ROOT / "game/deploy/ec2", "/nowhere"), ["/nowhere"]), ((ROOT / "game/deploy/ec2", "/dev"), ["/dev"]),
           ((ROOT / "game/deploy/ec2", BUILD / "arena"), ["arena"])))
RELEASE = python(
    "sdk/packaging/release.py", rest=("0.1.0",),
    options={"--dry-run": FLAG, "--presets": takes(TEXT, wrong=("nonsense",), may_be_empty=True)},
    wrong=tuple(((version, "--dry-run"), [version]) for version in ("x", "1", "0.0.1", "01.0.0", "0.2.0-rc1", "9" * 50)))

SCRIPTS = (
    script("game/run.sh", options=RUN.options, wrong=((("surplus",), ["surplus"]),), makes_calls=False),
    script("game/install.sh", wrong=(((), ["build"]), (("nonsense",), ["nonsense"]), (("",), ["group"]))),
    script_of_places("sdk/packaging/image.sh", "BUILD-FOLDER", (), ("/nowhere", "/tmp")),
    script_of_places("sdk/packaging/oci.sh", "ROOT-FOLDER", (), ("/nowhere", "/tmp", "name", "1", "--user")),
    script_of_places("sdk/packaging/debian_sources.sh", "folder", (), ("/tmp",)),
    script_of_places("game/deploy/ec2/make_build.sh", "BUNDLE", (), ("/nowhere", "/nowhere/2")),
    script_of_places("game/deploy/container/make_image.sh", "BUNDLE", (), ("/nowhere", "/tmp")),
    script_of_places("game/deploy/terraform/rest.sh", "fleet", (), ("nonsense", "x"), ("fleet",), ("fleet", ""),
                     ("matchmaking", "")),
    script("tests/run.sh", refuses_options=False),
)
BENCHES = (
    built("bench", wrong=((("nonsense",), ["nonsense"]),)),
    built("bench_local", wrong=((("/nowhere/local",), ["/nowhere/local"]), (("a", "b"), ["b"]))),
    built("tests/bench/bench_storm", wrong=((("x",), ["SERVERS", "x"]), (("999",), ["999"]), (("1000001",), ["1000001"]),
                                            (("-1",), ["-1"]), (("1000", "2"), ["2"]))),
    built("tests/bench/bench_metrics", wrong=((("x",), ["SAMPLES", "x"]), (("0",), ["0"]), (("-1",), ["-1"]))),
    built("tests/bench/bench_paths", wrong=(((), ["PATH"]), (("nonsense", "1"), ["nonsense"]),
                                            (("decode", "x"), ["TIMES", "x"]), (("decode", "0"), ["0"]),
                                            (("decode", "1", "2"), ["2"]))),
    built("tests/bench/bench_outages", wrong=((("x",), ["x"]),)),
    built("tests/bench/bench_matcher", wrong=((("x",), ["x"]),)),
)
EXAMPLES = (
    example("minimal", (("x",), "no options"), (("-h",), "Usage"), ((), "AuthToken")),
    example("frame_loop", (("x",), "PORT"), (("-h",), "Usage"), (("0",), "PORT"), ((), "AuthToken")),
    example("engine", ((), "PLUGIN"), (("/nowhere.so", "1"), "/nowhere.so"), ((BUILD / "gamelift_plugin.so", "x"), "x")),
    example("lua_engine", ((), "PLUGIN"), (("/nowhere.so", "1", "/nowhere.lua"), "/nowhere.so")),
)
PROGRAMS = (LOCAL, LOCAL_BENCH, LOCAL_REPLAY, ARENA, RUN, ANYWHERE, STAND_IN, CHECK_BUILD, RELEASE, *SCRIPTS, *BENCHES,
            *EXAMPLES)
