// SPDX-License-Identifier: Apache-2.0
// One line that leads anywhere (Ctrl K): views, what can be done, and whatever the service holds by a part of its name.

import { openDialog } from "./dialogs.js";
import { drawsSoon, h, show } from "./dom.js";
import { KINDS, placeOf } from "./kinds.js";
import { startMatchmaking } from "./matchmaking_actions.js";
import { badge } from "./parts.js";
import { jumpClock, resetService } from "./process_actions.js";
import { link } from "./router.js";
import { get } from "./service.js";
import { createGameSession, startPlacement } from "./session_actions.js";

const SEARCHED = [
  "game_sessions",
  "processes",
  "player_sessions",
  "tickets",
  "placements",
  "rule_sets",
  "configurations",
];
const OF_EACH = 4,
  TYPED_MS = 120;

const doings = (app) =>
  [
    ["Create a game session", () => createGameSession(app)],
    ["Start matchmaking", () => startMatchmaking(app)],
    ["Start a placement", () => startPlacement(app)],
    ["Jump the clock", jumpClock],
    ["Reset the service", resetService],
    ["Switch the theme", () => app.frame.switchTheme()],
  ].map(([text, run]) => ({ text, about: "do", run }));

const views = (app) =>
  app.frame.places().map(({ text, href }) => ({
    text,
    about: "view",
    run: () => {
      location.hash = href;
    },
  }));

async function things(text) {
  const found = await Promise.all(SEARCHED.map((kind) => get("list", { kind, text, limit: OF_EACH })));
  return found.flatMap(({ rows }, i) =>
    rows.map((row) => ({
      text: KINDS[SEARCHED[i]].name(row),
      about: KINDS[SEARCHED[i]].one,
      state: row.state,
      run: () => {
        location.hash = link(KINDS[SEARCHED[i]].view, placeOf(SEARCHED[i], row));
      },
    })),
  );
}

export class Palette {
  constructor(app) {
    Object.assign(this, { app, all: [...views(app), ...doings(app)], things: [], at: 0 });
    this.dialog = openDialog(
      h(
        "div",
        { class: "palette" },
        h("input", {
          class: "input",
          "aria-label": "Where to, or what",
          placeholder: "Where to, or what? A view, an action, a part of a name",
          role: "combobox",
          "aria-expanded": "true",
          "aria-controls": "palette-list",
          "aria-autocomplete": "list",
          autocomplete: "off",
          spellcheck: "false",
        }),
        h("ul", { id: "palette-list", role: "listbox", "aria-label": "Found" }),
      ),
      { "aria-labelledby": null, "aria-label": "Go anywhere", class: "palette-dialog" },
    );
    this.input = this.dialog.querySelector("input");
    this.list = this.dialog.querySelector("ul");
    this.draw = drawsSoon(() => this.drawNow());
    this.input.oninput = () => this.typed();
    this.input.onkeydown = (event) => this.press(event);
    this.drawNow();
  }

  typed() {
    this.at = 0;
    this.things = [];
    this.draw();
    clearTimeout(this.typing);
    const text = this.input.value.trim();
    if (text) this.typing = setTimeout(() => this.search(text), TYPED_MS);
  }

  async search(text) {
    try {
      const found = await things(text);
      if (this.input.value.trim() === text) this.things = found;
    } catch {
      /* what does not answer is said at the top of the page */
    }
    this.draw();
  }

  found() {
    const wanted = this.input.value.trim().toLowerCase();
    return [...this.all.filter(({ text }) => text.toLowerCase().includes(wanted)), ...this.things];
  }

  press(event) {
    const found = this.found();
    if (event.key === "ArrowDown") this.at = Math.min(found.length - 1, this.at + 1);
    else if (event.key === "ArrowUp") this.at = Math.max(0, this.at - 1);
    else if (event.key === "Enter" && found[this.at]) this.take(found[this.at]);
    else return;
    event.preventDefault();
    this.draw();
  }

  take(one) {
    this.dialog.close();
    one.run();
  }

  drawNow() {
    const found = this.found();
    show(
      this.list,
      found.map((one, i) =>
        h(
          "li",
          {
            key: i,
            id: `palette-${i}`,
            role: "option",
            "aria-selected": String(i === this.at),
            onclick: () => this.take(one),
          },
          one.state && badge(one.state),
          h("bdi", { class: "cut", title: one.text }, one.text),
          h("span", { class: "spacer" }),
          h("span", { class: "muted small" }, one.about),
        ),
      ),
      found.length === 0 &&
        h("li", { key: "none", role: "option", "aria-selected": "false", class: "muted" }, "Nothing is called so."),
    );
    this.input.setAttribute("aria-activedescendant", found.length ? `palette-${this.at}` : "");
    this.list.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }
}
