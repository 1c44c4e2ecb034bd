# SPDX-License-Identifier: Apache-2.0
"""A container engine that leaves nothing behind: Podman under the name of docker, with all that it keeps in a folder of its
own, in a network that has nothing but a loopback and its own bridge, so that every port is free."""
import os
import shutil
import subprocess
import sys

INSIDE = "GLIFT_ENGINE_NETWORK"
NEEDED = ("podman", "runc", "docker-compose", "iptables", "ip")

# docker compose is Debian's docker-compose, which asks Podman by its socket.
DOCKER = """#!/bin/sh
export CONTAINERS_CONF={folder}/containers.conf DOCKER_HOST=unix://{folder}/socket
if [ "$1" = compose ]; then
  shift
  exec docker-compose "$@"
fi
exec podman --root {folder}/storage --runroot {folder}/run --storage-driver vfs --network-config-dir {folder}/networks "$@"
"""

# Podman's own limits are higher than those of many machines, which may not be raised.
CONFIGURATION = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
"""


def lack():
    """Why there is no engine; "" where there is one."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        return f"needs {', '.join(missing)}"
    if os.geteuid() != 0:
        return "a container engine of one's own is had as root"
    tried = subprocess.run(["unshare", "--net", "--mount", "ip", "link", "set", "lo", "up"], capture_output=True, text=True,
                           check=False)
    return f"this machine gives no network of one's own: {tried.stderr.strip()}" if tried.returncode else ""


def run_inside():
    """This program once more, in a network of its own. Never returns where there is one."""
    if INSIDE in os.environ or lack():
        return
    enter = ["unshare", "--net", "--mount", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    sys.exit(subprocess.run([*enter, sys.executable, *sys.argv], env={**os.environ, INSIDE: "1"}, check=False).returncode)


def make(folder):
    """folder/bin/docker, and a process that serves folder/socket, which has to be ended."""
    (folder / "containers.conf").write_text(CONFIGURATION)
    docker = folder / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(DOCKER.format(folder=folder))
    docker.chmod(0o755)
    with open(folder / "service.log", "w", encoding="utf-8") as log:
        return subprocess.Popen([docker, "system", "service", "--time", "0", f"unix://{folder}/socket"], stdin=subprocess.DEVNULL,
                                stdout=log, stderr=log)
