#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Terraform's aws provider calls for a fleet, an alias and a queue, in its order, through boto3: create, read, plan that
finds nothing to change, update, tag, destroy. The provider makes no Anywhere fleets; the members that differ are ours."""
import pathlib
import sys
import unittest

from local import Service

try:
    import boto3
except ImportError:
    boto3 = None

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import operations  # noqa: E402  pylint: disable=wrong-import-position

TAGS = [{"Key": "managed-by", "Value": "terraform"}]


@unittest.skipIf(boto3 is None, "boto3 is not installed (Debian package python3-boto3)")
class Terraform(unittest.TestCase):
    def setUp(self):
        self.service = Service(demo=False)
        self.client = boto3.client("gamelift", endpoint_url=self.service.url, region_name="us-east-1",
                                   aws_access_key_id="local", aws_secret_access_key="local")
        self.client.create_location(LocationName="custom-home")

    def tearDown(self):
        self.client.close()
        self.assertEqual(0, self.service.stop())

    def tags(self, arn):
        return self.client.list_tags_for_resource(ResourceARN=arn)["Tags"]

    def change_tags(self, arn):
        self.client.untag_resource(ResourceARN=arn, TagKeys=["managed-by"])
        self.client.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
        self.assertEqual([{"Key": "stage", "Value": "test"}], self.tags(arn))

    def create_fleet(self):
        made = self.client.create_fleet(Name="fleet", ComputeType="ANYWHERE", Locations=[{"Location": "custom-home"}], Tags=TAGS)
        return made["FleetAttributes"]["FleetId"]

    def read_fleet(self, fleet_id):
        fleet = self.client.describe_fleet_attributes(FleetIds=[fleet_id])["FleetAttributes"][0]
        self.assertEqual("ACTIVE", fleet["Status"])
        self.assertEqual([], self.client.describe_fleet_port_settings(FleetId=fleet_id)["InboundPermissions"])
        return fleet

    def delete_fleet(self, fleet_id):
        self.client.delete_fleet(FleetId=fleet_id)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.describe_fleet_attributes(FleetIds=[fleet_id])

    def test_a_fleet(self):
        fleet_id = self.create_fleet()
        fleet = self.read_fleet(fleet_id)
        self.assertEqual(TAGS, self.tags(fleet["FleetArn"]))
        self.client.update_fleet_attributes(
            FleetId=fleet_id, Name="renamed", Description="d", NewGameSessionProtectionPolicy="FullProtection",
            ResourceCreationLimitPolicy={"NewGameSessionsPerCreator": 2, "PolicyPeriodInMinutes": 1}, MetricGroups=["default"])
        self.client.update_runtime_configuration(
            FleetId=fleet_id, RuntimeConfiguration={"GameSessionActivationTimeoutSeconds": 60})
        self.change_tags(fleet["FleetArn"])
        fleet = self.read_fleet(fleet_id)
        self.assertEqual(("renamed", "d", "FullProtection"),
                         (fleet["Name"], fleet["Description"], fleet["NewGameSessionProtectionPolicy"]))
        self.delete_fleet(fleet_id)

    def test_an_alias(self):
        fleet_id = self.create_fleet()
        made = self.client.create_alias(Name="alias", RoutingStrategy={"Type": "SIMPLE", "FleetId": fleet_id}, Tags=TAGS)["Alias"]
        alias_id, arn = made["AliasId"], made["AliasArn"]
        self.assertEqual(made, self.client.describe_alias(AliasId=alias_id)["Alias"])
        self.assertEqual(TAGS, self.tags(arn))
        terminal = {"Type": "TERMINAL", "Message": "closed"}
        self.client.update_alias(AliasId=alias_id, Name="renamed", Description="d", RoutingStrategy=terminal)
        self.change_tags(arn)
        alias = self.client.describe_alias(AliasId=alias_id)["Alias"]
        self.assertEqual(("renamed", "d", terminal), (alias["Name"], alias["Description"], alias["RoutingStrategy"]))
        self.client.delete_alias(AliasId=alias_id)
        with self.assertRaises(self.client.exceptions.NotFoundException):
            self.client.describe_alias(AliasId=alias_id)
        self.delete_fleet(fleet_id)

    def test_a_queue(self):
        fleet_id = self.create_fleet()
        fleet_arn = self.read_fleet(fleet_id)["FleetArn"]
        made = self.client.create_game_session_queue(Name="queue", TimeoutInSeconds=60, Tags=TAGS,
                                                     Destinations=[{"DestinationArn": fleet_arn}])["GameSessionQueue"]
        self.assertEqual([made], self.client.describe_game_session_queues(Names=["queue"], Limit=1)["GameSessionQueues"])
        self.assertEqual(TAGS, self.tags(made["GameSessionQueueArn"]))
        if "UpdateGameSessionQueue" in {name for name, _ in operations.rows()}:
            self.client.update_game_session_queue(Name="queue", TimeoutInSeconds=90)
            queue = self.client.describe_game_session_queues(Names=["queue"], Limit=1)["GameSessionQueues"][0]
            self.assertEqual((90, made["Destinations"]), (queue["TimeoutInSeconds"], queue["Destinations"]))
        self.change_tags(made["GameSessionQueueArn"])
        self.client.delete_game_session_queue(Name="queue")
        try:  # a queue that is gone is an empty list, or an error: the provider takes both
            left = self.client.describe_game_session_queues(Names=["queue"], Limit=1)["GameSessionQueues"]
        except self.client.exceptions.NotFoundException:
            left = []
        self.assertEqual([], left)
        self.delete_fleet(fleet_id)


if __name__ == "__main__":
    unittest.main()
