// SPDX-License-Identifier: Apache-2.0
// The search of a view, with the key that leads to it.

import { build, h } from "./dom.js";

export class SearchBox {
  /** onText(text) is called `typedMs` after the latest letter, onEnter() at Enter. */
  constructor({ placeholder, label, typedMs, onText, onEnter }) {
    this.onText = onText;
    this.input = build(
      h("input", {
        class: "input",
        type: "search",
        placeholder,
        "aria-label": label,
        autocomplete: "off",
        spellcheck: "false",
      }),
    );
    this.input.oninput = () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.tell(), typedMs);
    };
    this.input.onkeydown = (event) => {
      if (event.key === "Enter") onEnter();
    };
    this.element = build(h("div", { class: "search" }));
    this.element.append(this.input, build(h("kbd", { "aria-hidden": "true" }, "/")));
  }

  /** What was typed counts now. */
  tell() {
    clearTimeout(this.typing);
    this.onText(this.input.value.trim());
  }
}
