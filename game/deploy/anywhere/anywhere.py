#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hosts game servers of a GameLift Anywhere fleet on this machine.

Registers the machine as a compute, starts N servers with what GameLift's SDKs want in the environment, and a fresh one
whenever one has ended. SIGTERM or Ctrl-C drains: servers get SIGTERM and their time, then the machine is deregistered; a
second signal ends them at once. Needs the AWS CLI with credentials for gamelift:RegisterCompute, DescribeCompute,
GetComputeAuthToken and DeregisterCompute.
"""
import argparse
import ipaddress
import re
import shutil
import signal
import socket
import sys
import time

from compute import Compute, Refused
from servers import Place, drain, log
from token_file import TokenFile

MOST_SERVERS = 500


class Stopping(Exception):
    """SIGTERM or SIGINT has come."""


class Signals:
    """Signals are counted, and looked at where nothing is half done."""

    def __init__(self):
        self.count = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.note)

    def note(self, *_):
        self.count += 1

    def check(self):
        if self.count > 0:
            raise Stopping


def number(low, high):
    def read(text):
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"a number from {low} to {high} is expected, not {text!r}")
        return int(text)
    return read


def matching(pattern, what):
    def read(text):
        if not re.fullmatch(pattern, text):
            raise argparse.ArgumentTypeError(f"{what} is expected, not {text!r}")
        return text
    return read


def uses(options, placeholder):
    return any(placeholder in part for part in options.command)


def ip_address(text):
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"an IP address is expected, not {text!r}") from None


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line: argparse would put several of usage before it, and all of a value into it."""

    def error(self, message):
        short = message if len(message) <= 300 else message[:300] + "..."
        self.exit(2, f"{self.prog}: {short}: see {self.prog} --help\n")


def parse_options(arguments):
    parser = Parser(
        prog="anywhere.py", description=__doc__.split("\n\n", maxsplit=1)[0], allow_abbrev=False,
        usage="anywhere.py --fleet-id ID --location NAME --ip-address ADDRESS [options] -- COMMAND",
        epilog="COMMAND starts one server; {port} in it is the server's port. With --servers-per-process it starts "
        "{servers} of them, on ports from {port} on, and reads the auth token of each server from {token_file}.")
    name = matching(r"[A-Za-z0-9-]{1,100}", "a name of 1 to 100 letters, digits and -")
    parser.add_argument("--fleet-id", required=True, metavar="ID", help="of the Anywhere fleet",
                        type=matching(r"[a-z]*fleet-[A-Za-z0-9-]{1,122}", "an id that begins with \"fleet-\""))
    parser.add_argument("--location", required=True, metavar="NAME", help="custom location of this machine",
                        type=matching(r"custom-[A-Za-z0-9-]{1,57}", "a name that begins with \"custom-\""))
    parser.add_argument("--ip-address", required=True, metavar="ADDRESS", help="at which players reach this machine",
                        type=ip_address)
    parser.add_argument("--compute-name", default=re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:100], type=name,
                        metavar="NAME", help="of this machine, unique in the fleet (default: its host name)")
    parser.add_argument("--servers", type=number(1, MOST_SERVERS), default=1, metavar="N", help="so many at a time (1)")
    parser.add_argument("--servers-per-process", type=number(1, MOST_SERVERS), default=1, metavar="N",
                        help="so many of them in one process (1)")
    parser.add_argument("--renew-seconds", type=number(1, 600), default=300, metavar="S",
                        help="between two renewals of the token in {token_file} (300)")
    parser.add_argument("--first-port", type=number(1024, 60000), default=20000, metavar="N",
                        help="of the first server; the next ones follow (20000)")
    parser.add_argument("--drain-seconds", type=number(0, 86400), default=60, metavar="S",
                        help="what servers get to end after SIGTERM (60)")
    parser.add_argument("--endpoint", metavar="URL", help="of gamelift-local; without it: AWS",
                        type=matching(r"https?://[^/\s]\S*", "an http or https URL"))
    parser.add_argument("--region", metavar="NAME", help="of AWS (default: that of the AWS CLI)",
                        type=matching(r"[a-z0-9-]{1,32}", "a region"))
    parser.add_argument("command", nargs="+", metavar="COMMAND", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.first_port + options.servers - 1 > 60000:
        parser.error("GameLift's ports end at 60000: choose a lower --first-port or fewer --servers")
    if options.servers > 1 and not uses(options, "{port}"):
        parser.error("several servers need ports of their own: write {port} where COMMAND takes it")
    for needed in ("{servers}", "{token_file}"):
        if options.servers_per_process > 1 and not uses(options, needed):
            parser.error(f"several servers of one process need {needed}: write it where COMMAND takes it")
    for program in ("aws", "setpriv", options.command[0]):
        if shutil.which(program) is None:
            parser.error(f"there is no program {program}")
    return options


def start_those_due(places):
    """False: AWS does not answer, and the places are tried again later."""
    for place in places:
        place.look()
        if place.is_due():
            try:
                place.start()
            except Refused as refusal:
                log(f"no server is started: {refusal}; the next try is in {place.postpone():.1f} s")
                return


def host(options, signals):
    compute = Compute(options, signals.check)
    token_file = TokenFile(compute, options.renew_seconds) if uses(options, "{token_file}") else None
    count = -(-options.servers // options.servers_per_process)
    places = [Place(number_of_place, options, compute, token_file) for number_of_place in range(count)]
    try:
        compute.register()
        log(f"compute {options.compute_name} of fleet {options.fleet_id}: servers connect to {compute.endpoint}")
        while True:
            signals.check()
            start_those_due(places)
            if token_file and any(place.popen for place in places):
                token_file.renew_when_due()
            time.sleep(0.2)
    except Stopping:
        pass
    finally:
        drain(places, options.drain_seconds, lambda: signals.count > 1)
        if token_file:
            token_file.remove()
    if compute.endpoint is not None:
        compute.check_stop = lambda: None
        compute.deregister()
        log(f"compute {options.compute_name} is deregistered")


def main():
    options = parse_options(sys.argv[1:])
    try:
        host(options, Signals())
    except Refused as refusal:
        print(f"anywhere: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
