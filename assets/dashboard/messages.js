// SPDX-License-Identifier: Apache-2.0
// The message log: every frame of the game servers' protocol, every call of the AWS API, what servers print, and what
// happened to connections, in one order. It follows the newest, or stands still while somebody reads.

import { build, drawsSoon, h, show } from "./dom.js";
import { Exchanges } from "./exchanges.js";
import { COLUMNS, exchangeDetail, rowOf } from "./message_table.js";
import { button, empty } from "./parts.js";
import { go, link } from "./router.js";
import { SearchBox } from "./search_box.js";
import { get } from "./service.js";
import { count, plural } from "./text.js";
import { Virtual } from "./virtual.js";

const MOST = 10000,
  AT_ONCE = 500,
  NEAR = 400,
  TYPED_MS = 250;
const KINDS = [
  ["", "All"],
  ["frame", "Servers"],
  ["call", "API calls"],
  ["line", "Output"],
  ["note", "Notes"],
];
const NO_HEARTBEATS = "!HeartbeatServerProcess";
const FILTERS = ["kind", "status", "action", "process_id", "text"];

export class Messages {
  constructor(app) {
    Object.assign(this, {
      app,
      exchanges: new Exchanges(),
      route: { key: "", params: {} },
      follows: true,
      waiting: [],
      actions: new Set(),
      dropped: 0,
      isOldest: false,
    });
    this.table = new Virtual({
      label: "Messages",
      isDense: true,
      columns: COLUMNS,
      row: (index) => this.row(index),
      onRange: (first) => first === 0 && this.loadOlder(),
    });
    this.table.sticksToEnd = true;
    this.table.onMoved = (row) => this.route.key && row && go(row.href, true);
    this.element = this.buildElement();
    this.draw = drawsSoon(() => this.drawNow());
    this.table.element.addEventListener("wheel", (event) => event.deltaY < 0 && this.pause(), { passive: true });
    this.table.element.addEventListener("touchmove", () => this.pause(), { passive: true });
  }

  buildElement() {
    this.head = build(h("div", { class: "view-head" }));
    const box = new SearchBox({
      placeholder: "Search texts",
      label: "Search the texts of messages",
      typedMs: TYPED_MS,
      onText: (text) => this.filter({ text }),
      onEnter: () => this.search.blur(),
    });
    this.search = box.input;
    this.action = build(h("select", { class: "chip", "aria-label": "Action" }));
    this.action.onchange = () => this.filter({ action: this.action.value });
    this.chips = build(h("div", { class: "chips" }));
    const filters = build(h("div", { class: "filters" }));
    filters.append(box.element, this.chips, this.action);
    this.nothing = build(h("div", { hidden: true, class: "view-scroll" }));
    const element = document.createDocumentFragment();
    element.append(this.head, filters, this.nothing, this.table.element);
    return element;
  }

  show(route) {
    const before = this.wishText;
    this.route = route;
    if (document.activeElement !== this.search) this.search.value = route.params.text || "";
    this.wishText = JSON.stringify(this.query());
    if (before !== this.wishText) this.ask();
    if (route.key) this.pause();
    this.openDetail();
    this.draw();
    this.table.draw();
  }

  close() {
    this.table.close();
    this.subscription?.close();
  }

  // ---- what comes in

  query() {
    return Object.fromEntries(
      FILTERS.filter((member) => this.route.params[member]).map((member) => [member, this.route.params[member]]),
    );
  }

  ask() {
    const wish = { what: "messages", ...this.query(), limit: AT_ONCE };
    this.exchanges.clear();
    this.waiting = [];
    this.isOldest = false;
    this.hasCome = false;
    if (this.subscription) this.subscription.change(wish);
    else
      this.subscription = this.app.live.subscribe(
        wish,
        (document, change) => this.take(document, change),
        (problem) => {
          this.problem = problem;
          this.draw();
        },
      );
  }

  take(document, change) {
    this.problem = null;
    this.dropped = change ? this.dropped + (change.dropped || 0) : 0;
    if (!change) this.exchanges.clear();
    this.hasCome = true;
    const messages = change ? change.messages || [] : document.messages;
    for (const message of messages) if (message.action) this.actions.add(message.action);
    if (this.follows) this.add(messages);
    else this.waiting.push(...messages);
    if (!change && !this.follows) this.add(this.waiting.splice(0));
    this.openDetail();
    this.draw();
  }

  add(messages) {
    this.exchanges.add(messages);
    this.exchanges.trim(MOST);
    this.table.setCount(this.exchanges.list.length);
  }

  /** What is kept and was not sent at first, when somebody has come to the top. */
  async loadOlder() {
    const oldest = this.exchanges.list[0]?.serial;
    if (this.follows || this.isLoading || this.isOldest || !oldest || oldest < 2) return;
    this.isLoading = true;
    try {
      const { messages } = await get("messages", { ...this.query(), before: oldest, limit: AT_ONCE });
      const before = this.exchanges.list.length;
      this.isOldest = messages.length === 0;
      this.exchanges.addBefore(messages);
      this.table.setCount(this.exchanges.list.length);
      this.table.element.scrollTop += (this.exchanges.list.length - before) * this.table.rowHeight();
    } finally {
      this.isLoading = false;
    }
  }

  filter(change) {
    go(link("messages", this.route.key, { ...this.route.params, ...change }), true);
  }

  // ---- follow or pause

  pause() {
    if (!this.follows) return;
    this.follows = this.table.sticksToEnd = false;
    this.draw();
  }

  follow() {
    this.follows = this.table.sticksToEnd = true;
    this.add(this.waiting.splice(0));
    this.draw();
    this.table.draw();
  }

  // ---- what is drawn

  row(index) {
    const exchange = this.exchanges.list[index];
    return (
      exchange && rowOf(exchange, link("messages", String(exchange.serial), this.query()), this.isChosen(exchange))
    );
  }

  isChosen({ first, answer }) {
    const serial = Number(this.route.key);
    return first.serial === serial || answer?.serial === serial;
  }

  /** A message that a link leads to may be older than those that were sent. */
  async openDetail() {
    const serial = Number(this.route.key);
    if (!serial) return this.app.showInDetail(null);
    let exchange = this.exchanges.ofSerial.get(serial);
    if (this.hasCome && !(exchange && (exchange.answer || !exchange.first.pair))) {
      exchange = (await this.find(exchange?.first.pair || serial, exchange)) || exchange;
      if (Number(this.route.key) !== serial) return null;
    }
    const close = () => this.app.closeDetail();
    if (this.shown !== serial && exchange) this.table.bringIntoSight(this.exchanges.list.indexOf(exchange));
    this.shown = serial;
    if (exchange) return this.app.showInDetail(exchangeDetail(exchange, close));
    return this.app.showInDetail(
      this.hasCome && empty(`Message ${serial} is not kept any more`, "The latest 10,000 are.", button("Close", close)),
    );
  }

  /** An exchange that a filter keeps out of the list, or that came long before those in it. */
  async find(serial, known) {
    const { messages } = await get("messages", { after: serial - 1, before: serial + NEAR, limit: NEAR }),
      found = new Exchanges();
    found.add(messages.filter((message) => message.serial === serial || message.pair === serial));
    if (known) found.add([known.first]);
    return found.ofSerial.get(serial);
  }

  drawNow() {
    const { kind = "", status = "", process_id: process, action = "" } = this.route.params;
    show(
      this.head,
      h("h1", {}, "Messages", h("span", { class: "total", key: "total" }, count(this.exchanges.list.length))),
      this.dropped > 0 &&
        h(
          "span",
          { class: "tag move", key: "dropped" },
          `${plural(this.dropped, "message")} left out: this page was too slow`,
        ),
      h("span", { class: "spacer" }),
      this.waiting.length > 0 && h("span", { class: "muted number", key: "new" }, `${count(this.waiting.length)} new`),
      button(this.follows ? "Pause" : "Follow", () => (this.follows ? this.pause() : this.follow()), {
        title: "Space",
        class: `button ${this.follows ? "" : "primary"}`,
      }),
    );
    show(
      this.chips,
      KINDS.map(([value, text]) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            key: text,
            "aria-pressed": String(kind === value),
            onclick: () => this.filter({ kind: value }),
          },
          text,
        ),
      ),
      h(
        "button",
        {
          type: "button",
          class: "chip",
          key: "errors",
          "aria-pressed": String(status === "error"),
          onclick: () => this.filter({ status: status === "error" ? "" : "error" }),
        },
        "Refused",
      ),
      process &&
        h(
          "button",
          {
            type: "button",
            class: "chip",
            key: "process",
            "aria-pressed": "true",
            onclick: () => this.filter({ process_id: "" }),
          },
          "of ",
          h("bdi", { class: "cut" }, process),
          " ✕",
        ),
    );
    const actions = new Set([...this.actions, action].filter((one) => one && one !== NO_HEARTBEATS));
    show(
      this.action,
      h("option", { value: "", key: "" }, "Every action"),
      h("option", { value: NO_HEARTBEATS, key: NO_HEARTBEATS }, "All but heartbeats"),
      [...actions].sort().map((one) => h("option", { value: one, key: one }, one)),
    );
    this.action.value = action;
    this.nothing.hidden = !this.hasCome || this.exchanges.list.length > 0;
    this.table.element.hidden = !this.nothing.hidden;
    if (!this.nothing.hidden)
      show(
        this.nothing,
        empty(
          Object.keys(this.query()).length ? "No message is like this" : "Nothing has been said yet",
          this.problem || "Messages of game servers and calls of the API appear here as they come.",
          Object.keys(this.query()).length > 0 && button("Clear the filters", () => go(link("messages"), true)),
        ),
      );
  }

  key(key) {
    if (key === "j" || key === "ArrowDown") this.table.move(1);
    else if (key === "k" || key === "ArrowUp") {
      this.pause();
      this.table.move(-1);
    } else if (key === "End") this.follow();
    else if (key === " ") this.follows ? this.pause() : this.follow();
    else if (key === "/") this.search.focus();
    else if (key === "Escape" && Object.keys(this.query()).length) go(link("messages"), true);
    else return false;
    return true;
  }
}
