// SPDX-License-Identifier: Apache-2.0
// What can be done with tickets.

import { atOnce, callForm, needOne } from "./call_form.js";
import { ask, openForm } from "./dialogs.js";
import { readPlayers } from "./players.js";
import { call } from "./service.js";
import { plural } from "./text.js";

const players = {
  name: "players",
  label: "Players",
  type: "textarea",
  rows: 5,
  required: true,
  value: "alice",
  hint: "One a line, with attributes as you like: alice skill=27 mode=ctf,tdm rank=gold latency.custom-here=40",
};

async function configurationField(app) {
  const options = (await app.rows("configurations")).map((row) => row.name);
  return (
    needOne(options, "matchmaking configuration") && {
      name: "configuration",
      label: "Configuration",
      type: "select",
      options,
    }
  );
}

export async function startMatchmaking(app, values = {}) {
  const configuration = await configurationField(app);
  if (!configuration) return null;
  const members = ({ configuration: ConfigurationName, players: lines }) => ({
    ConfigurationName,
    Players: readPlayers(lines),
  });
  return openForm({
    title: "Start matchmaking",
    confirm: "Start",
    fields: [
      { ...configuration, value: values.configuration },
      { ...players, value: values.players || players.value },
      { name: "apart", label: "A ticket for each player (else they are one party)", type: "check", value: true },
    ],
    request: (filled) => ({ operation: "StartMatchmaking", members: members(filled) }),
    run: async (filled) => {
      const { ConfigurationName, Players } = members(filled),
        groups = filled.apart ? Players.map((player) => [player]) : [Players];
      for (const group of groups) await call("StartMatchmaking", { ConfigurationName, Players: group });
      return `${plural(groups.length, "ticket waits", "tickets wait")} for a match.`;
    },
  });
}

export async function startBackfill(app, session, seated) {
  const configuration = await configurationField(app);
  if (!configuration) return null;
  return callForm({
    title: "Start a backfill",
    text: "Looks for more players for this session. Those in it must be named, each with a team.",
    confirm: "Start",
    fields: [
      configuration,
      {
        ...players,
        label: "Players in the session",
        value: seated.map(({ player, team }) => `${player} team=${team || "players"}`).join("\n"),
        hint: "One a line, with team= and attributes.",
      },
    ],
    operation: "StartMatchBackfill",
    members: ({ configuration: ConfigurationName, players: lines }) => ({
      ConfigurationName,
      GameSessionArn: session.game_session_id,
      Players: readPlayers(lines, true),
    }),
    done: () => "The backfill searches.",
  });
}

export const answerMatch = (ticket, AcceptanceType) =>
  atOnce(
    () =>
      call("AcceptMatch", {
        TicketId: ticket.ticket_id,
        PlayerIds: ticket.players.map((player) => player.player_id),
        AcceptanceType,
      }),
    AcceptanceType === "ACCEPT" ? "The match is accepted." : "The match is rejected.",
  );

export const stopTicket = (ticket) =>
  ask("Stop this ticket?", "Its players stop looking for a match.", "Stop it", async () => {
    await call("StopMatchmaking", { TicketId: ticket.ticket_id });
    return "The ticket is cancelled.";
  });
