// SPDX-License-Identifier: Apache-2.0
// What can be done with game sessions, their players, and placements.

import { callForm, needOne, properties, seats, sessionName } from "./call_form.js";
import { ask } from "./dialogs.js";
import { toast } from "./parts.js";
import { readProperties } from "./players.js";
import { go, link } from "./router.js";
import { call } from "./service.js";
import { plural } from "./text.js";

export async function createGameSession(app) {
  const places = (await app.rows("fleets")).flatMap((fleet) =>
    fleet.locations.map((location) => ({
      value: JSON.stringify([fleet.fleet_id, location]),
      text: `${fleet.name || fleet.fleet_id} · ${location}`,
    })),
  );
  if (places.length === 0) return toast("There is no fleet yet.");
  return callForm({
    title: "Create a game session",
    text: "On the connected server process that has waited longest.",
    confirm: "Create",
    fields: [
      { name: "place", label: "Fleet and location", type: "select", options: places },
      seats,
      sessionName,
      properties,
      {
        name: "data",
        label: "Game session data",
        type: "textarea",
        rows: 2,
        hint: "Optional. The server gets it as it stands here.",
      },
    ],
    operation: "CreateGameSession",
    members: ({ place, seats: most, name, properties: lines, data }) => {
      const [FleetId, Location] = JSON.parse(place);
      return {
        FleetId,
        Location,
        MaximumPlayerSessionCount: most,
        Name: name,
        GameProperties: readProperties(lines),
        GameSessionData: data,
      };
    },
    done: ({ GameSession }) => {
      go(link("sessions", GameSession.GameSessionId));
      return "The game session is being activated.";
    },
  });
}

export const addPlayers = (session) =>
  callForm({
    title: "Reserve seats for players",
    text: "Each gets a player session, which the server has to accept within a minute.",
    confirm: "Reserve",
    fields: [
      {
        name: "players",
        label: "Players",
        type: "textarea",
        required: true,
        hint: "One player id a line, at most 25.",
      },
    ],
    operation: "CreatePlayerSessions",
    members: ({ players }) => ({
      GameSessionId: session.game_session_id,
      PlayerIds: players
        .split("\n")
        .map((text) => text.trim())
        .filter(Boolean),
    }),
    done: ({ PlayerSessions }) => `${plural(PlayerSessions.length, "seat is", "seats are")} reserved.`,
  });

// By force is not possible on Anywhere fleets, which are all that there are.
export const endSession = (session) =>
  ask(
    "End this game session?",
    `Its server is asked to end, and may drain first. ${plural(session.current_player_session_count, "player")} will have to go.`,
    "End the session",
    async () => {
      await call("TerminateGameSession", {
        GameSessionId: session.game_session_id,
        TerminationMode: "TRIGGER_ON_PROCESS_TERMINATE",
      });
      return "The server is asked to end the session.";
    },
  );

// ---- placements

export async function startPlacement(app) {
  const options = (await app.rows("queues")).map((row) => row.name);
  if (!needOne(options, "queue")) return null;
  return callForm({
    title: "Start a placement",
    text: "A queue looks for a server process among its fleets.",
    confirm: "Start",
    fields: [
      { name: "queue", label: "Queue", type: "select", options },
      {
        name: "id",
        label: "Placement ID",
        required: true,
        value: `placement-${Date.now().toString(36)}`,
        longest: 48,
      },
      seats,
      sessionName,
      properties,
      {
        name: "players",
        label: "Players who want a seat",
        type: "textarea",
        rows: 2,
        hint: "Optional, one player id a line.",
      },
    ],
    operation: "StartGameSessionPlacement",
    members: (filled) => ({
      GameSessionQueueName: filled.queue,
      PlacementId: filled.id,
      MaximumPlayerSessionCount: filled.seats,
      GameSessionName: filled.name,
      GameProperties: readProperties(filled.properties),
      DesiredPlayerSessions: filled.players
        .split("\n")
        .map((text) => text.trim())
        .filter(Boolean)
        .map((PlayerId) => ({ PlayerId })),
    }),
    done: (_, filled) => {
      go(link("placements", filled.id));
      return "The placement is on its way.";
    },
  });
}

export const stopPlacement = (placement) =>
  ask("Stop this placement?", "The queue stops looking for a server process.", "Stop it", async () => {
    await call("StopGameSessionPlacement", { PlacementId: placement.placement_id });
    return "The placement is cancelled.";
  });
