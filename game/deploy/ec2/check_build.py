#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks through a folder before `aws gamelift upload-build`, for what would keep a fleet of it from becoming ACTIVE.

A fleet takes half an hour to say that it failed. Each mistake is one line here: FOLDER is what becomes /local/game, FILE the
runtime configuration. The exit code is 0 where nothing was found, 1 where something was.
"""
import argparse
import difflib
import json
import os
import pathlib
import re
import subprocess
import sys

import elf

GAME = "/local/game/"
MOST_PROCESSES = 50
LAUNCH_PATH = re.compile(r"[A-Za-z0-9_:.+/\\\- ]{1,1024}")
PARAMETERS = re.compile(r"[A-Za-z0-9_:.+/\\\- =@{},?'\[\]\"]{1,1024}")
NEWEST_GLIBC = (2, 34)
# What Amazon Linux 2023 has before anything is installed.
SYSTEM = re.compile(r"(ld-linux-(x86-64|aarch64)|lib(c|m|dl|pthread|rt|util|resolv|anl|gcc_s|stdc\+\+|ssl|crypto|z))"
                    r"\.so\.\d+|linux-vdso\.so\.1")


def small(text, most=200):
    return text if len(text) <= most else text[:most] + "..."


class Folder:
    """The folder's files, and what is wrong with them: lines for a person."""

    def __init__(self, path):
        self.path = path
        self.problems = []
        self.files = sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
        self.programs = [one for one in self.files if elf.is_elf(one)]

    def name(self, path):
        return path.relative_to(self.path)

    def report(self, text):
        self.problems.append(text)

    def check_links(self):
        """The upload is a zip file: it carries no links, but what they lead to."""
        for path in sorted(self.path.rglob("*")):
            if path.is_symlink():
                target = pathlib.Path(os.path.realpath(path))
                if not target.exists():
                    self.report(f"{self.name(path)} is a link to {small(os.readlink(path))}, which is not there")
                elif self.path.resolve() not in target.parents:
                    self.report(f"{self.name(path)} is a link out of the folder, to {small(os.readlink(path))}")

    def check_install_script(self):
        script = self.path / "install.sh"
        if not script.is_file():
            strays = [self.name(one) for one in self.files if one.name.lower() == "install.sh"]
            for stray in strays:
                self.report(f"{stray} is not run: GameLift runs install.sh in the folder itself")
            return
        text = script.read_bytes()
        if not text.startswith(b"#!"):
            self.report("install.sh does not begin with #!, such as #!/bin/sh")
        if b"\r\n" in text:
            self.report("install.sh has lines that end as on Windows (CR LF): Linux finds no such interpreter")
            return
        if not os.access(script, os.X_OK):
            self.report("install.sh may not be executed: chmod +x install.sh")
        checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            self.report(f"install.sh is not understood: {small(checked.stderr.strip().splitlines()[-1])}")

    def check_libraries(self):
        machines = {elf.machine(one) for one in self.programs}
        if len(machines) > 1:
            self.report(f"the folder has programs for several machines: {', '.join(sorted(machines))}")
        for path in self.programs:
            own = [pathlib.Path(folder) for folder in elf.run_paths(path)]
            for folder in own:
                if self.path.resolve() not in [folder.resolve(), *folder.resolve().parents] \
                        and not str(folder).startswith(GAME):
                    self.report(f"{self.name(path)} looks for libraries in {folder}, which no instance has")
            for library in elf.needed(path):
                if not SYSTEM.fullmatch(library) and not any((folder / library).exists() for folder in own):
                    hint = "; it is in the folder, but not where the program looks ($ORIGIN run path)" \
                        if any(one.name == library for one in self.files) else ""
                    self.report(f"{self.name(path)} needs {library}, which Amazon Linux 2023 lacks{hint}")
            for version in elf.versions(path, "GLIBC"):
                if version > NEWEST_GLIBC:
                    self.report(f"{self.name(path)} needs glibc {'.'.join(map(str, version))}; Amazon Linux 2023 has 2.34")

    def check_size(self, most_bytes):
        size = sum(one.stat().st_size for one in self.files)
        if not self.files:
            self.report("the folder is empty")
        if size > most_bytes:
            self.report(f"the folder has {size} bytes, more than the {most_bytes} of --most-megabytes")

    def check_launch_path(self, launch_path):
        if not LAUNCH_PATH.fullmatch(launch_path):
            self.report(f"LaunchPath {small(launch_path)!r}: up to 1024 letters, digits, blanks and _ : . + / \\ - are allowed")
            return
        if not launch_path.startswith(GAME):
            self.report(f"LaunchPath {small(launch_path)!r} does not begin with {GAME}, where the folder is put")
            return
        program = self.path / launch_path.removeprefix(GAME)
        if not program.is_file():
            near = difflib.get_close_matches(launch_path.removeprefix(GAME).lower(),
                                             {str(self.name(one)).lower() for one in self.files}, 1)
            names = [str(self.name(one)) for one in self.files if near and str(self.name(one)).lower() == near[0]]
            hint = f"; did you mean {GAME}{names[0]}?" if names else ""
            self.report(f"LaunchPath {small(launch_path)!r} is not in the folder{hint}")
        elif not elf.is_elf(program):
            self.report(f"LaunchPath {small(launch_path)!r} is no program: GameLift watches the process that it starts, so it "
                        "has to be the server itself, not a script that starts it")
        elif not os.access(program, os.X_OK):
            self.report(f"LaunchPath {small(launch_path)!r} may not be executed: chmod +x {self.name(program)}")

    def check_process(self, process):
        launch_path, count = process.get("LaunchPath"), process.get("ConcurrentExecutions")
        parameters = process.get("Parameters")
        if not isinstance(launch_path, str):
            self.report("a server process of the runtime configuration has no LaunchPath")
        else:
            self.check_launch_path(launch_path)
        if not isinstance(count, int) or count < 1:
            self.report("ConcurrentExecutions of a server process is not a number from 1")
            count = 0
        if parameters is not None and not (isinstance(parameters, str) and PARAMETERS.fullmatch(parameters)):
            self.report(f"Parameters {small(str(parameters))!r}: 1 to 1024 letters, digits, blanks and "
                        "_ : . + / \\ - = @ { } , ? ' [ ] \" are allowed")
        elif parameters and count > 1 and re.search(r"--?port[ =]+[1-9]", parameters):
            self.report(f"{count} servers with {small(parameters)!r} would listen on one port: leave it to the server, or write "
                        "one server process for each port")
        return count

    def check_runtime(self, runtime):
        processes = runtime.get("ServerProcesses") if isinstance(runtime, dict) else None
        if not isinstance(processes, list) or not processes or not all(isinstance(one, dict) for one in processes):
            self.report("the runtime configuration has no list ServerProcesses with at least one server process")
            return
        total = sum(self.check_process(one) for one in processes)
        if total > MOST_PROCESSES:
            self.report(f"{total} server processes are more than the {MOST_PROCESSES} that an instance may have")
        for name, most in (("GameSessionActivationTimeoutSeconds", 600), ("MaxConcurrentGameSessionActivations", 2147483647)):
            value = runtime.get(name, 1)
            if not isinstance(value, int) or not 1 <= value <= most:
                self.report(f"{name} is not a number from 1 to {most}")


def megabytes(text):
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"a number from 1 to 1000000 is expected, not {text!r}")
    return int(text)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: argparse would put several of usage before it, and all of a value into it."""

    def error(self, message):
        short = message if len(message) <= 300 else message[:300] + "..."
        self.exit(2, f"{self.prog}: {short}: see {self.prog} --help\n")


def main():
    parser = Parser(description=__doc__.split("\n\n", maxsplit=1)[0], allow_abbrev=False)
    parser.add_argument("folder", metavar="FOLDER", type=pathlib.Path)
    parser.add_argument("runtime", metavar="FILE", type=pathlib.Path)
    parser.add_argument("--most-megabytes", type=megabytes, default=4096, metavar="N", help="how large the folder may be (4096)")
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    try:
        runtime = json.loads(options.runtime.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{options.runtime} cannot be read as JSON: {error}")
    folder = Folder(options.folder.resolve())
    folder.check_size(options.most_megabytes * 1_000_000)
    folder.check_links()
    folder.check_install_script()
    folder.check_libraries()
    folder.check_runtime(runtime)
    for problem in folder.problems:
        print(f"check_build: {problem}")
    if not folder.problems:
        print(f"check_build: nothing found in {len(folder.files)} files, {len(folder.programs)} of them programs and libraries")
    return 1 if folder.problems else 0


if __name__ == "__main__":
    sys.exit(main())
