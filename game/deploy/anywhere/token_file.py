# SPDX-License-Identifier: Apache-2.0
"""An auth token in a file, for programs that start servers of their own as long as they live."""
import os
import pathlib
import shutil
import tempfile
import time

from compute import Refused
from servers import log

RETRY_S = 30


class TokenFile:
    """Whoever reads it has a token with at least 14 minutes left, less the seconds between two renewals."""

    def __init__(self, compute, renew_seconds):
        self.compute = compute
        self.renew_seconds = renew_seconds
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="anywhere-"))  # for this user alone
        self.path = self.folder / "token"
        self.renew_at = 0.0

    def renew_when_due(self):
        if time.monotonic() < self.renew_at:
            return
        self.compute.forget_token()
        try:
            self.renew()
        except Refused as refusal:
            log(f"the token is not renewed: {refusal}; the next try is in {RETRY_S} s")
            self.renew_at = time.monotonic() + RETRY_S

    def renew(self):
        """Readers see the old token or the new one, and never half of it."""
        token = self.compute.fresh_token()
        fresh = self.folder / "fresh"
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(token + "\n")
        fresh.replace(self.path)
        self.renew_at = time.monotonic() + self.renew_seconds

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
