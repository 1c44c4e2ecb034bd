#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""game/deploy/terraform: rest.sh by the AWS CLI, and between its two parts what the provider calls for main.tf, with main.tf's
own values and in the provider's order (e2e.local.terraform has the rest of its calls). The provider itself is not run."""
import os
import re
import shutil
import subprocess
import unittest

from anywhere_test import CREDENTIALS, PATIENCE_S, ROOT
from local import Service

try:
    import boto3
except ImportError:
    boto3 = None

RECIPE = ROOT / "game" / "deploy" / "terraform"
MAIN = (RECIPE / "main.tf").read_text(encoding="utf-8")


def resource(kind):
    """The attributes of the one resource of this kind, those of its nested blocks among them: texts as they stand there."""
    body, = re.findall(rf'^resource "{kind}" "arena" {{\n(.*?)^}}', MAIN, re.M | re.S)
    return dict(re.findall(r"^ +(\w+) += (.*)$", body, re.M))


def text(value):
    return re.fullmatch(r'"(.*)"', value)[1]


@unittest.skipUnless(boto3, "boto3 is not installed (Debian package python3-boto3)")
@unittest.skipUnless(shutil.which("aws", path=CREDENTIALS["PATH"]), "the AWS CLI is not installed (Debian package awscli)")
class Terraform(unittest.TestCase):
    def setUp(self):
        self.service = Service(demo=False)
        self.addCleanup(self.service.stop)
        self.client = boto3.client("gamelift", endpoint_url=self.service.url, region_name="us-east-1",
                                   aws_access_key_id="local", aws_secret_access_key="local")
        self.addCleanup(self.client.close)

    def rest(self, *arguments):
        return subprocess.run([RECIPE / "rest.sh", *arguments], capture_output=True, text=True, check=False, timeout=PATIENCE_S,
                              env={**os.environ, **CREDENTIALS, "ENDPOINT": self.service.url})

    def rest_prints(self, *arguments):
        ran = self.rest(*arguments)
        self.assertEqual((0, ""), (ran.returncode, ran.stderr))
        return ran.stdout.strip()

    def apply(self, fleet):
        """terraform apply -var fleet_id=...; the queue's ARN, its output."""
        alias = resource("aws_gamelift_alias")
        self.assertEqual("var.fleet_id", alias["fleet_id"])
        made = self.client.create_alias(
            Name=text(alias["name"]), Description=text(alias["description"]),
            RoutingStrategy={"Type": text(alias["type"]), "FleetId": fleet})["Alias"]
        self.assertEqual(made, self.client.describe_alias(AliasId=made["AliasId"])["Alias"])
        self.client.list_tags_for_resource(ResourceARN=made["AliasArn"])
        queue = resource("aws_gamelift_game_session_queue")
        self.assertEqual("[aws_gamelift_alias.arena.arn]", queue["destinations"])
        made = self.client.create_game_session_queue(
            Name=text(queue["name"]), TimeoutInSeconds=int(queue["timeout_in_seconds"]),
            Destinations=[{"DestinationArn": made["AliasArn"]}])["GameSessionQueue"]
        self.assertEqual([made], self.client.describe_game_session_queues(Names=[made["Name"]], Limit=1)["GameSessionQueues"])
        self.client.list_tags_for_resource(ResourceARN=made["GameSessionQueueArn"])
        return made["GameSessionQueueArn"]

    def test_from_nothing_to_a_ticket(self):
        fleet = self.rest_prints("fleet", "custom-home")
        self.assertEqual(fleet, self.rest_prints("fleet", "custom-home"), "again: the same fleet")
        self.assertEqual([fleet], self.client.list_fleets()["FleetIds"])
        queue = self.apply(fleet)
        for _ in ("made", "there already"):
            self.assertEqual("", self.rest_prints("matchmaking", queue))
        configuration, = self.client.describe_matchmaking_configurations()["Configurations"]
        self.assertEqual([queue], configuration["GameSessionQueueArns"])
        ticket = self.client.start_matchmaking(ConfigurationName="arena", Players=[{"PlayerId": "nova"}])["MatchmakingTicket"]
        self.assertEqual("QUEUED", ticket["Status"])

    def test_what_is_wrong_is_said(self):
        ran = self.rest("fleet")
        self.assertEqual((2, "rest.sh: usage: rest.sh fleet LOCATION, or rest.sh matchmaking QUEUE-ARN\n"),
                         (ran.returncode, ran.stderr))
        ran = self.rest("queue", "x")
        self.assertEqual((2, 'rest.sh: "queue" is neither fleet nor matchmaking\n'), (ran.returncode, ran.stderr))
        self.assertIn("NotFoundException", self.rest("matchmaking", "arn:aws:gamelift:us-east-1::gamesessionqueue/no").stderr)


@unittest.skipUnless(shutil.which("terraform"), "terraform is not installed")
class Form(unittest.TestCase):
    def test_terraform_reads_it(self):
        ran = subprocess.run(["terraform", "fmt", "-check", "-diff", RECIPE], capture_output=True, text=True, check=False)
        self.assertEqual((0, ""), (ran.returncode, ran.stdout), ran.stderr)


if __name__ == "__main__":
    unittest.main()
