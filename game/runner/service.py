# SPDX-License-Identifier: Apache-2.0
"""gamelift-local from outside."""
import json
import urllib.error
import urllib.request

from runner.process import Failed

TARGET_PREFIX = "GameLift."


class Service:
    """gamelift-local from outside: the AWS API, and its state page."""

    def __init__(self, url):
        self.url = url

    def call(self, operation, **members):
        request = urllib.request.Request(
            self.url, data=json.dumps(members).encode(), headers={
                "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET_PREFIX + operation})
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failed(f"{operation}: {error.read().decode(errors='replace')}") from None
        except OSError as error:
            raise Failed(f"gamelift-local does not answer: {error}") from None

    def state(self):
        try:
            with urllib.request.urlopen(self.url + "_local/state", timeout=5) as answer:
                return json.load(answer)
        except OSError as error:
            raise Failed(f"gamelift-local does not answer: {error}") from None
