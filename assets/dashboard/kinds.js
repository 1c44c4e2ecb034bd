// SPDX-License-Identifier: Apache-2.0
// The kinds of things that gamelift-local holds: how a list shows them, which states they have, which are past.

import { now } from "./clock.js";
import { h } from "./dom.js";
import { badge, linkTo, meter, name, shape } from "./parts.js";
import { clockTime, count, plural, short, shortened, span } from "./text.js";

const age = (member) => (row) => (row[member] > 0 ? h("span", { class: "muted" }, span(now() - row[member])) : "");
/** The state of a thing; of one that crashed, that it did. */
export const stateBadge = (row) => (row.crashed ? badge("CRASHED") : row.state && badge(row.state));
const state = { title: "State", width: "minmax(92px, 118px)", cell: stateBadge };
const text = (title, member, more = {}) => ({
  title,
  width: "minmax(90px, 1fr)",
  cell: (row) => (row[member] ? name(String(row[member])) : ""),
  ...more,
});
const to = (title, view, member, more = {}) => ({
  title,
  width: "minmax(110px, 1fr)",
  cell: (row) => linkTo(view, row[member]),
  ...more,
});
const amount = (title, of, more = {}) => ({
  title,
  width: "84px",
  right: true,
  cell: (row) => count(of(row)),
  ...more,
});
const idColumn = (title, member) => ({
  title,
  main: true,
  width: "minmax(96px, 1.4fr)",
  cell: (row) => name(short(row[member]), { title: row[member], class: "cut mono" }),
});
const nameColumn = (title, of) => ({ title, main: true, width: "minmax(96px, 1.6fr)", cell: (row) => name(of(row)) });

/** How much of its time a process has until GameLift ends it: { share, left, look, word } or null. */
export function health(process) {
  if (!process.health_deadline_unix_ms) return null;
  const since = process.last_heartbeat_unix_ms || process.connected_unix_ms;
  const left = process.health_deadline_unix_ms - now();
  const share = Math.max(0, Math.min(1, left / Math.max(1, process.health_deadline_unix_ms - since)));
  const isSick = process.last_heartbeat_unix_ms > 0 && !process.healthy;
  const word = process.healthy ? "healthy" : isSick ? "unhealthy" : "no report yet";
  return { share, left, word, look: isSick || share < 0.1 ? "bad" : share < 0.4 ? "look" : "live" };
}

function healthCell(process) {
  const is = health(process);
  if (!is)
    return process.state === "ENDING" && process.termination_unix_ms > now()
      ? `${span(process.termination_unix_ms - now())} to end`
      : "";
  return [
    meter(is.share, is.look),
    h("span", { class: `state ${is.look}` }, is.word),
    h("span", { class: "muted number" }, ` due in ${span(is.left)}`),
  ];
}

const seatsCell = (session) => {
  const share = session.current_player_session_count / Math.max(1, session.maximum_player_session_count);
  return [meter(share, "wait"), `${session.current_player_session_count} of ${session.maximum_player_session_count}`];
};

const playersOf = (ticket) => ticket.players.map((player) => player.player_id).join(", ");
export const isBadEvent = (code) => /CRASH|UNHEALTHY|TIMEOUT|TERMINATED|INTERRUPTED|FAILED|ERROR/.test(code);

// view: where it is in the address; letter: after "g"; states: as filters; past: those that "fold" hides.
export const KINDS = {
  processes: {
    view: "processes",
    title: "Processes",
    one: "server process",
    many: "server processes",
    letter: "p",
    states: ["CONNECTED", "READY", "HOSTING", "ENDING", "GONE"],
    past: ["GONE"],
    name: (row) => row.process_id,
    columns: [
      state,
      idColumn("Process", "process_id"),
      { title: "Health", width: "minmax(190px, 1.2fr)", least: 620, cell: healthCell },
      to("Game session", "sessions", "game_session_id", { least: 480 }),
      {
        title: "Connection",
        width: "112px",
        least: 760,
        cell: (row) => (row.connected ? "connected" : row.state === "GONE" ? "" : badge("", "bad", "none")),
      },
      {
        title: "SDK",
        width: "110px",
        least: 960,
        cell: (row) => row.sdk_language && name(`${row.sdk_language} ${row.sdk_version}`, { class: "cut muted" }),
      },
      text("Compute", "compute_name", { least: 1080 }),
      amount("Port", (row) => row.port, { least: 1180, width: "60px", cell: (row) => row.port || "" }),
    ],
  },
  game_sessions: {
    view: "sessions",
    title: "Game sessions",
    one: "game session",
    letter: "s",
    states: ["ACTIVATING", "ACTIVE", "TERMINATING", "TERMINATED", "ERROR"],
    past: ["TERMINATED", "ERROR"],
    id: (row) => row.game_session_id,
    name: (row) => row.name || short(row.game_session_id),
    columns: [
      state,
      nameColumn("Game session", (row) => row.name || short(row.game_session_id)),
      { title: "Players", width: "132px", cell: seatsCell, least: 400 },
      to("Process", "processes", "process_id", { least: 760 }),
      text("Address", "ip_address", {
        least: 900,
        width: "150px",
        cell: (row) => h("span", { class: "mono muted" }, `${row.ip_address}:${row.port}`),
      }),
      {
        title: "Reason",
        width: "minmax(130px, 1fr)",
        least: 980,
        cell: (row) => name(row.end_message || row.status_reason, { class: "cut muted" }),
      },
      {
        title: "Age",
        width: "64px",
        right: true,
        cell: (row) =>
          h("span", { class: "muted" }, span((row.termination_time_unix_ms || now()) - row.creation_time_unix_ms)),
      },
    ],
  },
  player_sessions: {
    view: "players",
    title: "Player sessions",
    one: "player session",
    letter: "l",
    states: ["RESERVED", "ACTIVE", "COMPLETED", "TIMEDOUT"],
    past: ["COMPLETED", "TIMEDOUT"],
    id: (row) => row.player_session_id,
    name: (row) => row.player_id,
    columns: [
      state,
      nameColumn("Player", (row) => row.player_id),
      to("Game session", "sessions", "game_session_id", { least: 480 }),
      text("Player session", "player_session_id", {
        least: 720,
        cell: (row) => name(short(row.player_session_id), { class: "cut mono muted", title: row.player_session_id }),
      }),
      { title: "Age", width: "64px", right: true, cell: age("creation_time_unix_ms") },
    ],
  },
  tickets: {
    view: "tickets",
    title: "Tickets",
    one: "ticket",
    letter: "t",
    states: ["QUEUED", "SEARCHING", "REQUIRES_ACCEPTANCE", "PLACING", "COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"],
    past: ["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"],
    name: (row) => row.ticket_id,
    columns: [
      { ...state, width: "minmax(104px, 148px)" },
      idColumn("Ticket", "ticket_id"),
      {
        title: "Players",
        width: "minmax(110px, 1fr)",
        least: 560,
        cell: (row) => [
          row.kind === "backfill" && h("span", { class: "tag" }, row.automatic ? "auto backfill" : "backfill"),
          " ",
          name(playersOf(row)),
        ],
      },
      {
        title: "Why it waits",
        width: "minmax(160px, 2fr)",
        least: 760,
        cell: (row) => name(row.why || row.status_message, { class: "cut muted" }),
      },
      to("Configuration", "configurations", "configuration_name", { least: 1000 }),
      {
        title: "Waited",
        width: "60px",
        right: true,
        cell: (row) => h("span", { class: "muted" }, span((row.end_time_unix_ms || now()) - row.start_time_unix_ms)),
      },
    ],
  },
  placements: {
    view: "placements",
    title: "Placements",
    one: "placement",
    letter: "c",
    states: ["PENDING", "FULFILLED", "CANCELLED", "TIMED_OUT", "FAILED"],
    past: ["FULFILLED", "CANCELLED", "TIMED_OUT", "FAILED"],
    id: (row) => row.placement_id,
    name: (row) => short(row.placement_id),
    columns: [
      state,
      idColumn("Placement", "placement_id"),
      to("Queue", "queues", "queue", { least: 520 }),
      to("Game session", "sessions", "game_session_id", { least: 700 }),
      { title: "Age", width: "64px", right: true, cell: age("start_time_unix_ms") },
    ],
  },
  queues: {
    view: "queues",
    title: "Queues",
    one: "queue",
    letter: "q",
    states: [],
    past: [],
    id: (row) => row.name,
    name: (row) => row.name,
    columns: [
      nameColumn("Queue", (row) => row.name),
      {
        title: "Time-out",
        width: "84px",
        right: true,
        cell: (row) => (row.timeout_seconds ? `${row.timeout_seconds} s` : ""),
      },
    ],
  },
  configurations: {
    view: "configurations",
    title: "Configurations",
    one: "configuration",
    letter: "n",
    states: [],
    past: [],
    id: (row) => row.name,
    name: (row) => row.name,
    columns: [
      nameColumn("Configuration", (row) => row.name),
      to("Rule set", "rule-sets", "rule_set", { least: 460 }),
      text("Mode", "flex_match_mode", { least: 640, width: "120px" }),
      text("Backfill", "backfill_mode", { least: 760, width: "110px" }),
      { title: "Time-out", width: "80px", right: true, cell: (row) => `${row.request_timeout_seconds} s` },
    ],
  },
  rule_sets: {
    view: "rule-sets",
    title: "Rule sets",
    one: "rule set",
    letter: "u",
    states: [],
    past: [],
    id: (row) => row.name,
    name: (row) => row.name,
    columns: [
      nameColumn("Rule set", (row) => row.name),
      {
        title: "Teams",
        width: "minmax(140px, 2fr)",
        cell: (row) =>
          (row.teams || []).map((team) =>
            h("span", { class: "tag" }, name(`${team.name} ${team.min_players}–${team.max_players}`)),
          ),
      },
    ],
  },
  fleets: {
    view: "fleets",
    title: "Fleets",
    one: "fleet",
    letter: "e",
    states: [],
    past: [],
    id: (row) => row.fleet_id,
    name: (row) => row.name || row.fleet_id,
    columns: [
      state,
      nameColumn("Fleet", (row) => row.name || row.fleet_id),
      {
        title: "Locations",
        width: "minmax(120px, 1fr)",
        least: 480,
        cell: (row) => name((row.locations || []).join(", "), { class: "cut muted" }),
      },
      {
        title: "Fleet ID",
        width: "minmax(120px, 1fr)",
        least: 760,
        cell: (row) => name(row.fleet_id, { class: "cut mono muted" }),
      },
    ],
  },
  computes: {
    view: "computes",
    title: "Computes",
    one: "compute",
    letter: "k",
    states: [],
    past: [],
    name: (row) => row.compute_name,
    columns: [
      nameColumn("Compute", (row) => row.compute_name),
      text("Location", "location", { least: 480 }),
      text("Address", "ip_address", { width: "120px", least: 400 }),
      amount("Auth tokens", (row) => row.auth_token_count, { width: "96px" }),
    ],
  },
  aliases: {
    view: "aliases",
    title: "Aliases",
    one: "alias",
    many: "aliases",
    letter: "a",
    states: [],
    past: [],
    id: (row) => row.alias_id,
    name: (row) => row.name || row.alias_id,
    columns: [
      nameColumn("Alias", (row) => row.name || row.alias_id),
      text("Routing", "routing_strategy", { least: 420, width: "110px" }),
      to("Fleet", "fleets", "fleet_id", { least: 520 }),
      text("Message", "message", { least: 760 }),
    ],
  },
  events: {
    view: "events",
    title: "Fleet events",
    one: "event",
    letter: "v",
    states: [],
    past: [],
    name: (row) => row.code,
    columns: [
      {
        title: "Time",
        width: "70px",
        cell: (row) => h("span", { class: "mono muted" }, clockTime(row.time_unix_ms)),
      },
      {
        title: "Event",
        main: true,
        width: "minmax(170px, 1fr)",
        cell: (row) =>
          h(
            "span",
            { class: `state ${isBadEvent(row.code) ? "bad" : "over"}` },
            shape(isBadEvent(row.code) ? "bad" : "over"),
            name(row.code),
          ),
      },
      {
        title: "What happened",
        width: "minmax(160px, 2fr)",
        least: 560,
        cell: (row) => name(shortened(row.message), { class: "cut muted", title: row.message }),
      },
    ],
  },
};

/** What a link names: what a thing is called, where that is its own alone, else its key in this run of the service. */
export const placeOf = (kind, row) => KINDS[kind].id?.(row) || `@${row.key}`;

/** The members by which the service finds what a link names. */
export const wishOf = (place) => (place.startsWith("@") ? { key: place.slice(1) } : { id: place });

export const kindOfView = new Map(Object.entries(KINDS).map(([kind, { view }]) => [view, kind]));
export const manyOf = (kind, n) => plural(n, KINDS[kind].one, KINDS[kind].many);
