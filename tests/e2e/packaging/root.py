# SPDX-License-Identifier: Apache-2.0
"""A root folder to run programs in, as a container would, and a game session that is hosted there."""
import asyncio
import os
import re
import shutil
import subprocess
import unittest

import elf
import local
import websockets

# With a file system of its own, in which /proc and a source of random bytes are to be seen, as in every container, and
# of what the environment says here only what is to be kept.
SCRIPT = """
root=$1
shift
mkdir -p "$root/proc" "$root/dev" && : >>"$root/dev/urandom" && : >>"$root/dev/null" &&
  mount --rbind /proc "$root/proc" && mount --bind /dev/urandom "$root/dev/urandom" &&
  mount --bind /dev/null "$root/dev/null" && exec env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin {kept} chroot "$@"
"""
AS_USER = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
HELLO = bytes([2, 1, 0, 3]) + b"mia"
WELCOME = 2


def command(folder, *program, user=None, kept=()):
    """user: UID:GID, which only root can become. kept: names of variables that the program has from here."""
    change = ["--userspec", user] if user and os.geteuid() == 0 else []
    script = SCRIPT.format(kept=" ".join(f'{name}="${name}"' for name in kept))
    return ["unshare", *AS_USER, "--mount", "sh", "-c", script, "sh", str(folder), *change, str(folder),
            *map(str, program)]


def put(folder, path):
    """A file of this machine, and the libraries that it asks for, to where they lie here."""
    for file in [str(path), *re.findall(r"(/\S+) \(0x", elf.run("ldd", path))]:
        target = folder / file.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


def minimal(folder, *libraries):
    """glibc, and the libraries of these names. Skips where this machine lets nobody change the root."""
    cache = elf.run("/sbin/ldconfig", "-p")
    put(folder, "/usr/bin/true")
    for name in ("libm.so.6", *libraries):
        put(folder, re.search(rf"^\s*{re.escape(name)} \(.*x86-64.*\) => (\S+)", cache, re.M)[1])
    (folder / "tmp").mkdir()
    result = subprocess.run(command(folder, "/usr/bin/true"), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise unittest.SkipTest(f"this machine lets nobody make a root: {result.stderr.strip()}")


async def enter(url, check):
    """A player comes into the arena, and stays while that is checked."""
    async with websockets.connect(url) as player:
        await player.send(HELLO)
        while (await asyncio.wait_for(player.recv(), 60))[1] != WELCOME:
            pass
        await asyncio.to_thread(check)


def play_a_session(test, folder, gamelift_local, arena, *options, trust=None, user=None):
    """In that root gamelift-local starts an arena; a game session is made there and a player comes into it."""
    service = local.Service("--launch", f"'{arena}'", *options, root=folder, program=gamelift_local,
                            wrapper=command(folder, user=user), trust=trust)
    try:
        play(test, service)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{service.log()}") from error
    finally:
        code = service.stop()
    test.assertEqual(code, 0)


def play(test, service):
    session = local.until(lambda: ready(service) and service.create_session(), 120, "an arena is ready")
    local.until(lambda: service.session(session["GameSessionId"])["Status"] == "ACTIVE", 120, "it is active")
    seat = service.call("CreatePlayerSession", GameSessionId=session["GameSessionId"], PlayerId="mia")["PlayerSession"]
    url = f"ws://{seat['IpAddress']}:{seat['Port']}/?PlayerSessionId={seat['PlayerSessionId']}"
    asyncio.run(enter(url, lambda: test.assertEqual("ACTIVE", service.call(
        "DescribePlayerSessions", PlayerSessionId=seat["PlayerSessionId"])["PlayerSessions"][0]["Status"])))


def ready(service):
    return any(process["state"] == "READY" for process in service.state()["processes"])
