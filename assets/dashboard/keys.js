// SPDX-License-Identifier: Apache-2.0
// The keyboard: keys of the view, "g" and a letter to go somewhere, and the page's own. "?" tells them all.

import { h } from "./dom.js";
import { openDialog } from "./dialogs.js";
import { Palette } from "./palette.js";

const WAIT_MS = 1200;

const isTyping = (target) => target.closest?.("input:not([type=checkbox]):not([type=range]), textarea, select");

export class Keys {
  /** places: [{ letter, text, href }]. page: { key: { text, run } }. view() is what is open. */
  constructor(app, places, page, view) {
    Object.assign(this, { app, places, page, view, goes: 0 });
    addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.key === "k" && (event.ctrlKey || event.metaKey) && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      this.palette();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (this.take(event.key)) event.preventDefault();
  }

  take(key) {
    if (Date.now() < this.goes) {
      this.goes = 0;
      const place = this.places.find(({ letter }) => letter === key);
      if (place) location.hash = place.href;
      return Boolean(place);
    }
    if (key === "g") {
      this.goes = Date.now() + WAIT_MS;
      return true;
    }
    if (key === "?") {
      this.help();
      return true;
    }
    if (this.page[key]?.run()) return true;
    return Boolean(this.view()?.key?.(key));
  }

  palette() {
    return new Palette(this.app);
  }

  help() {
    const row = (keys, text) =>
      h(
        "div",
        { key: text },
        h("dt", {}, text),
        h(
          "dd",
          {},
          keys.map((key) => [h("kbd", { key }, key), " "]),
        ),
      );
    const dialog = openDialog(
      h(
        "form",
        { method: "dialog" },
        h("div", { class: "dialog-head" }, h("h2", { id: "dialog-title" }, "Keys")),
        h(
          "div",
          { class: "fields" },
          h(
            "dl",
            { class: "keys" },
            row(["j", "k"], "Next, previous row"),
            row(["Enter"], "Open the row"),
            row(["/"], "Search"),
            row(["Ctrl", "k"], "Go anywhere, do anything"),
            row(["Esc"], "Close, or clear the filters"),
            row(["?"], "This help"),
            Object.entries(this.page)
              .filter(([, { text }]) => text)
              .map(([key, { text }]) => row([key], text)),
            this.places.map(({ letter, text }) => row(["g", letter], text)),
          ),
        ),
        h("div", { class: "dialog-foot" }, h("button", { class: "button primary" }, "Close")),
      ),
    );
    dialog.classList.add("help");
  }
}
