// SPDX-License-Identifier: Apache-2.0
// What the detail pane shows of one kind beside what it shows of all: seats over time, why a ticket waits, health.

import { now } from "./clock.js";
import { h } from "./dom.js";
import { health, stateBadge } from "./kinds.js";
import { id, linkTo, lookOf, meter, name, shape } from "./parts.js";
import { parsed, prettyBlock } from "./pretty.js";
import { link } from "./router.js";
import { plural, span, words } from "./text.js";
import { beats } from "./time_line.js";

const section = (headline, aside, ...content) =>
  h("section", { key: headline }, h("h3", {}, headline, aside && h("span", { class: "muted small" }, aside)), content);
const note = (look, headline, text) =>
  h(
    "div",
    { class: `note ${look}`, key: headline },
    h("strong", {}, headline),
    text && " ",
    text && h("bdi", {}, text),
  );

const howItEnded = (row) => (row.crashed ? "It crashed." : "It has ended.");

// ---- processes

function processSections({ row, history }) {
  const is = health(row),
    strip = beats(history);
  return [
    row.state !== "GONE" &&
      !row.connected &&
      note("bad", "No connection.", "Its health clock runs on; its SDK should dial again."),
    row.state === "GONE" && note(row.crashed ? "bad" : "over", howItEnded(row), row.end_message),
    is &&
      section(
        "Health",
        "GameLift ends a process that does not report itself healthy in time",
        h(
          "div",
          { class: `state ${is.look}` },
          meter(is.share, is.look),
          shape(is.look === "live" ? "good" : is.look),
          is.word,
          h("span", { class: "muted number" }, `next report due in ${span(is.left)}`),
        ),
        strip,
      ),
    !is && strip && section("Heartbeats", null, strip),
  ];
}

// ---- game sessions

/** player id -> team, where matchmaking made teams. */
function teamsOf(session) {
  const teams = new Map();
  for (const team of parsed(session.matchmaker_data || "")?.teams || []) {
    for (const player of team.players || []) teams.set(player.playerId, team.name);
  }
  return teams;
}

export const seatedOf = (session, seats) => {
  const teams = teamsOf(session);
  return seats
    .filter((seat) => seat.status === "ACTIVE" || seat.status === "RESERVED")
    .map((seat) => ({ player: seat.player_id, team: teams.get(seat.player_id) }));
};

/** One seat as a bar from its reservation to its end, on the time of its session. */
function lane(seat, session, teams, end) {
  const start = session.creation_time_unix_ms,
    length = Math.max(1, end - start),
    team = teams.get(seat.player_id);
  const from = Math.max(0, Math.min(1, (seat.creation_time_unix_ms - start) / length));
  const to = Math.max(from, Math.min(1, ((seat.termination_time_unix_ms || end) - start) / length));
  const look = seat.status === "TIMEDOUT" ? "bad" : lookOf(seat.status),
    word =
      seat.status === "ACTIVE"
        ? "in game"
        : seat.status === "COMPLETED"
          ? "left"
          : seat.status === "TIMEDOUT"
            ? "not come"
            : words(seat.status);
  return h(
    "a",
    {
      class: `lane ${look}`,
      key: seat.key,
      href: link("players", seat.player_session_id),
      title: `${seat.player_id}${team ? `, team ${team}` : ""}: ${word}`,
    },
    name(seat.player_id),
    h(
      "span",
      { class: "track" },
      h("i", { style: { left: `${(from * 100).toFixed(2)}%`, width: `${((to - from) * 100).toFixed(2)}%` } }),
    ),
    h("span", { class: `state ${look} small` }, word),
  );
}

function sessionSections({ row, seats: newestFirst, tickets }) {
  const seats = newestFirst.toSorted((a, b) => a.creation_time_unix_ms - b.creation_time_unix_ms);
  const end = row.termination_time_unix_ms || now(),
    teams = teamsOf(row),
    isEnded = row.status === "TERMINATED" || row.status === "ERROR";
  const backfill = tickets.find((ticket) => ticket.kind === "backfill" && !ticket.end_time_unix_ms);
  return [
    isEnded &&
      note(
        row.crashed || row.status === "ERROR" ? "bad" : "over",
        howItEnded(row),
        row.end_message || row.status_reason,
      ),
    row.player_session_creation_policy === "DENY_ALL" &&
      note("look", "Closed to new players.", "The server has set DENY_ALL."),
    backfill &&
      h(
        "div",
        { class: "note wait", key: "backfill" },
        h("strong", {}, `Backfill ${words(backfill.status)}. `),
        linkTo("tickets", backfill.ticket_id),
        " ",
        backfill.why,
      ),
    section(
      "Seats over time",
      `${row.current_player_session_count} of ${row.maximum_player_session_count} taken`,
      seats.length
        ? h(
            "div",
            { class: "lanes" },
            seats.slice(0, 60).map((seat) => lane(seat, row, teams, end)),
          )
        : h("p", { class: "muted" }, "Nobody has had a seat yet."),
      seats.length > 60 &&
        h("a", { href: link("players", "", { text: row.game_session_id }) }, `All ${seats.length} player sessions`),
    ),
    row.matchmaker_data && section("Matchmaker data", null, prettyBlock(row.matchmaker_data, "the matchmaker data")),
  ];
}

// ---- tickets

function ticketSections({ row }) {
  const misses = row.kept_out_by || row.nearest_miss || [];
  return [
    row.why &&
      note(
        lookOf(row.status) === "bad" ? "bad" : "wait",
        row.end_time_unix_ms ? "What came of it:" : "Why there is no match yet:",
        row.why,
      ),
    !row.why && row.status_message && note(lookOf(row.status), row.status_message),
    section(
      "Players",
      null,
      h(
        "ul",
        {},
        row.players.map((player) =>
          h(
            "li",
            { key: player.player_id, class: "cut" },
            name(player.player_id),
            player.team && [" ", h("span", { class: "tag" }, player.team)],
          ),
        ),
      ),
    ),
    misses.length > 0 &&
      section(
        "What kept other tickets away",
        "in the last search round this one",
        h(
          "dl",
          { class: "facts" },
          misses.map((miss) => [
            h("dt", { key: `t${miss.rule}` }, h("bdi", {}, miss.rule)),
            h(
              "dd",
              { key: `d${miss.rule}` },
              plural(miss.tickets, "ticket"),
              miss.nearest_is_beyond_by !== undefined &&
                h(
                  "span",
                  { class: "muted" },
                  `; the nearest misses by ${Number(miss.nearest_is_beyond_by.toPrecision(4))}`,
                ),
            ),
          ]),
        ),
      ),
  ];
}

// ---- configurations, rule sets

function configurationSections({ row }) {
  const rules = row.rule_evaluation_metrics || [];
  return (
    rules.length > 0 &&
    section(
      "Rules",
      "how often each was looked at, and failed",
      h(
        "dl",
        { class: "facts" },
        rules.map((rule) => {
          const all = rule.passed_count + rule.failed_count;
          return [
            h("dt", { key: `t${rule.rule_name}` }, h("bdi", {}, rule.rule_name)),
            h(
              "dd",
              { key: `d${rule.rule_name}`, class: "number" },
              meter(all ? rule.failed_count / all : 0, "bad"),
              `${rule.failed_count} of ${all} failed`,
            ),
          ];
        }),
      ),
    )
  );
}

const body = (row) => row.rule_set_body || row.body;

const SECTIONS = {
  processes: processSections,
  game_sessions: sessionSections,
  tickets: ticketSections,
  configurations: configurationSections,
  placements: ({ row }) => row.why && note(lookOf(row.state) === "bad" ? "bad" : "wait", "Where it stands:", row.why),
  rule_sets: ({ row }) => body(row) && section("Rule set body", null, prettyBlock(body(row), "the rule set")),
};

// Members that a section has shown, or that say the same as another one.
const SHOWN = new Set([
  "key",
  "state",
  "status",
  "crashed",
  "end_message",
  "matchmaker_data",
  "rule_set_body",
  "body",
  "players",
  "kept_out_by",
  "nearest_miss",
  "rule_evaluation_metrics",
  "why",
  "healthy",
  "health_deadline_unix_ms",
]);
export const isShownApart = (member) => SHOWN.has(member);

/** about: { row, history, seats, tickets } */
export const sectionsOf = (kind, about) => [SECTIONS[kind]?.(about)].flat().filter(Boolean);

export const stateOf = (kind, row) => (kind === "events" ? id(row.resource_id) : stateBadge(row));
