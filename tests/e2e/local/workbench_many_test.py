#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page with 1,000 sessions: it shows them all, stays quick, and is sent little. Times are printed, not judged."""
import itertools
import os
import unittest

from chromium import missing
from local import Service
from workbench import DESKTOP, PHONE, VIEWS, Page, many

LONG = bool(os.environ.get("GLIFT_LONG"))  # else only the views in which there are many
SESSIONS, SECONDS, CHANGES = 1000, 5, 10
BYTES_OF_A_CHANGE = 2000  # 20 KB a second, with ten changes each second


@unittest.skipIf(missing(), missing())
class Many(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.service = Service("--heartbeat-patience", "3000")
        self.addCleanup(self.service.stop)
        self.servers, self.sessions = await many(self.service, SESSIONS)
        self.page = Page(self.service)
        self.addCleanup(self.page.close)
        self.page.look_as(DESKTOP, "dark")

    def first_paint_ms(self):
        """The least of three, since browser and service share the machine with others."""
        return min(self.one_paint_ms() for _ in range(3))

    def one_paint_ms(self):
        self.page.open("sessions")
        return self.page.driver.execute_script(
            "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null")

    def rows(self):
        return self.page.driver.execute_script("return document.querySelectorAll('.list-row').length")

    def count(self):
        return self.page.driver.execute_script("return document.querySelector('.list').ariaRowCount ?? document.querySelector('.list').getAttribute('aria-rowcount')")

    def check_scrolling(self):
        """From one end to the other, with few rows in the page at any time."""
        self.assertEqual(str(SESSIONS + 1), self.count())
        for where, match in (("document.querySelector('.list').scrollHeight", "Match 1"), ("0", f"Match {SESSIONS}")):
            self.page.driver.execute_script(f"document.querySelector('.list').scrollTop = {where}")
            self.page.wait_for(match + "\n", ".list")
            self.assertLess(self.rows(), 80)
        self.page.go("sessions?text=Match%20777")
        self.page.wait_for("Match 777", ".list")
        self.assertEqual("2", self.count())

    def change(self, second):
        """Ten of the sessions that are in sight."""
        for number in range(CHANGES):
            self.service.call("UpdateGameSession", GameSessionId=self.sessions[-1 - number], Name=f"renamed {second}-{number}")

    def measure_changes(self):
        self.page.go("sessions")
        self.page.driver.execute_script("workbench.resetMeasures()")
        for second in range(SECONDS):
            self.change(second)
            self.page.wait_for(f"renamed {second}-{CHANGES - 1}", ".list")
        received = self.page.driver.execute_script("return workbench.received")
        return self.page.driver.execute_script("return workbench.slowestUpdateMs"), received["bytes"] / (SECONDS * CHANGES)

    async def test_a_thousand_sessions(self):
        painted_ms = self.first_paint_ms()
        self.check_scrolling()
        slowest_ms, bytes_of_a_change = self.measure_changes()
        print(f"\nfirst paint after {painted_ms:.0f} ms, slowest update {slowest_ms:.1f} ms, {bytes_of_a_change:.0f} bytes a change")
        self.assertLess(bytes_of_a_change, BYTES_OF_A_CHANGE)
        faults = []
        for theme, size in itertools.product(("dark", "light"), (DESKTOP, PHONE)):
            for view in VIEWS if LONG else ("overview", "messages", "processes", "sessions", "players"):
                faults += self.page.quick_look(view, size, theme, SESSIONS)
        self.assertEqual([], faults)


if __name__ == "__main__":
    unittest.main()
