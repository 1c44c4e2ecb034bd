# SPDX-License-Identifier: Apache-2.0
"""What programs and libraries need of the machine that they run on, read from their files."""
import re
import subprocess

# Amazon Linux 2023 is the oldest system on which GameLift starts servers: it has glibc 2.34 and OpenSSL 3.0.
NEWEST = {"GLIBC": (2, 34), "OPENSSL": (3, 0, 0)}


def run(*command, **options):
    """What a command prints; all that it said if it fails."""
    command = list(map(str, command))
    result = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def files(folder):
    """Every program and library below a folder, links left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def needed(path):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-dW", path))


def run_paths(path):
    return [folder for folders in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", run("readelf", "-dW", path))
            for folder in folders.split(":")]


def too_new(path):
    """The symbol versions that a file asks for, and that the oldest system does not have."""
    asked = re.findall(r"Name: ((\w+?)_(\d[\d.]*))\b", run("readelf", "-VW", path))
    return sorted({name for name, family, version in asked
                   if family in NEWEST and tuple(map(int, version.split("."))) > NEWEST[family]})
