// SPDX-License-Identifier: Apache-2.0
// What happened to one thing, newest first, on one line of time. Heartbeats in a row are told as one.

import { h } from "./dom.js";
import { shape } from "./parts.js";
import { link } from "./router.js";
import { clockTime, dateTime, plural, shortened, words } from "./text.js";

const DRAWN = 300;
const isBeat = (entry) => /heartbeat/i.test(entry.what);
const isBad = (entry) =>
  /crash|fail|error|not healthy|unhealthy|refus|time-?d? ?out|lost|reject|interrupt|not come/i.test(
    `${entry.what} ${entry.text || ""}`,
  );
const isGood = (entry) => /^(active|ready|hosting|connected|completed|fulfilled|accepted|created)/i.test(entry.what);

/** [entry or [entries]]: runs of like heartbeats together. */
export function folded(history) {
  const out = [];
  for (const entry of history) {
    const last = out[out.length - 1];
    if (isBeat(entry) && Array.isArray(last) && isBad(last[0]) === isBad(entry)) last.push(entry);
    else out.push(isBeat(entry) ? [entry] : entry);
  }
  return out;
}

const time = (unixMs) => h("time", { title: dateTime(unixMs) }, clockTime(unixMs));

const sentence = (entry) =>
  h(
    "span",
    { class: "what" },
    h("b", {}, words(entry.what)),
    entry.text && [" ", h("span", { title: entry.text }, h("bdi", {}, shortened(entry.text)))],
    entry.serial > 0 && [
      " ",
      h("a", { href: link("messages", String(entry.serial)), title: `message ${entry.serial}` }, `#${entry.serial}`),
    ],
  );

function lineOf(entry, key) {
  const look = isBad(entry) ? "bad" : isGood(entry) ? "live" : "over";
  return h("li", { key }, time(entry.unix_ms), shape(look), sentence(entry));
}

function lineOfBeats(beats, key) {
  if (beats.length === 1) return lineOf(beats[0], key);
  const newest = beats[beats.length - 1],
    bad = isBad(newest);
  return h(
    "li",
    { key },
    time(newest.unix_ms),
    shape(bad ? "bad" : "good"),
    h(
      "details",
      { class: "what" },
      h(
        "summary",
        {},
        h("b", {}, plural(beats.length, "heartbeat")),
        h("span", {}, ` since ${clockTime(beats[0].unix_ms)}${bad ? ", not healthy" : ", each answered"}`),
      ),
      h(
        "ol",
        {},
        beats
          .slice(-60)
          .reverse()
          .map((beat) =>
            h(
              "li",
              { key: `${beat.unix_ms} ${beat.serial}` },
              time(beat.unix_ms),
              shape(bad ? "bad" : "good"),
              sentence(beat),
            ),
          ),
      ),
    ),
  );
}

export function timeLine(history) {
  if (!history.length) return h("p", { class: "muted" }, "Nothing is known of its past.");
  const lines = folded(history),
    shown = lines.slice(-DRAWN);
  return h(
    "ol",
    { class: "time-line" },
    shown
      .map((line, i) => [
        Array.isArray(line)
          ? lineOfBeats(line, lines.length - shown.length + i)
          : lineOf(line, lines.length - shown.length + i),
      ])
      .reverse(),
    lines.length > DRAWN &&
      h("li", { key: "more" }, h("time", {}, "earlier"), shape("over"), `and ${lines.length - DRAWN} more`),
  );
}

/** The latest heartbeats of a process as a strip of bars. */
export function beats(history) {
  const all = history.filter(isBeat).slice(-56);
  if (all.length === 0) return null;
  const bad = all.filter(isBad).length;
  return h(
    "div",
    { class: "beats", role: "img", "aria-label": `${plural(all.length, "heartbeat")}, ${bad} of them not healthy` },
    all.map((beat, i) =>
      h("i", {
        key: all.length - i,
        class: isBad(beat) ? "bad" : "live",
        title: `${clockTime(beat.unix_ms)} ${beat.text || beat.what}`,
      }),
    ),
  );
}
