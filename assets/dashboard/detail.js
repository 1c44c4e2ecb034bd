// SPDX-License-Identifier: Apache-2.0
// The pane beside a list: one thing with its state, what can be done with it, its facts and its past.

import { actionsOf } from "./actions.js";
import { drawsSoon, h, show } from "./dom.js";
import { KINDS, wishOf } from "./kinds.js";
import { button, copy, facts, id, linkTo, name } from "./parts.js";
import { prettyBlock } from "./pretty.js";
import { link } from "./router.js";
import { isShownApart, seatedOf, sectionsOf, stateOf } from "./sections.js";
import { dateTime, shortened, title } from "./text.js";
import { timeLine } from "./time_line.js";

// Where the value of a member leads.
const LEADS = {
  game_session_id: "sessions",
  process_id: "processes",
  configuration_name: "configurations",
  rule_set: "rule-sets",
  rule_set_name: "rule-sets",
  fleet_id: "fleets",
  compute_name: "computes",
  queue: "queues",
  player_session_id: "players",
  ticket_id: "tickets",
  placement_id: "placements",
};
const LISTS = { queues: "queues", fleet_ids: "fleets" };

function listValue(member, list) {
  if (LISTS[member]) return list.map((one) => [linkTo(LISTS[member], one), " "]);
  if (list.every((one) => typeof one === "string"))
    return list.map((one) => h("span", { class: "tag" }, h("bdi", {}, one)));
  return prettyBlock(JSON.stringify(list), title(member));
}

function valueOf(view, member, value) {
  if (value === "" || value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return member.endsWith("_unix_ms") ? value > 0 && dateTime(value) : String(value);
  if (Array.isArray(value)) return value.length > 0 && listValue(member, value);
  if (typeof value === "object") {
    const entries = Object.entries(value);
    return (
      entries.length > 0 &&
      (entries.every(([, one]) => typeof one !== "object")
        ? entries.map(([key, one]) => h("span", { class: "tag", key }, h("bdi", {}, `${key}=${one}`)))
        : prettyBlock(JSON.stringify(value), title(member)))
    );
  }
  if (LEADS[member] && LEADS[member] !== view) return linkTo(LEADS[member], value);
  return /(_id|arn|address|endpoint)$/.test(member)
    ? id(value)
    : h("bdi", {}, member === "message" ? shortened(value) : value);
}

export class Detail {
  constructor(app, element, route) {
    Object.assign(this, { app, element, route, kind: app.kindOf(route.view), others: {}, problem: null });
    this.draw = drawsSoon(() => this.drawNow());
    this.subscriptions = [
      app.live.subscribe(
        { what: "detail", kind: this.kind, ...wishOf(route.key) },
        (document) => {
          if (!this.document && this.kind === "game_sessions") this.followPlayers(document.row.game_session_id);
          this.document = { history: [], ...document };
          this.problem = null;
          this.draw();
        },
        (problem) => {
          this.problem = problem;
          this.draw();
        },
      ),
    ];
    this.clock = setInterval(() => this.draw(), 1000);
    this.element.scrollTop = 0;
    this.drawNow();
  }

  /** The lists of what belongs to a game session. */
  followPlayers(session) {
    for (const [name, kind] of [
      ["seats", "player_sessions"],
      ["tickets", "tickets"],
    ]) {
      this.subscriptions.push(
        this.app.live.subscribe({ what: "list", kind, text: session, offset: 0, limit: 200 }, (document) => {
          this.others[name] = document.rows;
          this.draw();
        }),
      );
    }
  }

  close() {
    clearInterval(this.clock);
    for (const subscription of this.subscriptions) subscription.close();
    this.isClosed = true;
  }

  head(row) {
    const about = KINDS[this.kind],
      full = row ? String(about.id?.(row) || about.name(row)) : this.route.key;
    const seated = row && this.kind === "game_sessions" ? seatedOf(row, this.others.seats || []) : [];
    const messages =
      this.kind === "processes" &&
      h(
        "a",
        { class: "button", key: "messages", href: link("messages", "", { process_id: row?.process_id }) },
        "Messages",
      );
    return h(
      "div",
      { class: "detail-head", key: "head" },
      h(
        "div",
        { class: "line" },
        row && stateOf(this.kind, row),
        h("span", { class: "muted kind cut" }, about.one),
        h("span", { class: "spacer" }),
        button("Copy ID", () => copy(full, full), { class: "button quiet", title: full }),
        button("Copy link", () => copy(location.href, "the link"), { class: "button quiet" }),
        button("Close", () => this.app.closeDetail(), { class: "button quiet", title: "Esc" }),
      ),
      h("div", { class: "line" }, h("h2", { class: "cut" }, name(row ? about.name(row) : this.route.key))),
      row &&
        h(
          "div",
          { class: "buttons", key: "buttons" },
          messages,
          actionsOf(this.app, this.kind, row, seated).map((action) =>
            button(action.text, action.run, {
              key: action.text,
              class: `button ${action.isFirst ? "primary" : ""} ${action.isEnding ? "danger" : ""}`,
            }),
          ),
        ),
    );
  }

  drawNow() {
    if (this.isClosed) return;
    const row = this.document?.row;
    const body = !row
      ? h("p", { class: "muted", key: "none" }, this.problem || "")
      : [
          sectionsOf(this.kind, {
            row,
            history: this.document.history,
            seats: [],
            tickets: [],
            ...this.others,
          }),
          h("section", { key: "past" }, h("h3", {}, "Time line"), timeLine(this.document.history)),
          h(
            "section",
            { key: "facts" },
            h("h3", {}, "Facts"),
            facts(
              Object.entries(row)
                .filter(([member]) => !isShownApart(member))
                .map(([member, value]) => [title(member), valueOf(this.route.view, member, value)]),
            ),
          ),
        ];
    show(this.element, this.head(row), h("div", { class: "detail-body", key: "body" }, body));
  }
}
