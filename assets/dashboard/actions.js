// SPDX-License-Identifier: Apache-2.0
// What is offered where: [{ text, run, isFirst?, isEnding? }]. Each is a call of the AWS API or a control of /_local,
// which a shell could do, too.

import { answerMatch, startBackfill, startMatchmaking, stopTicket } from "./matchmaking_actions.js";
import { drop, refresh, terminate } from "./process_actions.js";
import { addPlayers, createGameSession, endSession, startPlacement, stopPlacement } from "./session_actions.js";

export function actionsOfKind(app, kind) {
  switch (kind) {
    case "game_sessions":
      return [{ text: "Create session", run: () => createGameSession(app), isFirst: true }];
    case "tickets":
      return [{ text: "Start matchmaking", run: () => startMatchmaking(app), isFirst: true }];
    case "placements":
      return [{ text: "Start a placement", run: () => startPlacement(app), isFirst: true }];
    default:
      return [];
  }
}

const isLive = (session) => session.status === "ACTIVE" || session.status === "ACTIVATING";

export function actionsOf(app, kind, row, seated = []) {
  if (kind === "processes" && row.state !== "GONE") {
    return [
      { text: "Refresh", run: () => refresh(row) },
      { text: "Drop", run: () => drop(row) },
      ...app.faultActions("process", row),
      { text: "Terminate", run: () => terminate(row), isEnding: true },
    ];
  }
  if (kind === "game_sessions" && isLive(row)) {
    return [
      { text: "Add players", run: () => addPlayers(row), isFirst: true },
      { text: "Backfill", run: () => startBackfill(app, row, seated) },
      { text: "End the session", run: () => endSession(row), isEnding: true },
    ];
  }
  if (kind === "tickets" && !row.end_time_unix_ms) {
    const answers =
      row.status === "REQUIRES_ACCEPTANCE"
        ? [
            { text: "Accept", run: () => answerMatch(row, "ACCEPT"), isFirst: true },
            { text: "Reject", run: () => answerMatch(row, "REJECT") },
          ]
        : [];
    return [...answers, { text: "Stop", run: () => stopTicket(row), isEnding: true }];
  }
  if (kind === "placements" && row.state === "PENDING")
    return [{ text: "Stop", run: () => stopPlacement(row), isEnding: true }];
  if (kind === "configurations")
    return [
      { text: "Start matchmaking", run: () => startMatchmaking(app, { configuration: row.name }), isFirst: true },
    ];
  if (kind === "computes") return app.faultActions("compute", row);
  return [];
}
