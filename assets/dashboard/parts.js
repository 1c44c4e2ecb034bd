// SPDX-License-Identifier: Apache-2.0
// The small parts that views are made of.

import { h } from "./dom.js";
import { link } from "./router.js";
import { short, words } from "./text.js";

export const shape = (look) =>
  h("svg:svg", { class: `shape ${look}`, "aria-hidden": "true" }, h("svg:use", { href: `#shape-${look}` }));

// What each state looks like; shape and word say the same as the colour.
const LOOKS = {
  live: ["ACTIVE", "HOSTING", "FULFILLED", "SUCCEEDED", "RUNNING"],
  wait: ["READY", "CONNECTED", "QUEUED", "SEARCHING", "RESERVED", "PENDING"],
  move: ["ACTIVATING", "ENDING", "TERMINATING", "PLACING", "REQUIRES_ACCEPTANCE", "DELETING"],
  bad: ["ERROR", "FAILED", "TIMED_OUT", "TIMEDOUT", "CRASHED", "UNHEALTHY"],
  over: ["GONE", "TERMINATED", "COMPLETED", "CANCELLED", "DONE"],
};
const lookOfState = new Map(Object.entries(LOOKS).flatMap(([look, states]) => states.map((state) => [state, look])));

export const lookOf = (state) => lookOfState.get(state) || "over";
export const badge = (state, look = lookOf(state), text = words(state)) =>
  h("span", { class: `state ${look}` }, shape(look), h("span", { class: "cut" }, text));

/** A name that somebody chose: cut where it is too long, and its direction stays its own. */
export const name = (text, props) => h("bdi", { class: "cut", title: text, ...props }, text);

export const linkTo = (view, key, text = short(key)) =>
  !key ? null : h("a", { class: "id", href: link(view, key), title: key }, h("bdi", {}, text));

export const id = (full, text = short(full)) =>
  !full
    ? null
    : h(
        "button",
        { type: "button", class: "id cut", title: `${full}\nclick to copy`, onclick: () => copy(full, text) },
        h("bdi", {}, text),
      );

export const button = (text, onclick, props = {}) =>
  h("button", { type: "button", class: "button", ...props, onclick }, text);

export const codeBlock = (text, what, props = {}) =>
  h(
    "div",
    { class: "code", key: what, ...props },
    h("pre", { tabindex: "0", "aria-label": what }, text),
    button("Copy", () => copy(text, what), { "aria-label": `Copy ${what}` }),
  );

/** Says that there is nothing, and what to do next. */
export const empty = (headline, sentence, ...more) =>
  h("div", { class: "empty", key: "empty" }, h("div", {}, h("strong", {}, headline), h("p", {}, sentence)), more);

export const facts = (pairs) =>
  h(
    "dl",
    { class: "facts" },
    pairs
      .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
      .map(([term, value]) => [h("dt", { key: `t${term}` }, term), h("dd", { key: `d${term}` }, value)]),
  );

export const meter = (share, look) =>
  h(
    "span",
    { class: `meter ${look}`, "aria-hidden": "true" },
    h("i", { style: { width: `${(Math.max(0, Math.min(1, share)) * 100).toFixed(1)}%` } }),
  );

// ---- a word in passing

let toastTimer;

export function toast(text) {
  const element = document.getElementById("toast");
  element.textContent = text;
  element.className = "shown";
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    element.className = "";
  }, 3200);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    toast(`Copied ${what}`);
  } catch {
    toast("The browser does not let this page copy.");
  }
}
