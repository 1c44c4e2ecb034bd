#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up what the test programs reported: summary.py RESULTS-FOLDER [FAILED-STEP ...]

Reads ctest's JUnit files. A program that prints TAP, or Python's unittest summary, counts with its
cases; any other as one. Skips are listed with their reasons; a failed build step counts as one failure.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

TAP = re.compile(r"^(not ok|ok)\b[ \d]*(?:- )?(.*)$", re.M)
TAP_SKIP = re.compile(r"^(.*?)\s*# SKIP\s*(.*)$", re.I)
UNITTEST = re.compile(r"^Ran (\d+) tests? in", re.M)
UNITTEST_SKIP = re.compile(r"^(?:\S+ \((?P<case>[\w.]+)\).*?)?\.\.\. skipped ['\"](?P<why>.*)['\"]$", re.M)
UNITTEST_BAD = re.compile(r"\b(?:failures|errors)=(\d+)")


class Tally:
    def __init__(self):
        self.passed = 0
        self.failures = []
        self.skips = []

    def add_case(self, name, case):
        output = case.findtext("system-out") or ""
        status = case.get("status", "run")
        bad = status == "fail" or case.find("failure") is not None
        if case.find("skipped") is not None or status in ("notrun", "disabled"):
            skipped = case.find("skipped")
            reason = output.strip().splitlines()[-1:] or [skipped.get("message", "") if skipped is not None else ""]
            self.skips.append((name, reason[0]))
            return
        before = len(self.failures)
        if not (self.add_tap(name, output) or self.add_unittest(name, output)):
            if bad:
                self.failures.append(name)
            else:
                self.passed += 1
        elif bad and len(self.failures) == before:
            self.failures.append(f"{name} (the program failed after its cases)")

    def add_tap(self, name, output):
        lines = TAP.findall(output)
        for verdict, text in lines:
            skip = TAP_SKIP.match(text)
            if verdict == "not ok":
                self.failures.append(f"{name}: {text}")
            elif skip:
                self.skips.append((f"{name}: {skip.group(1)}", skip.group(2)))
            else:
                self.passed += 1
        return bool(lines)

    def add_unittest(self, name, output):
        total = sum(int(n) for n in UNITTEST.findall(output))
        skips = [(match.group("case") or name, match.group("why")) for match in UNITTEST_SKIP.finditer(output)]
        bad = sum(int(n) for n in UNITTEST_BAD.findall(output))
        self.skips.extend(skips)
        self.failures.extend([name] * bad)
        self.passed += total - bad - len(skips)
        return total > 0


def main(folder, failed_steps):
    tally = Tally()
    suites = []
    for report in sorted(pathlib.Path(folder).glob("*.xml")):
        suites.append(report.stem)
        for case in xml.parse(report).iter("testcase"):
            tally.add_case(f"{report.stem}/{case.get('name')}", case)
    tally.failures.extend(f"step {step}" for step in failed_steps if step not in suites)
    for name in tally.failures:
        print(f"failed   {name}")
    for name, reason in tally.skips:
        print(f"skipped  {name}: {reason or 'no reason given'}")
    print(f"{tally.passed} passed, {len(tally.failures)} failed, {len(tally.skips)} skipped")
    return 1 if tally.failures or failed_steps or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
