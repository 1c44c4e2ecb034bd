#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Releases are made in a repository that has of this one what a release changes: the version, the changelog, the tag,
the notes, the sums. Their packages have tests of their own."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = "sdk/packaging/release.py"
FILES = (SCRIPT, ".gitignore", "CMakeLists.txt", "CMakePresets.json", "sdk/README.md",
         "sdk/include/gamelift/gamelift.h")
CHANGELOG = """# Changelog

What changed.

## [Unreleased]

### Added

- One thing.

### Fixed

- Another one.

## [0.1.0] - 2026-11-24

The first version.
"""


def run(*command, check=False):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=check,
                          timeout=300)


def git(folder, *arguments):
    return run("git", "-C", folder, *arguments, check=True).stdout


@unittest.skipUnless(shutil.which("git"), "git is not installed")
class Release(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.clone = pathlib.Path(place.name, "clone")
        for name in FILES:
            (self.clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.clone / name)
        git(self.clone, "init", "-q", "-b", "main")
        git(self.clone, "config", "user.name", "somebody")
        git(self.clone, "config", "user.email", "somebody@example.org")
        self.commit("CHANGELOG.md", CHANGELOG)

    def commit(self, name, text):
        (self.clone / name).write_text(text, encoding="utf-8")
        git(self.clone, "add", "-A")
        git(self.clone, "commit", "-q", "--allow-empty", "-m", name)

    def release(self, *arguments):
        return run("/usr/bin/python3", self.clone / SCRIPT, *arguments)

    def read(self, name):
        return (self.clone / name).read_text(encoding="utf-8")

    def refused(self, *arguments):
        before = git(self.clone, "rev-parse", "HEAD")
        done = self.release(*arguments)
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertEqual(before, git(self.clone, "rev-parse", "HEAD"))
        self.assertEqual("", git(self.clone, "tag"))
        return done.stdout

    def test_a_release_is_committed_tagged_and_summed(self):
        done = self.release("0.2.7", "--presets", "")
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("project(gamelift VERSION 0.2.7 ", self.read("CMakeLists.txt"))
        self.assertRegex(self.read("sdk/include/gamelift/gamelift.h"),
                         r'#define GLIFT_VERSION +"0\.2\.7"\n#define GLIFT_VERSION_NUMBER 2007 ')
        self.assertNotIn("find_package(gamelift 0.1 ", self.read("sdk/README.md"))
        self.assertRegex(self.read("CHANGELOG.md"),
                         r"(?s)\n## \[Unreleased\]\n\n## \[0\.2\.7\] - \d{4}-\d\d-\d\d\n\n"
                         r"### Added\n\n- One thing\..*\[0\.1\.0\]")
        self.assertEqual("", git(self.clone, "status", "--porcelain"))
        self.assertEqual(git(self.clone, "rev-parse", "HEAD"), git(self.clone, "rev-parse", "v0.2.7^{commit}"))
        self.assertIn("### Added\n\n- One thing.", git(self.clone, "tag", "-l", "--format=%(contents)", "v0.2.7"))
        out = self.clone / "build/release-0.2.7"
        self.assertEqual("### Added\n\n- One thing.\n\n### Fixed\n\n- Another one.\n", (out / "notes.md").read_text())
        self.assertEqual("gamelift-0.2.7-source.tar.gz: OK\n", subprocess.run(
            ["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, text=True, check=True).stdout)
        self.assertIn("git push origin main v0.2.7", done.stdout)

        self.assertIn("nothing to release", self.release("0.2.8").stdout)

    def test_a_rehearsal_changes_nothing_and_says_everything(self):
        before = git(self.clone, "rev-parse", "HEAD")
        done = self.release("0.2.0", "--dry-run")
        self.assertEqual(0, done.returncode, done.stdout)
        for text in ("would run: cpack --preset deb", "would run: cmake --preset bundle-openssl", "Version 0.2.0",
                     "- Another one.", "gamelift-0.2.0-source.tar.gz"):
            self.assertIn(text, done.stdout)
        self.assertEqual((before, "", ""), (git(self.clone, "rev-parse", "HEAD"), git(self.clone, "tag"),
                                            git(self.clone, "status", "--porcelain")))
        self.assertFalse((self.clone / "build/release-0.2.0").exists())

    def test_the_archive_for_windows_is_made_when_asked_for(self):
        self.assertNotIn("windows", self.release("0.2.0", "--dry-run").stdout)
        done = self.release("0.2.0", "--dry-run", "--presets", "deb windows")
        self.assertIn("would run: cpack --preset deb", done.stdout)
        self.assertIn("would run: cpack --preset windows", done.stdout)

    def test_what_cpack_makes_is_part_of_the_release_and_what_it_once_made_is_not(self):
        """cmake and cpack are stood in for: what they do takes minutes, and has tests of its own."""
        programs = self.clone.parent / "programs"
        programs.mkdir()
        for name in ("cmake", "cpack"):
            (programs / name).write_text("#!/bin/sh\nmkdir -p build/windows && cd build/windows &&\n"
                                         "touch gamelift-0.1.0-windows.zip gamelift-0.2.0-windows.zip\n")
            (programs / name).chmod(0o755)
        done = subprocess.run(["/usr/bin/python3", self.clone / SCRIPT, "0.2.0", "--presets", "windows"], check=False,
                              capture_output=True, text=True, env={**os.environ, "PATH": f"{programs}:/usr/bin:/bin"})
        self.assertEqual(0, done.returncode, done.stderr)
        sums = (self.clone / "build/release-0.2.0/SHA256SUMS").read_text(encoding="utf-8")
        self.assertEqual(["gamelift-0.2.0-source.tar.gz", "gamelift-0.2.0-windows.zip"],
                         [line.split()[1] for line in sums.splitlines()])

    def test_what_cannot_be_released_is_refused_with_the_reason(self):
        self.assertIn("0.1.0 does not come after 0.1.0", self.refused("0.1.0"))
        self.assertIn("a version is three numbers", self.refused("0.2"))
        self.assertIn("another SOVERSION", self.refused("1.0.0"))
        self.assertIn("there is no package 'window': there are bundle, ",
                      self.refused("0.2.0", "--presets", "deb window"))
        (self.clone / "CHANGELOG.md").write_text(CHANGELOG + "\n")
        self.assertIn("changes that are not committed", self.refused("0.2.0"))
        git(self.clone, "checkout", "-q", "CHANGELOG.md")
        git(self.clone, "checkout", "-q", "-b", "mine")
        self.assertIn("on main, not on mine", self.refused("0.2.0", "--dry-run"))

    def test_a_changelog_of_another_form_is_refused(self):
        for change, message in ((("### Fixed", "### Mended"), "sections are Added, Changed"),
                                (("### Added", "### Security"), "in this order"),
                                (("## [Unreleased]", "## Unreleased"), "as its first section"),
                                (("## [0.1.0]", "## [0.0.9] - 2026-01-01\n\n## [0.1.0]"), "the newest first")):
            with self.subTest(message):
                self.commit("CHANGELOG.md", CHANGELOG.replace(*change))
                done = self.release("0.2.0", "--dry-run")
                self.assertEqual(1, done.returncode)
                self.assertIn(message, done.stdout)

    def test_the_changelog_of_today_has_the_form(self):
        self.commit("CHANGELOG.md", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
        version = re.search(r"gamelift VERSION (\d+)\.(\d+)", self.read("CMakeLists.txt"))
        done = self.release(f"{version[1]}.{int(version[2]) + 1}.0", "--dry-run")
        self.assertTrue(done.returncode == 0 or "nothing to release" in done.stdout, done.stdout)


if __name__ == "__main__":
    unittest.main()
