# SPDX-License-Identifier: Apache-2.0
"""What programs and libraries ask of the machine that they run on, read by readelf."""
import re
import subprocess


def is_elf(path):
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def read(option, path):
    return subprocess.run(["readelf", option, "-W", path], check=True, capture_output=True, text=True,
                          env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"}).stdout


def machine(path):
    return re.search(r"Machine:\s+(.*)", read("-h", path)).group(1).strip()


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", read("-d", path))


def run_paths(path):
    """Where it looks for libraries before the system's folders, with $ORIGIN filled in."""
    found = re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", read("-d", path))
    return [folder.replace("$ORIGIN", str(path.parent)) for folders in found for folder in folders.split(":")]


def versions(path, family):
    """The versions of a family of symbols, such as GLIBC, that it asks for: [(2, 34), ...]."""
    names = re.findall(rf"Name: {family}_(\d[\d.]*)\b", read("-V", path))
    return sorted({tuple(map(int, name.split("."))) for name in names})
