// SPDX-License-Identifier: Apache-2.0
// What an empty list says: what to do so that something appears there, as a command that can be copied.

import { startMatchmaking } from "./matchmaking_actions.js";
import { button, codeBlock, empty } from "./parts.js";
import { awsCommand, call } from "./service.js";
import { createGameSession } from "./session_actions.js";

/** The environment of a game server that connects here; "" while no compute is known. */
export async function serverEnvironment(app) {
  const compute = (await app.rows("computes"))[0];
  if (!compute) return "";
  const { AuthToken } = await call("GetComputeAuthToken", {
    FleetId: compute.fleet_id,
    ComputeName: compute.compute_name,
  });
  const values = {
    WEBSOCKET_URL: app.endpoint(),
    FLEET_ID: compute.fleet_id,
    HOST_ID: compute.compute_name,
    AUTH_TOKEN: AuthToken,
    PROCESS_ID: '"server-$$"',
  };
  return Object.entries(values)
    .map(([name, value]) => `export GAMELIFT_SDK_${name}=${value}`)
    .join("\n");
}

export function connectServer(app) {
  const { environment } = app.guides;
  return empty(
    "No game server is connected",
    "Give your server this environment and start it. Any server SDK 5 finds its way from here.",
    codeBlock(
      environment ||
        "# No compute is registered: start gamelift-local with --demo, or use\n# create-location, create-fleet and register-compute.",
      "the environment",
    ),
  );
}

function sessions(app) {
  const { fleet } = app.guides,
    isReady = app.counts("processes").READY > 0;
  return empty(
    "No game session is running",
    isReady
      ? "A server waits for one. Create it here or from a shell, or let players find each other by matchmaking."
      : "It needs a server process that has called ProcessReady.",
    fleet &&
      codeBlock(
        awsCommand(
          "create-game-session",
          `--fleet-id ${fleet.fleet_id}`,
          `--location ${fleet.locations[0]}`,
          "--maximum-player-session-count 8",
        ),
        "the command",
      ),
    isReady && button("Create a game session", () => createGameSession(app), { class: "button primary" }),
  );
}

function tickets(app) {
  const { configuration } = app.guides;
  if (!configuration)
    return empty(
      "No matchmaking configuration",
      "Start with --demo, or create a queue, a rule set and a configuration.",
    );
  return empty(
    "No tickets",
    "A player who looks for a match appears here, with the reason why there is none yet.",
    codeBlock(
      awsCommand("start-matchmaking", `--configuration-name ${configuration.name}`, "--players PlayerId=alice"),
      "the command",
    ),
    button("Start matchmaking", () => startMatchmaking(app), { class: "button primary" }),
  );
}

const commands = {
  queues: [
    "No queue",
    "A queue places game sessions on the fleets that it names.",
    () => awsCommand("create-game-session-queue", "--name queue", "--destinations DestinationArn=FLEET-ARN"),
  ],
  rule_sets: [
    "No rule set",
    "Rules say who may play with whom. gamelift-local --demo has one to begin with.",
    () =>
      awsCommand(
        "create-matchmaking-rule-set",
        "--name duel",
        `--rule-set-body '{"name":"duel","ruleLanguageVersion":"1.0","teams":[{"name":"players","minPlayers":2,"maxPlayers":2}]}'`,
      ),
  ],
  configurations: [
    "No matchmaking configuration",
    "It joins a rule set and a queue.",
    () =>
      awsCommand(
        "create-matchmaking-configuration",
        "--name duel",
        "--rule-set-name duel",
        "--request-timeout-seconds 60",
        "--no-acceptance-required",
        "--game-session-queue-arns QUEUE-ARN",
      ),
  ],
  fleets: [
    "No fleet",
    "Only Anywhere fleets are emulated. --demo makes one.",
    () => awsCommand("create-fleet", "--name fleet", "--compute-type ANYWHERE", "--locations Location=custom-here"),
  ],
  aliases: [
    "No alias",
    "An alias is a name that leads to a fleet, and can be led to another one.",
    () => awsCommand("create-alias", "--name live", "--routing-strategy Type=SIMPLE,FleetId=FLEET"),
  ],
  computes: [
    "No compute",
    "A compute is a machine where game servers run.",
    () =>
      awsCommand(
        "register-compute",
        "--fleet-id FLEET",
        "--compute-name here",
        "--ip-address 127.0.0.1",
        "--location custom-here",
      ),
  ],
  placements: [
    "No placements",
    "A placement asks a queue for a game session with seats for its players. Those of matchmaking appear here, too.",
    () =>
      awsCommand(
        "start-game-session-placement",
        "--placement-id p-1",
        "--game-session-queue-name queue",
        "--maximum-player-session-count 4",
      ),
  ],
};

export function nextSteps(app, kind) {
  if (kind === "processes") return connectServer(app);
  if (kind === "game_sessions") return sessions(app);
  if (kind === "tickets") return tickets(app);
  if (kind === "player_sessions")
    return empty(
      "No player sessions",
      "Who gets a seat shows up here: reserved until the server accepts them, then active.",
    );
  if (kind === "events") return empty("No events", "Crashes, time-outs and ends are recorded here.");
  const [headline, sentence, command] = commands[kind];
  return empty(headline, sentence, codeBlock(command(), "the command"));
}
