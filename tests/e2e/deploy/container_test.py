#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""game/deploy/container: the files of a container fleet fit each other and the API, by AWS's own model of it where the
installed botocore has container fleets; the arena in the environment of such a fleet, with a stand-in for the container
agent at the agent's own address, hosts a game session; and with GLIFT_LONG it does so from its image."""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "packaging"))
import bundle  # noqa: E402  pylint: disable=wrong-import-position
import elf  # noqa: E402  pylint: disable=wrong-import-position
import root  # noqa: E402  pylint: disable=wrong-import-position
from local import PROGRAM, Refused, Service, until  # noqa: E402  pylint: disable=wrong-import-position

try:
    import botocore.session
    import botocore.validate
except ImportError:
    botocore = None

ROOT = pathlib.Path(__file__).resolve().parents[3]
RECIPE = ROOT / "game" / "deploy" / "container"
STAND_IN = RECIPE / "stand_in.py"
START = shlex.split(re.search(r"--cmd '(.*?)'", (RECIPE / "make_image.sh").read_text(encoding="utf-8"))[1])
PORT = int(START[START.index("--port") + 1])
TASK = "0123456789abcdef0123456789abcdef"
KEY = "an-access-key-of-the-container"
SET = ("GAMELIFT_COMPUTE_TYPE", "GAMELIFT_REGION", "GAMELIFT_SDK_WEBSOCKET_URL", "GAMELIFT_SDK_FLEET_ID",
       "GAMELIFT_SDK_PROCESS_ID", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "ECS_CONTAINER_METADATA_URI_V4")
PATIENCE_S = 300

# What the documentation of the API has, for machines whose botocore is older than container fleets; ! is required.
MEMBERS = {
    "CreateContainerGroupDefinition":
        "Name! OperatingSystem! TotalMemoryLimitMebibytes! TotalVcpuLimit! ContainerGroupType GameServerContainerDefinition "
        "SupportContainerDefinitions VersionDescription Tags",
    "GameServerContainerDefinition":
        "ContainerName! ImageUri! PortConfiguration! ServerSdkVersion! DependsOn EnvironmentOverride MountPoints",
    "PortConfiguration": "ContainerPortRanges!",
    "ContainerPortRanges": "FromPort! ToPort! Protocol!",
    "CreateContainerFleet":
        "FleetRoleArn! GameServerContainerGroupDefinitionName PerInstanceContainerGroupDefinitionName Description "
        "InstanceConnectionPortRange InstanceInboundPermissions GameServerContainerGroupsPerInstance InstanceType BillingType "
        "Locations MetricGroups NewGameSessionProtectionPolicy GameSessionCreationLimitPolicy LogConfiguration Tags "
        "PlayerGatewayMode",
    "InstanceConnectionPortRange": "FromPort! ToPort!",
    "InstanceInboundPermissions": "FromPort! ToPort! IpRange! Protocol!"}

# The agent's address is one of the loopback in a network of its own, which has nothing else. INSIDE tells that this is
# there, REFUSAL why it is not, and IMAGE where the image is, or why it is not.
INSIDE = "GLIFT_CONTAINER_NETWORK"
REFUSAL = "GLIFT_CONTAINER_REFUSAL"
IMAGE = "GLIFT_CONTAINER_IMAGE"
NETWORK = 'ip link set lo up && ip address add 169.254.170.2/32 dev lo && exec "$@"'


def peak_mebibytes(parent):
    """Of the one child of a process."""
    child, = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    status = pathlib.Path(f"/proc/{child}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def document(path):
    return json.loads(path.read_text(encoding="utf-8"))


class Files(unittest.TestCase):
    group = document(RECIPE / "container-group.json")
    fleet = document(RECIPE / "fleet.json")

    def check_names(self, structure, value):
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                known = MEMBERS[structure].split()
                self.assertLessEqual(set(one), {name.rstrip("!") for name in known}, structure)
                self.assertLessEqual({name[:-1] for name in known if name.endswith("!")}, set(one), structure)
                for name, member in one.items():
                    self.check_names(name, member)

    def validate(self, operation, members):
        self.check_names(operation, members)
        model = botocore and botocore.session.get_session().get_service_model("gamelift")
        if model is None or operation not in model.operation_names:
            return
        report = botocore.validate.ParamValidator().validate(members, model.operation_model(operation).input_shape)
        self.assertFalse(report.has_errors(), report.generate_report())

    def test_the_container_group_is_one_by_the_api(self):
        self.validate("CreateContainerGroupDefinition", self.group)

    def test_the_fleet_is_one_by_the_api(self):
        self.validate("CreateContainerFleet", {**self.fleet, "FleetRoleArn": "arn:aws:iam::123456789012:role/arena"})

    def test_they_fit_the_image_and_each_other(self):
        container = self.group["GameServerContainerDefinition"]
        ports, = container["PortConfiguration"]["ContainerPortRanges"]
        self.assertEqual({"FromPort": PORT, "ToPort": PORT, "Protocol": "TCP"}, ports)
        self.assertIn(f"--port {PORT} --user", (RECIPE / "make_image.sh").read_text(encoding="utf-8"))
        self.assertIn(f'GLIFT_SDK_VERSION    "{container["ServerSdkVersion"]}"',
                      (ROOT / "sdk" / "include" / "gamelift" / "gamelift.h").read_text(encoding="utf-8"))
        self.assertEqual(self.group["Name"], self.fleet["GameServerContainerGroupDefinitionName"])
        inbound, = self.fleet["InstanceInboundPermissions"]
        self.assertEqual("TCP", inbound["Protocol"], "players come by WebSocket, and UDP is what GameLift opens by itself")
        self.assertEqual(self.fleet["InstanceConnectionPortRange"],
                         {name: inbound[name] for name in ("FromPort", "ToPort")})
        self.assertTrue(inbound["ToPort"] < 4092 or inbound["FromPort"] > 4191, "those between are GameLift's own")


class StandIn(unittest.TestCase):
    SERVICE = ("--websocket-url", "ws://127.0.0.1:1", "--fleet-id", "fleet-1")

    def run_it(self, *arguments, **variables):
        return subprocess.run([sys.executable, STAND_IN, *arguments], capture_output=True, text=True, check=False,
                              timeout=PATIENCE_S, env={**os.environ, **variables})

    def test_it_answers_as_the_agent_is_documented_to(self):
        ask = ("import os, urllib.request as u; print(*(u.urlopen(url).read().decode() for url in ("
               "os.environ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'], os.environ['ECS_CONTAINER_METADATA_URI_V4'] + '/task')),"
               "sep='\\n')")
        ran = self.run_it(*self.SERVICE, "--task", TASK, "--", sys.executable, "-c", ask)
        answers = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
        wire = [document(ROOT / "assets" / "wire" / f"container_{name}.document.json") for name in ("credentials", "task")]
        self.assertEqual([list(one) for one in wire], [list(one) for one in answers], ran)
        self.assertTrue(answers[1]["TaskARN"].endswith("/" + TASK))

    def test_the_command_has_the_environment_of_a_container_and_nothing_that_leads_elsewhere(self):
        ran = self.run_it(*self.SERVICE, "--task", TASK, "--", "env",
                          GAMELIFT_SDK_AUTH_TOKEN="token", GAMELIFT_SDK_HOST_ID="host")
        names = set(re.findall(r"^((?:GAMELIFT|AWS_CONTAINER|ECS)_\w+)=", ran.stdout, re.M))
        self.assertEqual(set(SET), names)

    def test_its_exit_code_is_that_of_the_command(self):
        self.assertEqual(7, self.run_it(*self.SERVICE, "--task", TASK, "--", "sh", "-c", "exit 7").returncode)
        self.assertEqual(137, self.run_it(*self.SERVICE, "--task", TASK, "--", "sh", "-c", "kill -KILL $$").returncode)

    def test_what_is_wrong_is_named(self):
        for arguments, code, words in (
                (("--websocket-url", "http://a", "--fleet-id", "fleet-1", "--task", "a", "--", "true"), 2,
                 "a URL that begins with \"ws://\" or \"wss://\" is expected, not 'http://a'"),
                ((*self.SERVICE, "--task", "a/b", "--", "true"), 2, "a name of 1 to 128 letters, digits and - is expected"),
                ((*self.SERVICE, "--task", "a", "--listen", "nowhere", "--", "true"), 2, "an IPv4 address and a port, such as"),
                ((*self.SERVICE, "--task", "a", "--listen", "203.0.113.1:80", "--", "true"), 1,
                 "stand_in: cannot listen on 203.0.113.1:80: "),
                ((*self.SERVICE, "--task", "a", "--", "/no-such-program"), 127, "/no-such-program")):
            with self.subTest(words):
                ran = self.run_it(*arguments)
                self.assertEqual(code, ran.returncode, ran)
                self.assertIn(words, ran.stderr)


class Guarded(Service):
    """Lets in only those who show KEY: servers as their access key id, clients as a token."""

    def __init__(self, folder):
        (folder / "token").write_text(KEY + "\n", encoding="utf-8")
        super().__init__("--token", folder / "token")

    def open(self, path, body=None, **headers):
        return super().open(path, body, Authorization="Bearer " + KEY, **headers)


class InAContainer(unittest.TestCase):
    def setUp(self):
        if os.environ.get(INSIDE) is None:
            self.skipTest(f"this machine gives no network in which the agent's address can be had: {os.environ.get(REFUSAL)}")
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        folder = pathlib.Path(directory.name)
        self.log = folder / "log"
        self.service = Guarded(folder)
        self.addCleanup(self.service.stop)
        self.service.call("RegisterCompute", FleetId=self.service.fleet, ComputeName=TASK, IpAddress="127.0.0.1",
                          Location=self.service.location)

    def start(self, *command, access_key=KEY):
        url = self.service.environment["GAMELIFT_SDK_WEBSOCKET_URL"]
        with self.log.open("w", encoding="utf-8") as log:
            stand_in = subprocess.Popen(
                [sys.executable, STAND_IN, "--websocket-url", url, "--fleet-id", self.service.fleet, "--task", TASK,
                 "--access-key", access_key, "--listen", "169.254.170.2:80", "--", *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end, stand_in)
        return stand_in

    def end(self, stand_in):
        if stand_in.poll() is None:
            stand_in.send_signal(signal.SIGTERM)
        return stand_in.wait(PATIENCE_S)

    def text(self):
        return self.log.read_text(encoding="utf-8")

    def play(self, *command):
        stand_in = self.start(*command)
        try:
            until(lambda: root.ready(self.service) or stand_in.poll() is not None, PATIENCE_S, "the server is ready")
            process, = self.service.state()["processes"]
            self.assertEqual((TASK, PORT), (process["compute_name"], process["port"]))
            root.play(self, self.service)
        except (AssertionError, ValueError) as error:
            raise AssertionError(f"{error}\n{self.text()}\n{self.service.log()}") from error
        self.assertLess(peak_mebibytes(stand_in.pid), Files.group["TotalMemoryLimitMebibytes"] / 2)
        for path in (f"/v2/credentials/{TASK}", f"/v4/{TASK}/task"):
            self.assertIn(f'"GET {path} HTTP/1.1" 200', self.text())
        self.assertEqual(0, self.end(stand_in), self.text())

    def test_the_arena_hosts_a_game_session(self):
        self.play(PROGRAM.with_name("arena"), *START)

    def test_other_credentials_do_not_let_it_in(self):
        self.start(PROGRAM.with_name("arena"), *START, access_key="somebody-elses")
        until(lambda: "The access key id in X-Amz-Credential is not the token" in self.service.log(), PATIENCE_S,
              "the server is refused")
        self.assertFalse(root.ready(self.service))
        with self.assertRaises(Refused):
            self.service.create_session()

    def test_the_image_hosts_a_game_session(self):
        folder = os.environ[IMAGE]
        if not os.path.isdir(folder):
            self.skipTest(folder)
        config = document(pathlib.Path(folder) / "config.json")["process"]
        self.assertEqual((["/opt/arena/bin/arena", *START], 65532, 65532),
                         (config["args"], config["user"]["uid"], config["user"]["gid"]))
        user = "65532:65532" if os.environ[INSIDE] == "root" else None
        self.play(*root.command(pathlib.Path(folder) / "rootfs", *config["args"], user=user, kept=SET))


def image(folder):
    """The image that the archive of a bundle makes, unpacked; or why there is none."""
    archive = pathlib.Path(folder) / "archive"
    try:
        bundle.installed("bundle", archive)
    except unittest.SkipTest as reason:
        return str(reason)
    for tool in ("buildah", "umoci"):
        if shutil.which(tool) is None:
            return f"needs {tool}"
    elf.run(archive / "share/gamelift/deploy/container/make_image.sh", archive, f"{folder}/image")
    index = document(pathlib.Path(folder) / "image" / "oci" / "index.json")
    version = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
    elf.run("umoci", "unpack", *([] if os.geteuid() == 0 else ["--rootless"]), "--image", f"{folder}/image/oci:{version}",
            f"{folder}/unpacked")
    return f"{folder}/unpacked"


def run_inside():
    """This program once more, in a network of its own, where the machine allows it. The image is made outside, where
    sources can be fetched."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    enter = ["unshare", *user, "--net", "sh", "-c", NETWORK, "sh"]
    tried = subprocess.run([*enter, "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        os.environ[REFUSAL] = tried.stderr.strip()
        return None
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # the image's user goes through it
        marks = {INSIDE: "user" if user else "root", IMAGE: image(folder)}
        return subprocess.run([*enter, sys.executable, *sys.argv], env={**os.environ, **marks}, check=False).returncode


if __name__ == "__main__":
    CODE = None if INSIDE in os.environ else run_inside()
    if CODE is not None:
        sys.exit(CODE)
    unittest.main()
