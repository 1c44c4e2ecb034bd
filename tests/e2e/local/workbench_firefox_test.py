#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each view of the page in Firefox: it opens, shows what there is, and has no error."""
import unittest

from firefox import Firefox, missing
from local import Server, Service
from workbench import PICTURES, VIEWS, one_match

SETTLED = """new Promise((done) => {
  const frames = (n) => (n ? requestAnimationFrame(() => frames(n - 1)) : done(document.body.innerText));
  const look = () => (window.workbench?.isSettled ? frames(3) : setTimeout(look, 20));
  look();
})"""


@unittest.skipIf(missing(), missing())
class InFirefox(unittest.IsolatedAsyncioTestCase):
    async def test_each_view_opens(self):
        service = Service()
        self.addCleanup(service.stop)
        PICTURES.mkdir(parents=True, exist_ok=True)
        async with Server(service, "arena-1") as server, Firefox() as firefox:
            session_id = await one_match(service, server)
            await firefox.open(service.url)
            for view in (*VIEWS, "sessions/" + session_id):
                await firefox.run(f"location.hash = {'#/' + view!r}")
                text = await firefox.run(SETTLED)
                self.assertIn("gamelift-local", text)
                self.assertTrue(await firefox.run("document.documentElement.scrollWidth <= innerWidth"), view)
                self.assertEqual(view.split("/")[0], await firefox.run("workbench.view"))
                await firefox.picture(PICTURES / f"firefox-{view.split('/')[0]}{'-one' if '/' in view else ''}.png")
            self.assertIn("Match of arena-1", text)
            self.assertIn("in game", text)
            self.assertEqual([], firefox.errors)


if __name__ == "__main__":
    unittest.main()
