// SPDX-License-Identifier: Apache-2.0
// JSON as people read it: indented, coloured, and with JSON that stands inside a text unfolded.

import { h } from "./dom.js";
import { button, copy } from "./parts.js";

const MOST_DEPTH = 40;

/** The document of a text; undefined where it is none. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const inner = (text) => (/^\s*[[{]/.test(text) ? parsed(text) : undefined);

const part = (look, text) => h("span", { class: `json-${look}` }, text);

function printed(value, indent, depth) {
  if (typeof value === "string") {
    const document = inner(value);
    return document === undefined
      ? [part("text", JSON.stringify(value))]
      : [part("word", "text of "), ...printed(document, indent, depth)];
  }
  if (typeof value === "number") return [part("number", String(value))];
  if (value === null || typeof value !== "object") return [part("word", String(value))];
  const isList = Array.isArray(value),
    entries = Object.entries(value),
    [open, close] = isList ? "[]" : "{}";
  if (entries.length === 0) return [open + close];
  if (depth > MOST_DEPTH) return [`${open}…${close}`];
  const inside = `${indent}  `,
    out = [`${open}\n`];
  entries.forEach(([name, member], i) => {
    out.push(inside);
    if (!isList) out.push(part("name", JSON.stringify(name)), ": ");
    out.push(...printed(member, inside, depth + 1), i < entries.length - 1 ? ",\n" : "\n");
  });
  out.push(indent + close);
  return out;
}

/** A block that shows the JSON of this text, or the text itself where it is none, and copies it. */
export function prettyBlock(text, what, props = {}) {
  const document = parsed(text);
  return h(
    "div",
    { class: "code wrapped", key: what, ...props },
    h(
      "pre",
      { tabindex: "0", "aria-label": what },
      document === undefined ? h("bdi", {}, text) : printed(document, "", 0),
    ),
    button("Copy", () => copy(document === undefined ? text : JSON.stringify(document, null, 2), what), {
      "aria-label": `Copy ${what}`,
    }),
  );
}
