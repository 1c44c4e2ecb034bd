# SPDX-License-Identifier: Apache-2.0
"""The page of gamelift-local in a headless Chromium, and a service with something to see in it."""
import asyncio
import os
import pathlib
import shutil
import subprocess

from chromium import browser
from local import Server, until

PICTURES = pathlib.Path(os.environ["GLIFT_BUILD"]) / "screenshots" / "workbench"
DESKTOP, PHONE, WIDE, NARROW = (1440, 900), (390, 844), (2560, 1440), (360, 740)
WAIT_S = 60
LISTS = ("processes", "sessions", "players", "tickets", "placements", "queues", "configurations", "rule-sets", "fleets",
         "computes", "aliases", "events")
TOOLS = ("overview", "messages", "bench", "faults", "recording")
VIEWS = TOOLS + LISTS

SETTLED = """
  const done = arguments[arguments.length - 1], frames = (n) => (n ? requestAnimationFrame(() => frames(n - 1)) : done(true));
  const look = () => (window.workbench?.isSettled ? frames(3) : setTimeout(look, 20));
  look();"""


class Page:
    def __init__(self, service=None):
        self.service = service
        self.driver = browser(*DESKTOP)
        self.driver.set_script_timeout(WAIT_S)
        self.driver.set_page_load_timeout(WAIT_S)
        self.close = self.driver.quit

    def leave(self):
        """Before its service goes, about which it would complain."""
        self.driver.get("about:blank")
        self.console()

    def look_as(self, size=DESKTOP, theme="dark"):
        width, height = size
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": theme}]})

    def open(self, place="overview", query=""):
        self.driver.get("about:blank")  # the same address with another hash would not load anew
        self.driver.get(f"{self.service.url}/{query}#/{place}")
        self.settle()

    def go(self, place):
        self.driver.execute_script("location.hash = arguments[0]", "#/" + place)
        self.settle()

    def first(self, view):
        """The address of the first thing in a list."""
        self.go(view)
        return self.driver.execute_script("return document.querySelector('.list-row a.open').getAttribute('href').slice(2)")

    def firsts(self, *views):
        return [self.first(view) for view in views]

    def settle(self):
        """Until all that was asked is answered and drawn."""
        self.driver.execute_async_script(SETTLED)

    def text(self, selector="body"):
        return self.driver.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def wait_for(self, text, selector="body"):
        until(lambda: text in self.text(selector), WAIT_S, f"{selector} shows {text!r}")

    def wait_gone(self, selector):
        until(lambda: not self.driver.find_elements("css selector", selector), WAIT_S, f"there is no {selector} any more")

    def press(self, text, within="body"):
        """The button or link of that name."""
        found = until(lambda: self.driver.execute_script("""
            const all = [...document.querySelectorAll(`${arguments[1]} :is(button, a)`)];
            return all.find((one) => one.innerText.trim() === arguments[0] && one.checkVisibility());""", text, within),
            WAIT_S, f"{within} has {text!r}")
        self.driver.execute_script("arguments[0].click()", found)

    def fill(self, name, value):
        """A field of the dialog that is open, or about to."""
        until(lambda: self.driver.execute_script("""
            const field = document.querySelector(`dialog [name="${arguments[0]}"]`);
            if (!field) return false;
            field[field.type === "checkbox" ? "checked" : "value"] = arguments[1];
            return true;""", name, value), WAIT_S, f"the dialog has {name!r}")

    def is_too_wide(self):
        return self.driver.execute_script("""
            const wide = [...document.querySelectorAll("#main, .view-scroll, #detail, #top")].filter((one) => one.scrollWidth > one.clientWidth + 1);
            return document.documentElement.scrollWidth > innerWidth ? ["page"] : wide.map((one) => one.id || one.className);""")

    def console(self):
        return [line["message"] for line in self.driver.get_log("browser")]

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(PICTURES / f"{name}.png"))

    def quick_look(self, place, size, theme, what):
        """What is wrong with a view at a glance: too wide, or something in the console. It leaves a picture."""
        view, slash, _ = place.partition("/")
        name = f"{view}{'-one' if slash else ''}-{what}-{theme}-{size[0]}"
        self.look_as(size, theme)
        self.go(place)
        self.picture(name)
        return [f"{name}: {part} is too wide" for part in self.is_too_wide()] + [f"{name}: {line}" for line in self.console()]


# ---- something to see

async def host(service, server, players=()):
    """Takes the session that the server is pushed, and lets the players in, but for the last one; the session's id."""
    push = await server.push()
    assert push["Action"] == "CreateGameSession", push
    session_id = push["GameSessionId"]
    await server.ask("ActivateGameSession", GameSessionId=session_id)
    if players:
        seats = service.call("CreatePlayerSessions", GameSessionId=session_id, PlayerIds=list(players))["PlayerSessions"]
        for seat in seats[:-1]:
            await server.ask("AcceptPlayerSession", GameSessionId=session_id, PlayerSessionId=seat["PlayerSessionId"])
    return session_id


async def one_match(service, server, players=("nova", "mia"), **members):
    await server.ready()
    service.create_session(seats=8, **{"Name": "Match of " + server.process_id, "GameProperties": [{"Key": "map", "Value": "canyon"}], **members})
    return await host(service, server, players)


async def many(service, count):
    """So many servers that host a session each, the first hundred with players: ([Server], [session id])."""
    servers = [Server(service, f"arena-{number}") for number in range(1, count + 1)]

    async def begin(number, server):
        await server.connect()
        await server.ready(7000 + number)

    for first in range(0, count, 50):
        await asyncio.gather(*(begin(first + i, server) for i, server in enumerate(servers[first:first + 50])))
    for number in range(count):
        service.create_session(seats=8, Name=f"Match {number + 1}")
        await asyncio.sleep(0)
    sessions = await asyncio.gather(*(host(service, server, (f"p-{i}-a", f"p-{i}-b") if i < 100 else ()) for i, server in enumerate(servers)))
    return servers, sessions


# ---- axe

def axe_source():
    """(source, None), or (None, why there is none)."""
    npm = shutil.which("npm")
    if npm is None:
        return None, "npm is not installed"
    folder = pathlib.Path(os.environ["GLIFT_BUILD"]) / "axe"
    source = folder / "node_modules/axe-core/axe.min.js"
    if not source.exists():
        folder.mkdir(exist_ok=True)
        install = subprocess.run([npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, "axe-core@4.14.1"],
                                 capture_output=True, text=True, timeout=300, check=False)
        if install.returncode != 0:
            return None, f"npm cannot fetch axe-core: {install.stderr.strip()[:300]}"
    return source.read_text(), None


def axe_faults(page, source):
    page.driver.execute_script("if (!window.axe) { " + source + " }")
    return page.driver.execute_async_script("""
        const done = arguments[arguments.length - 1];
        axe.run(document).then((result) => done(result.violations.map((fault) =>
          `${fault.id}: ${fault.help}: ${fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" | ")}`)));""")
