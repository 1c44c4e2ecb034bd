// SPDX-License-Identifier: Apache-2.0
// The view of one kind: search, filters by state, and a live window on a list that may have 10,000 rows. The service
// sends the rows round those in sight, and of them what changes.

import { build, drawsSoon, h, show } from "./dom.js";
import { actionsOfKind } from "./actions.js";
import { KINDS, manyOf, placeOf } from "./kinds.js";
import { button, lookOf, shape } from "./parts.js";
import { nextSteps } from "./next_steps.js";
import { go, link } from "./router.js";
import { SearchBox } from "./search_box.js";
import { count, words } from "./text.js";
import { Virtual } from "./virtual.js";

const STEP = 50,
  MOST = 500,
  TYPED_MS = 200;

export class ListView {
  constructor(app, kind) {
    Object.assign(this, {
      app,
      kind,
      about: KINDS[kind],
      document: null,
      route: { key: "", params: {} },
      problem: null,
    });
    this.offset = 0;
    this.limit = 2 * STEP;
    this.table = new Virtual({
      label: this.about.title,
      columns: this.about.columns,
      row: (index) => this.row(index),
      onRange: (first, last) => this.inSight(first, last),
    });
    this.table.onMoved = (row) => {
      // with the pane open, the keys lead from one to the next
      if (this.route.key && row) go(row.href, true);
    };
    this.element = this.buildElement();
    this.draw = drawsSoon(() => this.drawNow());
    this.clock = setInterval(() => this.table.draw(), 1000);
  }

  buildElement() {
    this.head = build(h("div", { class: "view-head" }));
    this.box = new SearchBox({
      placeholder: `Search ${this.about.many || `${this.about.one}s`}`,
      label: "Search",
      typedMs: TYPED_MS,
      onText: (text) => this.filter({ text }),
      onEnter: () => this.leaveSearch(),
    });
    this.search = this.box.input;
    this.chips = build(h("div", { class: "chips", role: "group", "aria-label": "Filter by state" }));
    const filters = build(h("div", { class: "filters" }));
    filters.append(this.box.element, this.chips);
    this.nothing = build(h("div", { hidden: true, class: "view-scroll" }));
    const element = document.createDocumentFragment();
    element.append(this.head, filters, this.nothing, this.table.element);
    return element;
  }

  show(route) {
    const before = this.wishText;
    this.route = route;
    if (document.activeElement !== this.search) this.search.value = route.params.text || "";
    this.wishText = JSON.stringify([this.states(), route.params.text]);
    if (before !== this.wishText) {
      this.offset = 0;
      this.table.element.scrollTop = 0;
      this.ask();
    }
    this.draw();
    this.table.draw();
  }

  close() {
    clearInterval(this.clock);
    this.table.close();
    this.subscription?.close();
  }

  // ---- what is asked

  isFolded() {
    return this.about.past.length > 0 && this.app.settings.foldsPast;
  }

  states() {
    if (this.route.params.state) return this.route.params.state;
    return this.isFolded() ? this.about.states.filter((state) => !this.about.past.includes(state)).join(",") : "";
  }

  wish() {
    const wish = { what: "list", kind: this.kind, offset: this.offset, limit: this.limit };
    if (this.states()) wish.state = this.states();
    if (this.route.params.text) wish.text = this.route.params.text;
    return wish;
  }

  ask() {
    if (this.subscription) this.subscription.change(this.wish());
    else
      this.subscription = this.app.live.subscribe(
        this.wish(),
        (document) => this.take(document),
        (problem) => {
          this.problem = problem;
          this.draw();
        },
      );
  }

  take(document) {
    this.document = document;
    this.problem = null;
    this.index = new Map(document.rows.map((row, i) => [document.offset + i, row]));
    this.table.setCount(document.total);
    this.draw();
  }

  /** The window follows what is in sight, in steps, so that scrolling does not ask for each row. */
  inSight(first, last) {
    const offset = Math.max(0, Math.floor((first - STEP / 2) / STEP) * STEP);
    const limit = Math.min(MOST, Math.ceil((last + STEP / 2 - offset) / STEP) * STEP);
    if (offset === this.offset && limit <= this.limit) return;
    this.offset = offset;
    this.limit = Math.max(limit, 2 * STEP);
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(), 40);
  }

  /** From the search to the first row of what was found. */
  leaveSearch() {
    this.box.tell();
    this.search.blur();
    this.table.goTo(0);
  }

  filter(change) {
    go(link(this.about.view, this.route.key, { ...this.route.params, ...change }), true);
  }

  // ---- what is drawn

  row(index) {
    const row = this.index?.get(index);
    if (!row) return null;
    const place = placeOf(this.kind, row),
      isChosen = place === this.route.key || `@${row.key}` === this.route.key,
      isPast = this.about.past.includes(row.state);
    return {
      key: row.key,
      data: row,
      href: link(this.about.view, place, this.route.params),
      class: `${isChosen ? "chosen" : ""} ${isPast ? "ended" : ""}`,
    };
  }

  drawNow() {
    const total = this.document?.total,
      isFiltered = Boolean(this.route.params.text || this.states());
    show(
      this.head,
      h(
        "h1",
        {},
        this.about.title,
        h("span", { class: "total", key: "total" }, total === undefined ? "" : count(total)),
      ),
      h("span", { class: "spacer" }),
      h(
        "div",
        { class: "buttons" },
        actionsOfKind(this.app, this.kind).map((action) =>
          button(action.text, action.run, {
            key: action.text,
            class: `button ${action.isFirst ? "primary" : ""}`,
          }),
        ),
      ),
    );
    show(this.chips, this.stateChips());
    this.nothing.hidden = !this.problem && total !== 0;
    this.table.element.hidden = !this.nothing.hidden;
    if (!this.nothing.hidden) show(this.nothing, this.whyNothing(isFiltered));
  }

  stateChips() {
    const { states, past } = this.about,
      chosen = this.route.params.state || "";
    const counts = this.app.counts(this.kind);
    return [
      states.map((state) =>
        h(
          "button",
          {
            type: "button",
            class: "chip",
            key: state,
            "aria-pressed": String(chosen === state),
            onclick: () => this.filter({ state: chosen === state ? "" : state }),
          },
          h("span", { class: `state ${lookOf(state)}` }, shape(lookOf(state))),
          words(state),
          counts[state] > 0 && h("span", { class: "number faint" }, count(counts[state])),
        ),
      ),
      past.length > 0 &&
        h(
          "button",
          {
            type: "button",
            class: "chip",
            key: "fold",
            "aria-pressed": String(this.isFolded()),
            title: "Shows only what has not ended",
            onclick: () => {
              this.app.settings.foldsPast = !this.app.settings.foldsPast;
              this.show(this.route);
            },
          },
          "Fold ended",
        ),
    ];
  }

  whyNothing(isFiltered) {
    if (this.problem)
      return h("div", { class: "note bad", key: "problem" }, h("strong", {}, "The service says: "), this.problem);
    if (!isFiltered || !this.app.counts(this.kind).total) return nextSteps(this.app, this.kind);
    const clear = () => {
      this.search.value = "";
      this.app.settings.foldsPast = false;
      go(link(this.about.view, this.route.key), true);
      this.show({ ...this.route, params: {} });
    };
    return h(
      "div",
      { class: "empty", key: "filtered" },
      h(
        "div",
        {},
        h("strong", {}, `No ${this.about.one} is like this`),
        h("p", {}, `There are ${manyOf(this.kind, this.app.counts(this.kind).total)} in all.`),
      ),
      button("Clear the filters", clear),
    );
  }

  // ---- keys

  key(key) {
    if (key === "j" || key === "ArrowDown") this.table.move(1);
    else if (key === "k" || key === "ArrowUp") this.table.move(-1);
    else if (key === "Home") this.table.goTo(0);
    else if (key === "End") this.table.goTo(this.table.count - 1);
    else if (key === "/") this.search.focus();
    else if (key === "Escape" && (this.route.params.text || this.route.params.state))
      this.filter({ text: "", state: "" });
    else return false;
    return true;
  }
}
