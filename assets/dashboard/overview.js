// SPDX-License-Identifier: Apache-2.0
// The first view: what needs a look, then how many there are of everything. Every number leads to the list behind it.

import { build, drawsSoon, h, show } from "./dom.js";
import { isBadEvent, KINDS, manyOf } from "./kinds.js";
import { startMatchmaking } from "./matchmaking_actions.js";
import { button, lookOf, shape } from "./parts.js";
import { connectServer } from "./next_steps.js";
import { link } from "./router.js";
import { createGameSession, startPlacement } from "./session_actions.js";
import { clockTime, count, plural, shortened, words } from "./text.js";

const CARDS = ["processes", "game_sessions", "player_sessions", "tickets"];
const SMALL = ["placements", "queues", "configurations", "rule_sets", "fleets", "computes"];
const EVENTS = 10;

const live = (kind, counts) =>
  KINDS[kind].states
    .filter((state) => !KINDS[kind].past.includes(state))
    .reduce((sum, state) => sum + (counts[state] || 0), 0);

function card(app, kind) {
  const about = KINDS[kind],
    counts = app.counts(kind),
    now = live(kind, counts);
  const states = about.states.filter((state) => !about.past.includes(state)),
    past = about.past.reduce((sum, state) => sum + (counts[state] || 0), 0);
  return h(
    "section",
    { class: "panel card", key: kind, "aria-label": about.title },
    h(
      "a",
      { class: "card-head", href: link(about.view, "", { state: states.join(",") }) },
      h("h2", {}, about.title),
      h("b", { class: "figure" }, count(now)),
    ),
    h(
      "div",
      { class: "mix", "aria-hidden": "true" },
      states
        .filter((state) => counts[state] > 0)
        .map((state) => h("i", { key: state, class: lookOf(state), style: { "flex-grow": String(counts[state]) } })),
    ),
    h(
      "ul",
      {},
      states.map((state) =>
        h(
          "li",
          { key: state },
          h(
            "a",
            { href: link(about.view, "", { state }), class: counts[state] ? "" : "none" },
            h("span", { class: `state ${lookOf(state)}` }, shape(lookOf(state))),
            words(state),
            h("span", { class: "number" }, count(counts[state])),
          ),
        ),
      ),
      h(
        "li",
        { key: "past" },
        h(
          "a",
          { href: link(about.view, "", { state: about.past.join(",") }), class: past ? "" : "none" },
          h("span", { class: "state over" }, shape("over")),
          "ended",
          h("span", { class: "number" }, count(past)),
        ),
      ),
    ),
  );
}

const SEVERITIES = { error: "bad", critical: "bad", bad: "bad", warning: "look", warn: "look" };

function attentionRow(item, i) {
  const look = SEVERITIES[item.severity] || "wait",
    view = KINDS[item.kind]?.view;
  const content = [
    shape(look),
    h("span", { class: "unseen" }, `${item.severity}: `),
    h("span", { class: "attention-text" }, h("bdi", { title: item.text }, shortened(item.text))),
    view && h("span", { class: "muted small" }, KINDS[item.kind].one),
  ];
  return h(
    "li",
    { key: `${item.kind} ${item.key} ${i}` },
    view && item.key
      ? h("a", { class: `state ${look}`, href: link(view, `@${item.key}`) }, content)
      : h("div", { class: `state ${look}` }, content),
  );
}

function attention(list) {
  if (list.length === 0)
    return h(
      "div",
      { class: "inside", key: "calm" },
      h("p", { class: "state good" }, shape("good"), "Nothing needs a look."),
    );
  return h(
    "ul",
    { class: "attention", key: "list" },
    list.slice(0, 12).map(attentionRow),
    list.length > 12 && h("li", { key: "more", class: "more muted" }, `and ${list.length - 12} more`),
  );
}

function eventRow(row) {
  const look = isBadEvent(row.code) ? "bad" : "over";
  return h(
    "li",
    { key: row.key },
    h(
      "a",
      { href: link("events", `@${row.key}`) },
      h("time", { class: "mono muted" }, clockTime(row.time_unix_ms)),
      h("span", { class: `state ${look}` }, shape(look), h("span", { class: "cut" }, words(row.code))),
      h("span", { class: "muted cut event-text" }, h("bdi", {}, shortened(row.message))),
    ),
  );
}

export class Overview {
  constructor(app) {
    this.app = app;
    this.events = [];
    this.draw = drawsSoon(() => this.drawNow());
    this.element = build(h("div", { class: "view-scroll overview" }));
    this.subscription = app.live.subscribe({ what: "list", kind: "events", offset: 0, limit: EVENTS }, (document) => {
      this.events = document.rows;
      this.draw();
    });
    this.unwatch = app.watch(this.draw);
  }

  show() {
    this.draw();
  }

  close() {
    this.subscription.close();
    this.unwatch();
  }

  sentence() {
    const { app } = this,
      ready = app.counts("processes").READY || 0,
      sessions = app.counts("game_sessions").ACTIVE || 0,
      players = app.counts("player_sessions").ACTIVE || 0;
    return `${plural(ready, "server")} ready, ${plural(sessions, "game session")} with ${plural(players, "player")}.`;
  }

  drawNow() {
    const { app } = this;
    if (!app.overview) return;
    const list = app.overview.attention || [],
      hasServers = app.hasServers();
    show(
      this.element,
      h(
        "div",
        { class: "overview-head", key: "head" },
        h("div", {}, h("h1", {}, "Overview"), h("p", { class: "muted" }, this.sentence())),
        h("span", { class: "spacer" }),
        h(
          "div",
          { class: "buttons" },
          button("Create session", () => createGameSession(app), { class: "button primary" }),
          button("Start matchmaking", () => startMatchmaking(app)),
          button("Start a placement", () => startPlacement(app), { class: "button optional" }),
        ),
      ),
      !hasServers && h("section", { class: "panel", key: "connect" }, connectServer(app)),
      h(
        "section",
        { class: "panel", key: "attention" },
        h(
          "header",
          {},
          h("h2", {}, "Needs a look"),
          list.length > 0 && h("span", { class: "tag bad number", key: "count" }, list.length),
        ),
        attention(list),
      ),
      h(
        "div",
        { class: "cards", key: "cards" },
        CARDS.map((kind) => card(app, kind)),
      ),
      h(
        "ul",
        { class: "small-counts", key: "small" },
        SMALL.map((kind) =>
          h(
            "li",
            { key: kind },
            h(
              "a",
              { href: link(KINDS[kind].view) },
              h("b", { class: "number" }, manyOf(kind, app.counts(kind).total || 0)),
            ),
          ),
        ),
      ),
      h(
        "section",
        { class: "panel", key: "events" },
        h(
          "header",
          {},
          h("h2", {}, "Latest events"),
          h("span", { class: "spacer" }),
          h("a", { href: link("events") }, "All events"),
        ),
        this.events.length
          ? h("ul", { class: "events" }, this.events.map(eventRow))
          : h("div", { class: "inside" }, h("p", { class: "muted" }, "Crashes, time-outs and ends are recorded here.")),
      ),
    );
  }

  key() {
    return false;
  }
}
