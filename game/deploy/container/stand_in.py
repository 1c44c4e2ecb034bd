#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts a game server as a container fleet does, on this machine.

On a container fleet a server has no auth token: it asks the container agent of its instance for credentials and for the
name of its task, and signs with them. This program stands in for that agent, and starts COMMAND with the environment that
leads there. SIGTERM and Ctrl-C go to the command; its exit code is that of this program.
"""
import argparse
import datetime
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse

# Where SDKs look for a relative URI (wire protocol of GameLift, as of Amazon ECS).
AGENT = ("169.254.170.2", 80)
CREDENTIALS_LIVE = datetime.timedelta(hours=6)
ACCOUNT = "123456789012"
# With any of these a server would not ask the agent, or be somebody else.
OTHERS = ("GAMELIFT_SDK_AUTH_TOKEN", "GAMELIFT_SDK_HOST_ID", "GAMELIFT_ACCESS_KEY", "GAMELIFT_SECRET_KEY",
          "GAMELIFT_SESSION_TOKEN", "GAMELIFT_CONTAINER_DISCOVERY_SERVER_ENDPOINT")


def matching(pattern, what):
    def read(text):
        if not re.fullmatch(pattern, text):
            raise argparse.ArgumentTypeError(f"{what} is expected, not {text!r}")
        return text
    return read


def address(text):
    host, _, port = text.rpartition(":")
    if not re.fullmatch(r"[0-9.]{7,15}", host) or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        raise argparse.ArgumentTypeError(f"an IPv4 address and a port, such as 127.0.0.1:0, are expected, not {text!r}")
    return host, int(port)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: argparse would put several of usage before it, and all of a value into it."""

    def error(self, message):
        short = message if len(message) <= 300 else message[:300] + "..."
        self.exit(2, f"{self.prog}: {short}: see {self.prog} --help\n")


def parse_options(arguments):
    parser = Parser(
        prog="stand_in.py", description=__doc__.split("\n\n", maxsplit=1)[0], allow_abbrev=False,
        usage="stand_in.py --websocket-url URL --fleet-id ID --task NAME [options] -- COMMAND")
    name = r"[A-Za-z0-9-]{1,128}"
    parser.add_argument("--websocket-url", required=True, metavar="URL", help="of the service, ws://127.0.0.1:9080",
                        type=matching(r"wss?://[^\s?]{1,400}", "a URL that begins with \"ws://\" or \"wss://\""))
    parser.add_argument("--fleet-id", required=True, metavar="ID", help="of the fleet",
                        type=matching(rf"[a-z]*fleet-{name}", "an id that begins with \"fleet-\""))
    parser.add_argument("--task", required=True, metavar="NAME", help="of the task, which is the compute's name",
                        type=matching(name, "a name of 1 to 128 letters, digits and -"))
    parser.add_argument("--region", default="us-east-1", help="which is signed (default us-east-1)",
                        type=matching(r"[a-z0-9-]{1,32}", "a region"))
    parser.add_argument("--access-key", default="local", metavar="ID", help="access key id of the credentials (default local)",
                        type=matching(r"[A-Za-z0-9_-]{1,128}", "an access key id of letters, digits, - and _"))
    parser.add_argument("--listen", default=("127.0.0.1", 0), metavar="ADDRESS:PORT", type=address,
                        help="of the agent (default 127.0.0.1 and a free port; SDKs of others only find 169.254.170.2:80)")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="starts the server")
    return parser.parse_args(arguments)


def documents(options):
    """What the agent answers, by path."""
    expires = datetime.datetime.now(datetime.timezone.utc) + CREDENTIALS_LIVE
    return {
        f"/v2/credentials/{options.task}": {
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/task", "AccessKeyId": options.access_key, "SecretAccessKey": "secret",
            "Token": "token", "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ")},
        f"/v4/{options.task}/task": {
            "Cluster": "arena", "TaskARN": f"arn:aws:ecs:{options.region}:{ACCOUNT}:task/arena/{options.task}",
            "Family": "arena", "Revision": "1", "KnownStatus": "RUNNING", "Containers": []}}


class Agent(http.server.BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self):  # pylint: disable=invalid-name
        document = self.server.documents.get(urllib.parse.urlsplit(self.path).path)
        body = json.dumps(document or {"message": "the container agent knows no such document"}).encode()
        self.send_response(404 if document is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *values):  # pylint: disable=redefined-builtin
        print("stand_in: " + format % values, flush=True)


def environment(options, agent):
    """What GameLift and Amazon ECS set."""
    url = "http://{}:{}".format(*agent)
    return {
        "GAMELIFT_COMPUTE_TYPE": "CONTAINER", "GAMELIFT_REGION": options.region,
        "GAMELIFT_SDK_WEBSOCKET_URL": options.websocket_url, "GAMELIFT_SDK_FLEET_ID": options.fleet_id,
        "GAMELIFT_SDK_PROCESS_ID": "ManagedResource",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI":
            ("" if agent == AGENT else url) + f"/v2/credentials/{options.task}",
        "ECS_CONTAINER_METADATA_URI_V4": url + f"/v4/{options.task}"}


def run(command, variables):
    """The command's exit code, as a shell tells it."""
    kept = {name: text for name, text in os.environ.items() if name not in OTHERS}
    # The kernel sends it SIGTERM if this program dies. A session of its own: Ctrl-C comes from here, once.
    with subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *command], stdin=subprocess.DEVNULL,
                          env={**kept, **variables}, start_new_session=True) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.send_signal(signal.SIGTERM))
        code = server.wait()
    return code if code >= 0 else 128 - code


def main(arguments):
    options = parse_options(arguments)
    try:
        agent = http.server.ThreadingHTTPServer(options.listen, Agent)
    except OSError as error:
        print("stand_in: cannot listen on {}:{}: ".format(*options.listen) + (error.strerror or str(error)), file=sys.stderr)
        return 1
    agent.documents = documents(options)
    threading.Thread(target=agent.serve_forever, daemon=True).start()
    return run(options.command, environment(options, agent.server_address))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
