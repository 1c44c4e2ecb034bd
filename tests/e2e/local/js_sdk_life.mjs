// SPDX-License-Identifier: Apache-2.0
// js_sdk_life.mjs ENDPOINT json|cbor FLEET LOCATION: a life of calls of the AWS SDK for JavaScript, as a list of what
// each answered, with everything that differs from run to run replaced by its kind.
import { GameLift } from "@aws-sdk/client-gamelift";
import { AwsSmithyRpcV2CborProtocol } from "@aws-sdk/core/protocols";

const [endpoint, protocol, fleet, location] = process.argv.slice(2);
const client = new GameLift({
  endpoint, region: "us-east-1", maxAttempts: 1, credentials: { accessKeyId: "local", secretAccessKey: "local" },
  ...(protocol === "cbor" ? { protocol: AwsSmithyRpcV2CborProtocol } : {}),
});

function plain(value, key) {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : "a date";
  if (Array.isArray(value)) return value.map((item) => plain(item, key));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "$metadata").map(([name, item]) => [name, plain(item, name)]));
  }
  return typeof value === "string" && /(Id|Arn|Token|NextToken)$/.test(key ?? "") ? "an id" : value;
}

const story = [];

async function say(call, input) {
  try {
    const answer = await client[call](input);
    story.push({ call, answer: plain(answer) });
    return answer;
  } catch (error) {
    story.push({ call, error: error.name });
    return {};
  }
}

await say("listFleets", {});
await say("describeFleetAttributes", { FleetIds: [fleet] });
await say("describeFleetEvents", { FleetId: fleet, StartTime: new Date(0), Limit: 1 });
await say("listCompute", { FleetId: fleet, Location: location });
await say("createGameSession", { FleetId: "fleet-none", MaximumPlayerSessionCount: 2 });
const { GameSession } = await say("createGameSession", {
  FleetId: fleet, Location: location, MaximumPlayerSessionCount: 2, Name: "ä\u{1F600}",
  GameProperties: [{ Key: "map", Value: "pit" }], GameSessionData: "{}",
});
await say("describeGameSessions", { GameSessionId: GameSession.GameSessionId });
await say("describeGameSessionDetails", { GameSessionId: GameSession.GameSessionId });
await say("createPlayerSession", { GameSessionId: GameSession.GameSessionId, PlayerId: "ada" });
await say("createPlayerSessions", { GameSessionId: GameSession.GameSessionId, PlayerIds: ["bo", "cy", "di"] });
await say("describePlayerSessions", { GameSessionId: GameSession.GameSessionId });
await say("updateGameSession", { GameSessionId: GameSession.GameSessionId, PlayerSessionCreationPolicy: "DENY_ALL" });
await say("describeMatchmakingConfigurations", {});
await say("describeMatchmakingRuleSets", {});
const { MatchmakingTicket } = await say("startMatchmaking", {
  ConfigurationName: (await client.describeMatchmakingConfigurations({})).Configurations[0].Name,
  Players: [{
    PlayerId: "eve", LatencyInMs: { [location]: 20 },
    PlayerAttributes: { skill: { N: 10 }, maps: { SL: ["pit"] }, weights: { SDM: { pit: 1, yard: 0.5 } }, name: { S: "Eve" } },
  }],
});
await say("describeMatchmaking", { TicketIds: [MatchmakingTicket.TicketId] });
await say("stopMatchmaking", { TicketId: MatchmakingTicket.TicketId });

console.log(JSON.stringify(story));
