#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a release: release.py VERSION [--dry-run]

From a clean checkout of main: the version goes into the sources, what stands under "Unreleased" in CHANGELOG.md becomes
the section of the version, both are committed and tagged, the packages are built, and build/release-VERSION holds them
with the notes and SHA256SUMS. Nothing is pushed: the last line says how.

--dry-run does the same in a clone that it removes, but for the packages, whose commands it prints.
--presets "bundle bundle-openssl deb windows" adds the archive for Windows, whose libraries take some minutes to build.
"""
import argparse
import datetime
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PRESETS = ("bundle", "bundle-openssl", "deb")
SECTIONS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
RELEASED = re.compile(r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", re.M)


class Refused(Exception):
    """A sentence for whoever makes the release."""


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    if done.returncode != 0:
        raise Refused(f"{' '.join(map(str, command))} has failed:\n{done.stdout.rstrip()}")
    return done.stdout


def numbers(version):
    found = VERSION.fullmatch(version)
    if not found:
        raise Refused(f"a version is three numbers, as in 0.2.0, not {version!r}")
    return tuple(map(int, found.groups()))


def current_version(root):
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"^project\(gamelift VERSION (\S+)", text, re.M)[1]


def check_version(root, version):
    before, after = numbers(current_version(root)), numbers(version)
    if after <= before:
        raise Refused(f"{version} does not come after {current_version(root)}")
    if after[0] != before[0]:
        raise Refused("a new major version has another SOVERSION (sdk/CMakeLists.txt) and other symbol versions "
                      "(sdk/gamelift.map): make these by hand first, with the version in CMakeLists.txt")


def check_tree(root):
    if run(root, "git", "status", "--porcelain").strip():
        raise Refused("there are changes that are not committed")
    branch = run(root, "git", "rev-parse", "--abbrev-ref", "HEAD").strip()
    if branch != "main":
        raise Refused(f"releases are made on main, not on {branch}")


def check_presets(root, presets):
    text = (root / "CMakePresets.json").read_text(encoding="utf-8")
    known = [preset["name"] for preset in json.loads(text)["packagePresets"]]
    for preset in presets:
        if preset not in known:
            raise Refused(f"--presets: there is no package {preset!r}: there are {', '.join(known)}")


def unreleased(text):
    """What stands under "Unreleased"; raises where the file has not the form that is kept here."""
    found = re.search(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", text, re.M | re.S)
    if not found or text.index(found.group()) != text.index("\n## ") + 1:
        raise Refused('CHANGELOG.md has no "## [Unreleased]" as its first section')
    body = found.group(1).strip()
    titles = re.findall(r"^### (.+)$", body, re.M)
    if not body:
        raise Refused('CHANGELOG.md has nothing under "Unreleased": there is nothing to release')
    order = [SECTIONS.index(title) if title in SECTIONS else -1 for title in titles]
    if -1 in order or order != sorted(set(order)):
        raise Refused(f"CHANGELOG.md: sections are {', '.join(SECTIONS)}, each once and in this order, "
                      f"not {', '.join(titles)}")
    versions = [numbers(version) for version, _ in RELEASED.findall(text)]
    if versions != sorted(set(versions), reverse=True):
        raise Refused("CHANGELOG.md: versions stand one under the other, the newest first")
    return body


def replace(path, pattern, text):
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(pattern, text, before, flags=re.M)
    if count == 0:
        raise Refused(f"{path.name} has no line for the version: {pattern}")
    path.write_text(after, encoding="utf-8")


def write_version(root, version):
    major, minor, patch = numbers(version)
    header = root / "sdk/include/gamelift/gamelift.h"
    replace(root / "CMakeLists.txt", r"^(project\(gamelift VERSION )\S+", rf"\g<1>{version}")
    replace(header, r'^(#define GLIFT_VERSION +)"[^"]*"', rf'\g<1>"{version}"')
    replace(header, r"^(#define GLIFT_VERSION_NUMBER +)\d+", rf"\g<1>{major * 1000000 + minor * 1000 + patch}")
    replace(root / "sdk/README.md", r"find_package\(gamelift \d+\.\d+ ", f"find_package(gamelift {major}.{minor} ")


def write_changelog(root, version, date):
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8")
    notes = unreleased(text)
    text = text.replace("## [Unreleased]\n", f"## [Unreleased]\n\n## [{version}] - {date}\n", 1)
    path.write_text(text, encoding="utf-8")
    return notes


def tag(root, version, notes, out):
    (out / "notes.md").write_text(notes + "\n", encoding="utf-8")
    run(root, "git", "commit", "-q", "-a", "-m", f"Version {version}")
    run(root, "git", "tag", "-a", f"v{version}", "-F", out / "notes.md", "--cleanup=verbatim")


def commands_of(preset):
    return (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset], ["cpack", "--preset", preset])


def build_packages(root, presets, version, out):
    for preset in presets:
        for command in commands_of(preset):
            print(" ".join(command), flush=True)
            run(root, *command)
        for kind in ("tar.gz", "deb", "zip"):  # those of earlier versions may lie there, too
            for package in (root / "build" / preset).glob(f"*[-_]{version}[-_]*.{kind}"):
                shutil.copy(package, out)


def write_sums(out):
    files = sorted(path for path in out.iterdir() if path.name not in ("SHA256SUMS", "notes.md"))
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def release(root, options, out):
    check_tree(root)
    out.mkdir(parents=True)
    write_version(root, options.version)
    notes = write_changelog(root, options.version, options.date)
    tag(root, options.version, notes, out)
    name = f"gamelift-{options.version}"
    run(root, "git", "archive", "--prefix", f"{name}/", "-o", out / f"{name}-source.tar.gz", f"v{options.version}")
    if options.dry_run:
        for command in (command for preset in options.presets for command in commands_of(preset)):
            print("would run:", " ".join(command))
    else:
        build_packages(root, options.presets, options.version, out)
    write_sums(out)


def rehearse(options):
    with tempfile.TemporaryDirectory() as place:
        clone = pathlib.Path(place, "clone")
        run(ROOT, "git", "clone", "-q", "--shared", "--no-tags", ROOT, clone)
        for key in ("user.name", "user.email"):
            set_here = subprocess.run(["git", "config", key], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
            run(clone, "git", "config", key, set_here.stdout.strip() or "release")
        out = pathlib.Path(place, "out")
        release(clone, options, out)
        print(run(clone, "git", "show", "--stat", "--format=%s", f"v{options.version}^{{commit}}").strip())
        print((out / "SHA256SUMS").read_text(encoding="utf-8").strip())
        print(f"\nThe notes:\n\n{(out / 'notes.md').read_text(encoding='utf-8').strip()}")


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: argparse would put several of usage before it, and all of a value into it."""

    def error(self, message):
        short = message if len(message) <= 300 else message[:300] + "..."
        self.exit(2, f"{self.prog}: {short}: see {self.prog} --help\n")


def main():
    parser = Parser(description=__doc__.split("\n\n")[0], allow_abbrev=False)
    parser.add_argument("version", metavar="VERSION")
    parser.add_argument("--dry-run", action="store_true", help="show what would be released, and change nothing")
    parser.add_argument("--presets", type=str.split, default=PRESETS, metavar='"NAME ..."',
                        help=f"the packages to build (default: {' '.join(PRESETS)}); there is windows, too")
    options = parser.parse_args()
    options.date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    try:
        check_presets(ROOT, options.presets)
        check_version(ROOT, options.version)
        if options.dry_run:
            check_tree(ROOT)
            return rehearse(options)
        out = ROOT / "build" / f"release-{options.version}"
        if out.exists():
            raise Refused(f"{out} is there already: remove it first")
        release(ROOT, options, out)
    except Refused as refusal:
        sys.exit(f"release.py: {refusal}")
    print(f"{out.relative_to(ROOT)} is the release. Look at it, then: git push origin main v{options.version}")


if __name__ == "__main__":
    main()
