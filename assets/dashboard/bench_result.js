// SPDX-License-Identifier: Apache-2.0
// What came of a bench: how many found a match and how fast, which rules stood in the way, who never got one and why.

import { h } from "./dom.js";
import { badge, meter, name } from "./parts.js";
import { count, plural } from "./text.js";

const SHOWN = 100;
const seconds = (value) =>
  value === null || value === undefined
    ? "–"
    : value < 10
      ? `${Number(value.toFixed(1))} s`
      : value < 120
        ? `${Math.round(value)} s`
        : `${Math.floor(value / 60)}:${String(Math.round(value % 60)).padStart(2, "0")}`;

const tile = (label, value, more) =>
  h(
    "div",
    { class: "tile", key: label },
    h("dt", {}, label),
    h("dd", {}, h("b", {}, value), more && h("span", { class: "muted" }, more)),
  );

function tiles(bench) {
  const times = bench.time_to_match || {},
    share = bench.arrived_count ? bench.matched_count / bench.arrived_count : 0;
  return h(
    "dl",
    { class: "tiles", key: "tiles" },
    tile(
      "Matched",
      `${(share * 100).toFixed(share < 1 && share > 0.99 ? 2 : 0)} %`,
      ` ${count(bench.matched_count)} of ${count(bench.arrived_count)} tickets`,
    ),
    tile("Matches", count(bench.match_count)),
    tile("Half wait less than", seconds(times.p50)),
    tile("90 % less than", seconds(times.p90)),
    tile("99 % less than", seconds(times.p99)),
    tile("Longest", seconds(times.max)),
  );
}

function histogram(bars) {
  const most = Math.max(1, ...bars.map((bar) => bar.tickets));
  const used = bars.slice(0, bars.findLastIndex((bar) => bar.tickets > 0) + 1);
  if (used.length === 0) return null;
  return h(
    "section",
    { class: "panel", key: "histogram" },
    h(
      "header",
      {},
      h("h2", {}, "Time to match"),
      h("span", { class: "muted small" }, "tickets by how long they waited"),
    ),
    h(
      "div",
      { class: "inside" },
      h(
        "ul",
        { class: "bars" },
        used.map((bar) =>
          h(
            "li",
            { key: bar.up_to_s },
            h("span", { class: "muted number" }, `≤ ${seconds(bar.up_to_s)}`),
            h("span", { class: "bar" }, h("i", { style: { width: `${(bar.tickets / most) * 100}%` } })),
            h("span", { class: "number" }, count(bar.tickets)),
          ),
        ),
      ),
    ),
  );
}

const rules = (list) =>
  list.length > 0 &&
  h(
    "section",
    { class: "panel", key: "rules" },
    h(
      "header",
      {},
      h("h2", {}, "Rules"),
      h("span", { class: "muted small" }, "how often each failed, and how many tickets it kept without a match"),
    ),
    h(
      "div",
      { class: "scroll-x", tabindex: "0", role: "region", "aria-label": "Rules" },
      h(
        "table",
        {},
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            ["Rule", "Failed", "Of", "Tickets without a match"].map((text) =>
              h("th", { scope: "col", key: text }, text),
            ),
          ),
        ),
        h(
          "tbody",
          {},
          list.map((rule) => {
            const all = rule.passed + rule.failed;
            return h(
              "tr",
              { key: rule.rule },
              h("td", {}, name(rule.rule)),
              h("td", { class: "number" }, meter(all ? rule.failed / all : 0, "bad"), count(rule.failed)),
              h("td", { class: "number" }, count(all)),
              h("td", { class: "number" }, count(rule.unmatched_tickets)),
            );
          }),
        ),
      ),
    ),
  );

const unmatched = (list, total) =>
  h(
    "section",
    { class: "panel", key: "unmatched" },
    h("header", {}, h("h2", {}, "Never matched"), h("span", { class: "muted small" }, plural(total, "ticket"))),
    list.length === 0
      ? h("div", { class: "inside" }, h("p", { class: "muted" }, "Every ticket found a match."))
      : h(
          "ul",
          { class: "rows" },
          list
            .slice(0, SHOWN)
            .map((row) =>
              h(
                "li",
                { key: row.ticket },
                h("span", { class: "mono" }, name(row.ticket)),
                h("span", { class: "muted" }, `waited ${seconds(row.waited_s)}`),
                h(
                  "span",
                  {},
                  row.timed_out && badge("TIMED_OUT"),
                  " ",
                  h("bdi", {}, row.why),
                  row.rule &&
                    h(
                      "span",
                      { class: "muted" },
                      ` (${row.rule}${row.nearest_is_beyond_by === undefined ? "" : `, the nearest misses by ${Number(row.nearest_is_beyond_by.toPrecision(3))}`})`,
                    ),
                ),
              ),
            ),
          total > SHOWN && h("li", { key: "more", class: "muted" }, `and ${count(total - SHOWN)} more`),
        ),
  );

const matches = (list, total) =>
  list.length > 0 &&
  h(
    "section",
    { class: "panel", key: "matches" },
    h(
      "header",
      {},
      h("h2", {}, "Matches"),
      h("span", { class: "muted small" }, `the first ${Math.min(SHOWN, list.length)} of ${count(total)}`),
    ),
    h(
      "ul",
      { class: "rows" },
      list.slice(0, SHOWN).map((match) =>
        h(
          "li",
          { key: match.match },
          h("span", { class: "mono" }, `after ${seconds(match.at_s)}`),
          h("span", { class: "muted" }, plural(match.players, "player")),
          h(
            "span",
            {},
            Object.entries(match.teams).map(([team, tickets]) => [
              h("span", { class: "tag", key: team }, h("bdi", {}, team)),
              " ",
              h("span", { class: "mono muted" }, h("bdi", {}, tickets.join(" "))),
              " ",
            ]),
          ),
        ),
      ),
    ),
  );

export function benchResult(bench) {
  const isRunning = bench.state === "RUNNING";
  return [
    h(
      "div",
      { class: "bench-state", key: "state" },
      badge(bench.state, isRunning ? "move" : bench.state === "DONE" ? "good" : "bad"),
      bench.ended_by && h("span", { class: "muted", key: "by" }, bench.ended_by),
      isRunning && h("progress", { key: "progress", max: 1, value: bench.progress, "aria-label": "Progress" }),
    ),
    bench.time_to_match && tiles(bench),
    bench.time_to_match && histogram(bench.time_to_match.histogram || []),
    bench.rules && rules(bench.rules),
    bench.unmatched && unmatched(bench.unmatched, bench.unmatched_count),
    bench.matches && matches(bench.matches, bench.match_count),
  ];
}
