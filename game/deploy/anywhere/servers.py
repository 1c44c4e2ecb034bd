# SPDX-License-Identifier: Apache-2.0
"""Game servers: each process has a place with ports, and a fresh one takes the place of one that has ended."""
import os
import random
import signal
import subprocess
import time
import uuid

SHORT_LIFE_S = 5
LONGEST_PAUSE_S = 60


def log(text):
    print(f"anywhere: {text}", flush=True)


class Place:
    """One process at a time, of one server or of several."""

    def __init__(self, number, options, compute, token_file):
        self.options = options
        self.compute = compute
        self.token_file = token_file  # None: the token in the environment is enough
        before = number * options.servers_per_process
        self.port = options.first_port + before
        self.servers = min(options.servers_per_process, options.servers - before)
        self.popen = None
        self.process_id = None
        self.started_at = None
        self.failures = 0
        self.start_at = 0.0

    def is_due(self):
        return self.popen is None and time.monotonic() >= self.start_at

    def start(self):
        self.process_id = f"{self.options.compute_name}-{self.port}-{uuid.uuid4().hex[:12]}"
        environment = {**os.environ, **self.compute.environment(self.process_id)}
        if self.names_its_servers():
            del environment["GAMELIFT_SDK_PROCESS_ID"]
        if self.token_file:
            self.token_file.renew()
        command = [self.fill_in(part) for part in self.options.command]
        # The kernel sends SIGTERM to servers whose anywhere.py has died: they would hold their ports otherwise.
        self.popen = subprocess.Popen(  # pylint: disable=consider-using-with
            ["setpriv", "--pdeathsig", "TERM", "--", *command], stdin=subprocess.DEVNULL, env=environment,
            start_new_session=True)
        self.started_at = time.monotonic()
        log(f"{self.process_id} started on port {self.port}")

    def names_its_servers(self):
        """Whether the process makes up the process ids of its servers."""
        return any("{servers}" in part for part in self.options.command)

    def fill_in(self, part):
        values = {"{port}": self.port, "{servers}": self.servers, "{token_file}": self.token_file and self.token_file.path}
        for name, value in values.items():
            part = part.replace(name, str(value))
        return part

    def look(self):
        """See whether the server has ended, and decide when the next one comes."""
        if self.popen is None or self.popen.poll() is None:
            return
        code, lived_s = self.popen.returncode, time.monotonic() - self.started_at
        self.popen = None
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        if code == 0 and lived_s >= SHORT_LIFE_S:
            log(f"{self.process_id} has ended after its work ({how})")
            self.failures = 0
            return
        self.compute.forget_token()
        if lived_s >= LONGEST_PAUSE_S:
            self.failures = 0
        log(f"{self.process_id} has ended after {lived_s:.0f} s with {how}; the next one starts in {self.postpone():.1f} s")

    def postpone(self):
        """The pause before the next try, twice as long each time; spread, as all places may fail for one reason."""
        pause_s = min(LONGEST_PAUSE_S, 2 ** min(self.failures, 6)) * random.uniform(0.5, 1)
        self.failures += 1
        self.start_at = time.monotonic() + pause_s
        return pause_s

    def signal(self, number):
        if self.popen is not None and self.popen.poll() is None:
            os.killpg(self.popen.pid, number)


def drain(places, seconds, is_impatient):
    """SIGTERM to all; those that have not ended in time, or when somebody asks again, are killed."""
    if any(place.popen is not None for place in places):
        log(f"draining: servers have {seconds} s to end")
    for place in places:
        place.signal(signal.SIGTERM)
    deadline = time.monotonic() + seconds
    alive = places
    while alive := [place for place in alive if place.popen is not None and place.popen.poll() is None]:
        if time.monotonic() > deadline or is_impatient():
            for place in alive:
                log(f"{place.process_id} has not ended in time, and is killed")
                place.signal(signal.SIGKILL)
                place.popen.wait()
            return
        time.sleep(0.1)
