# SPDX-License-Identifier: Apache-2.0
"""This machine as a compute of an Anywhere fleet, by way of the AWS CLI."""
import json
import re
import subprocess
import time

CLI_TIMEOUT_S = 120
TOKEN_AGE_S = 60


class Refused(Exception):
    """A call that AWS or the AWS CLI did not carry out: the name of the error, and a sentence."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Compute:
    """The compute's registration, and auth tokens for its servers.

    A token lives for hours, and GetComputeAuthToken never hands one out that has less than 15 minutes left. So every
    server is started with a token that was asked for within the last minute, and no clock of this machine decides
    whether a token is still good.
    """

    def __init__(self, options, check_stop):
        self.options = options
        self.check_stop = check_stop
        self.endpoint = None
        self.token = None
        self.token_at = None

    def call(self, operation, **members):
        """An operation of the AWS API; its answer. Refused: it was not carried out."""
        command = ["aws", "gamelift", operation, "--output", "json", "--cli-connect-timeout", "10", "--cli-read-timeout", "20"]
        for option, value in (("--endpoint-url", self.options.endpoint), ("--region", self.options.region)):
            command += [option, value] if value else []
        for name, value in members.items():
            command += ["--" + name.replace("_", "-"), value]
        return self.run(operation, command)

    def run(self, operation, command):
        # A session of its own: Ctrl-C is for this program alone, which decides what ends when.
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              start_new_session=True) as process:
            deadline = time.monotonic() + CLI_TIMEOUT_S
            while True:
                try:
                    output, errors = process.communicate(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    try:
                        self.check_stop()
                        if time.monotonic() > deadline:
                            raise Refused("", f"{operation}: no answer within {CLI_TIMEOUT_S} s")
                    except BaseException:
                        process.kill()
                        raise
        if process.returncode == 0:
            return json.loads(output) if output.strip() else {}
        found = re.search(r"An error occurred \((\w+)\)", errors)
        lines = errors.strip().splitlines() or [f"the AWS CLI ended with exit code {process.returncode}"]
        raise Refused(found.group(1) if found else "", f"{operation}: {lines[-1]}")

    def ids(self):
        return {"fleet_id": self.options.fleet_id, "compute_name": self.options.compute_name}

    def register(self):
        """Register this machine, or take up the registration that an earlier run has left."""
        members = {**self.ids(), "ip_address": self.options.ip_address, "location": self.options.location}
        try:
            compute = self.call("register-compute", **members)["Compute"]
        except Refused as refusal:
            if refusal.code != "ConflictException":
                raise
            compute = self.call("describe-compute", **self.ids())["Compute"]
            if (compute.get("IpAddress"), compute.get("Location")) != (self.options.ip_address, self.options.location):
                # The machine has another address than it had: players would be sent to the old one.
                self.deregister()
                compute = self.call("register-compute", **members)["Compute"]
        self.endpoint = compute["GameLiftServiceSdkEndpoint"]
        self.token = None

    def fresh_token(self):
        """A token with at least 14 minutes left."""
        if self.token is None or time.monotonic() - self.token_at > TOKEN_AGE_S:
            asked_at = time.monotonic()
            try:
                answer = self.call("get-compute-auth-token", **self.ids())
            except Refused as refusal:
                if refusal.code != "NotFoundException":
                    raise
                self.register()  # somebody has deregistered this machine
                answer = self.call("get-compute-auth-token", **self.ids())
            self.token, self.token_at = answer["AuthToken"], asked_at
        return self.token

    def forget_token(self):
        """The next one who needs a token asks for one: after a failure this machine may not be registered any more."""
        self.token = None

    def deregister(self):
        self.call("deregister-compute", **self.ids())

    def environment(self, process_id):
        """What a server of GameLift's SDKs, of any language, looks for."""
        return {
            "GAMELIFT_SDK_AUTH_TOKEN": self.fresh_token(), "GAMELIFT_SDK_WEBSOCKET_URL": self.endpoint,
            "GAMELIFT_SDK_FLEET_ID": self.options.fleet_id, "GAMELIFT_SDK_HOST_ID": self.options.compute_name,
            "GAMELIFT_SDK_PROCESS_ID": process_id}
