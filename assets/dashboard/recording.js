// SPDX-License-Identifier: Apache-2.0
// A recording (gamelift-local --record FILE) opened in the page: a moment is chosen on the line of time, and the messages
// round it are shown as in the log. The file stays in the browser.

import { build, drawsSoon, h, show } from "./dom.js";
import { Exchanges, isRefused } from "./exchanges.js";
import { COLUMNS, exchangeDetail, rowOf } from "./message_table.js";
import { codeBlock, empty, facts } from "./parts.js";
import { parsed } from "./pretty.js";
import { go, link } from "./router.js";
import { count, dateTime, plural, span } from "./text.js";
import { Virtual } from "./virtual.js";

const BARS = 120,
  MOST_BYTES = 512 * 1024 * 1024;

/** { entries, other } of the lines of a file: those that are messages, and how many lines are not. */
export function readRecording(text) {
  const entries = [];
  let other = 0;
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const entry = parsed(line);
    if (entry && entry.serial > 0 && entry.unix_ms > 0) entries.push(entry);
    else other += 1;
  }
  return { entries: entries.sort((a, b) => a.serial - b.serial), other };
}

// The recording that is open outlives the view.
let open = null;

export class Recording {
  constructor(app) {
    Object.assign(this, { app, route: { key: "", params: {} }, at: 0 });
    this.table = new Virtual({
      label: "Messages of the recording",
      columns: COLUMNS,
      isDense: true,
      row: (index) => this.row(index),
    });
    this.draw = drawsSoon(() => this.drawNow());
    this.head = build(h("div", { class: "view-head" }));
    this.scrubber = build(h("div", { class: "scrubber" }));
    this.nothing = build(h("div", { class: "view-scroll" }));
    this.file = build(
      h("input", {
        type: "file",
        class: "unseen",
        "aria-label": "A file of gamelift-local --record",
        accept: ".jsonl,.ndjson,.json,.txt",
      }),
    );
    this.file.onchange = () => this.load(this.file.files[0]);
    this.element = document.createDocumentFragment();
    this.element.append(this.head, this.file, this.scrubber, this.nothing, this.table.element);
  }

  async load(file) {
    if (!file) return;
    this.problem = file.size > MOST_BYTES ? "The file is longer than 512 MiB." : null;
    if (!this.problem) {
      const { entries, other } = readRecording(await file.text()),
        exchanges = new Exchanges();
      exchanges.add(entries);
      open = { name: file.name, entries, other, exchanges };
      if (entries.length === 0)
        this.problem = "The file holds no messages: it needs one JSON object a line, as --record writes them.";
      this.scrub(0);
    }
    this.draw();
  }

  show(route) {
    this.route = route;
    const exchange = open?.exchanges.ofSerial.get(Number(route.key));
    this.app.showInDetail(exchange ? exchangeDetail(exchange, () => this.app.closeDetail()) : null);
    this.draw();
  }

  close() {
    this.table.close();
  }

  get list() {
    return open?.exchanges.list || [];
  }

  row(index) {
    const exchange = this.list[index];
    return exchange && rowOf(exchange, link("recording", String(exchange.serial)), index === this.at);
  }

  /** Goes to this exchange, by its number in the recording. */
  scrub(index) {
    this.at = Math.max(0, Math.min(this.list.length - 1, index));
    this.table.setCount(this.list.length);
    this.table.bringIntoSight(this.at);
    this.draw();
  }

  /** The first exchange at or after this share of the time. */
  indexAt(share) {
    const first = this.list[0].first.unix_ms,
      last = this.list[this.list.length - 1].first.unix_ms,
      wanted = first + share * (last - first);
    const index = this.list.findIndex((exchange) => exchange.first.unix_ms >= wanted);
    return index < 0 ? this.list.length - 1 : index;
  }

  bars() {
    const first = this.list[0].first.unix_ms,
      length = Math.max(1, this.list[this.list.length - 1].first.unix_ms - first);
    const bars = Array.from({ length: BARS }, () => ({ all: 0, bad: 0 }));
    for (const exchange of this.list) {
      const bar = bars[Math.min(BARS - 1, Math.floor(((exchange.first.unix_ms - first) / length) * BARS))];
      bar.all += 1;
      if (isRefused(exchange)) bar.bad += 1;
    }
    return bars;
  }

  /** What is known at the chosen moment. */
  soFar() {
    const seen = this.list.slice(0, this.at + 1),
      last = seen[seen.length - 1].first;
    const processes = new Set(seen.map(({ first }) => first.process_id).filter(Boolean));
    const started = seen.filter(({ first }) => first.kind === "frame" && first.action === "CreateGameSession").length;
    return facts([
      ["Moment", `${dateTime(last.unix_ms)}, ${span(last.unix_ms - this.list[0].first.unix_ms)} into it`],
      [
        "So far",
        `${plural(seen.length, "exchange")}, ${plural(seen.filter(isRefused).length, "refusal")}, ${plural(processes.size, "process", "processes")}, ${plural(started, "game session")} started`,
      ],
    ]);
  }

  drawScrubber() {
    const bars = this.bars(),
      most = Math.max(...bars.map((bar) => bar.all)),
      first = this.list[0].first.unix_ms;
    const length = Math.max(1, this.list[this.list.length - 1].first.unix_ms - first),
      share = (this.list[this.at].first.unix_ms - first) / length;
    show(
      this.scrubber,
      h(
        "div",
        { class: "density", "aria-hidden": "true", key: "density" },
        bars.map((bar, i) =>
          h("i", {
            key: i,
            class: bar.bad ? "bad" : i / BARS <= share ? "past" : "",
            style: { height: `${bar.all ? 12 + (bar.all / most) * 88 : 0}%` },
          }),
        ),
      ),
      h("input", {
        type: "range",
        min: 0,
        max: 1000,
        key: "range",
        "aria-label": "Moment",
        oninput: (event) => this.scrub(this.indexAt(Number(event.target.value) / 1000)),
      }),
      this.soFar(),
    );
    const range = this.scrubber.querySelector("input");
    if (document.activeElement !== range) range.value = Math.round(share * 1000);
  }

  drawNow() {
    const isOpen = this.list.length > 0;
    show(
      this.head,
      h("h1", {}, "Recording", h("span", { class: "total", key: "total" }, isOpen ? count(this.list.length) : "")),
      open && h("span", { class: "muted cut", key: "name" }, h("bdi", {}, open.name)),
      h("span", { class: "spacer" }),
      h("button", { type: "button", class: "button primary", onclick: () => this.file.click() }, "Open a recording"),
    );
    this.scrubber.hidden = this.table.element.hidden = !isOpen;
    this.nothing.hidden = isOpen;
    if (isOpen) this.drawScrubber();
    else
      show(
        this.nothing,
        this.problem && h("div", { class: "note bad", key: "problem" }, this.problem),
        empty(
          "No recording is open",
          "Every message with its time, as JSON lines, secrets masked. Record one, then open its file here; it stays in your browser.",
          codeBlock("gamelift-local --demo --record session.jsonl", "the command"),
        ),
      );
    this.table.draw();
  }

  key(key) {
    if (!this.list.length) return false;
    if (key === "j" || key === "ArrowDown" || key === "ArrowRight") this.scrub(this.at + 1);
    else if (key === "k" || key === "ArrowUp" || key === "ArrowLeft") this.scrub(this.at - 1);
    else if (key === "Home") this.scrub(0);
    else if (key === "End") this.scrub(this.list.length - 1);
    else if (key === "Enter") go(link("recording", String(this.list[this.at].serial)));
    else return false;
    return true;
  }
}
