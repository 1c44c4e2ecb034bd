// SPDX-License-Identifier: Apache-2.0
// How exchanges look: as rows of a table, and one of them whole. The log and recordings share it.

import { h } from "./dom.js";
import { gist, isRefused, statusOf, tookOf } from "./exchanges.js";
import { button, copy, facts, linkTo, name, shape } from "./parts.js";
import { parsed, prettyBlock } from "./pretty.js";
import { awsCommandOf } from "./service.js";
import { dateTime, exactTime, short, took } from "./text.js";

const KINDS = { frame: "server", call: "API", line: "output", note: "note" };

const arrow = (entry) =>
  h(
    "span",
    { class: "arrow", title: entry.direction === "in" ? "to GameLift" : "from GameLift" },
    entry.direction === "in" ? "→" : "←",
    h("span", { class: "unseen" }, entry.direction === "in" ? " to GameLift" : " from GameLift"),
  );

function status(exchange) {
  const code = statusOf(exchange),
    { first, answer } = exchange;
  if (!code)
    return first.kind === "frame" && first.direction === "in" && !answer
      ? h("span", { class: "state move" }, shape("move"), "no answer")
      : "";
  return h(
    "span",
    { class: `state ${code >= 400 ? "bad" : "good"}` },
    shape(code >= 400 ? "bad" : "good"),
    h("span", { class: "number" }, code),
  );
}

const whoOf = (entry) =>
  entry.process_id
    ? name(short(entry.process_id), { title: entry.process_id, class: "cut muted" })
    : entry.kind === "call"
      ? h("span", { class: "faint" }, "AWS API")
      : "";

export const COLUMNS = [
  { title: "Time", width: "92px", cell: ({ first }) => h("span", { class: "mono muted" }, exactTime(first.unix_ms)) },
  { title: "Direction", isHeadUnseen: true, width: "14px", cell: ({ first }) => arrow(first) },
  {
    title: "Kind",
    width: "52px",
    least: 520,
    cell: ({ first }) => h("span", { class: "faint" }, KINDS[first.kind] || first.kind),
  },
  {
    title: "Action",
    main: true,
    width: "minmax(100px, 210px)",
    cell: ({ first }) =>
      first.action ? name(first.action) : h("span", { class: "muted" }, KINDS[first.kind] || first.kind),
  },
  { title: "Status", width: "minmax(52px, 92px)", least: 340, cell: status },
  {
    title: "Took",
    width: "64px",
    right: true,
    least: 640,
    cell: (exchange) => (tookOf(exchange) > 0 ? h("span", { class: "muted" }, took(tookOf(exchange))) : ""),
  },
  { title: "Process", width: "minmax(70px, 120px)", least: 720, cell: ({ first }) => whoOf(first) },
  {
    title: "Text",
    width: "minmax(120px, 1fr)",
    least: 860,
    cell: (exchange) => h("bdi", { class: "mono muted" }, gist(exchange)),
  },
];

export const rowOf = (exchange, href, isChosen) => ({
  key: exchange.serial,
  data: exchange,
  href,
  class: `${isChosen ? "chosen" : ""} ${isRefused(exchange) ? "error" : ""}`,
});

const textOf = (entry) => (entry.cut ? `${entry.text}\n… cut after 16 KiB` : entry.text);

function part(entry, headline) {
  return h(
    "section",
    { key: headline },
    h(
      "h3",
      {},
      headline,
      h("span", { class: "muted small" }, exactTime(entry.unix_ms)),
      entry.status > 0 && h("span", { class: `tag ${entry.status >= 400 ? "bad" : "live"}` }, entry.status),
    ),
    entry.text ? prettyBlock(textOf(entry), headline.toLowerCase()) : h("p", { class: "muted" }, "It has no text."),
  );
}

function copies({ first, answer }) {
  const members = first.kind === "call" && first.direction === "in" ? parsed(first.text || "{}") : undefined;
  return h(
    "div",
    { class: "buttons" },
    members &&
      first.action &&
      button("Copy as aws command", () => copy(awsCommandOf(first.action, members), `aws gamelift … ${first.action}`), {
        class: "button primary",
      }),
    button("Copy as JSON", () => copy(JSON.stringify([first, answer].filter(Boolean), null, 2), "the messages")),
  );
}

/** One exchange in the detail pane. */
export function exchangeDetail(exchange, close) {
  const { first, answer } = exchange,
    isRequest = first.pair === undefined || !first.pair;
  const headline =
    first.kind === "line"
      ? "Output"
      : first.kind === "note"
        ? "Note"
        : first.direction === "in"
          ? "Request"
          : isRequest
            ? "Message"
            : "Answer";
  return [
    h(
      "div",
      { class: "detail-head", key: "head" },
      h(
        "div",
        { class: "line" },
        arrow(first),
        h("span", { class: "muted cut" }, `${KINDS[first.kind] || first.kind} message ${first.serial}`),
        h("span", { class: "spacer" }),
        button("Copy link", () => copy(location.href, "the link"), { class: "button quiet" }),
        button("Close", close, { class: "button quiet", title: "Esc" }),
      ),
      h("div", { class: "line" }, h("h2", { class: "cut" }, name(first.action || headline)), status(exchange)),
      copies(exchange),
    ),
    h(
      "div",
      { class: "detail-body", key: "body" },
      part(first, headline),
      answer && part(answer, "Answer"),
      h(
        "section",
        { key: "facts" },
        h("h3", {}, "Facts"),
        facts([
          ["Time", dateTime(first.unix_ms)],
          ["Took", tookOf(exchange) > 0 && took(tookOf(exchange))],
          ["Process", first.process_id && linkTo("processes", first.process_id)],
          ["Connection", first.connection > 0 && String(first.connection)],
          ["Request ID", first.request_id && h("span", { class: "mono" }, first.request_id)],
          ["Answer to", first.pair > 0 && h("a", { href: `#/messages/${first.pair}` }, `message ${first.pair}`)],
        ]),
      ),
    ),
  ];
}
