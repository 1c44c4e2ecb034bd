# SPDX-License-Identifier: Apache-2.0
"""A headless Firefox, driven over WebDriver BiDi, for which it needs no driver program."""
import asyncio
import base64
import json
import re
import shutil
import subprocess
import tempfile

import websockets

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
START_S, ANSWER_S = 120, 120


def missing():
    """Why there is no Firefox here; None where there is one."""
    return None if FIREFOX else "there is no Firefox (Debian package firefox-esr)"


class Firefox:
    async def __aenter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [FIREFOX, "--headless", "--no-remote", "--profile", self.folder.name, "--remote-debugging-port", "0", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={"HOME": self.folder.name, "PATH": "/usr/bin:/bin", "MOZ_HEADLESS": "1"})
        url = await asyncio.wait_for(asyncio.to_thread(self.find_url), START_S)
        self.socket = await websockets.connect(url + "/session", max_size=None, ping_interval=None)
        self.count = 0
        self.errors = []
        await self.ask("session.new", capabilities={})
        await self.ask("session.subscribe", events=["log.entryAdded"])
        self.context = (await self.ask("browsingContext.getTree"))["contexts"][0]["context"]
        return self

    async def __aexit__(self, *_):
        await self.socket.close()
        self.process.terminate()
        await asyncio.to_thread(self.process.wait, 60)
        self.process.stderr.close()
        self.folder.cleanup()

    def find_url(self):
        for line in self.process.stderr:
            found = re.search(r"WebDriver BiDi listening on (ws://\S+)", line)
            if found:
                return found.group(1)
        raise AssertionError("Firefox has ended instead of listening")

    async def ask(self, method, **params):
        self.count += 1
        await self.socket.send(json.dumps({"id": self.count, "method": method, "params": params}))
        while True:
            message = json.loads(await asyncio.wait_for(self.socket.recv(), ANSWER_S))
            if message.get("type") == "event":
                if message["params"].get("level") == "error":
                    self.errors.append(message["params"].get("text"))
            elif message["id"] == self.count:
                assert message["type"] == "success", message
                return message["result"]

    async def open(self, url):
        await self.ask("browsingContext.navigate", context=self.context, url=url, wait="complete")

    async def run(self, script):
        """The value of an expression, which may be a promise."""
        answer = await self.ask("script.evaluate", expression=script, target={"context": self.context}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return answer["result"].get("value")

    async def picture(self, path):
        answer = await self.ask("browsingContext.captureScreenshot", context=self.context)
        path.write_bytes(base64.b64decode(answer["data"]))
