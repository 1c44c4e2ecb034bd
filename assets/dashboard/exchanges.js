// SPDX-License-Identifier: Apache-2.0
// Messages as exchanges: a request and its answer are one row. Pure.

import { shortened } from "./text.js";

/** An exchange: { serial, first, answer }; `first` is what came first, be it the answer of a request unknown here. */
export class Exchanges {
  constructor() {
    this.clear();
  }

  clear() {
    this.list = [];
    this.ofSerial = new Map();
  }

  /** Takes entries in the order of their serials. */
  add(entries) {
    for (const entry of entries) {
      const request = entry.pair > 0 && this.ofSerial.get(entry.pair);
      if (request && !request.answer) {
        request.answer = entry;
        this.ofSerial.set(entry.serial, request);
      } else if (!this.ofSerial.has(entry.serial)) {
        const exchange = { serial: entry.serial, first: entry, answer: null };
        this.list.push(exchange);
        this.ofSerial.set(entry.serial, exchange);
      }
    }
  }

  /** Older ones, before all that are known. */
  addBefore(entries) {
    const known = this.list
      .flatMap((exchange) => [exchange.first, exchange.answer])
      .filter(Boolean)
      .sort((a, b) => a.serial - b.serial);
    this.clear();
    this.add(entries);
    this.add(known);
  }

  trim(most) {
    for (const exchange of this.list.splice(0, Math.max(0, this.list.length - most))) {
      this.ofSerial.delete(exchange.serial);
      if (exchange.answer) this.ofSerial.delete(exchange.answer.serial);
    }
  }
}

export const statusOf = ({ first, answer }) => answer?.status || first.status || 0;
export const isRefused = (exchange) => statusOf(exchange) >= 400;
export const tookOf = ({ first, answer }) => answer?.took_us ?? first.took_us;

// What the other columns tell already.
const TOLD = new Set(["Action", "RequestId", "StatusCode", "Message", "__type"]);
const MOST = 300;

function gistOf(text) {
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    return text;
  }
  if (document === null || typeof document !== "object") return text;
  const told = Object.entries(document).filter(([name]) => !TOLD.has(name));
  return told
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join("  ");
}

/** The text that says most in one line, with its ids cut; of a refusal its sentence. */
export function gist(exchange) {
  const { first, answer } = exchange;
  if (exchange.gist === undefined || exchange.gistOf !== answer) {
    const refusal = statusOf(exchange) >= 400 && answer && /"(?:Error)?Message":"((?:[^"\\]|\\.)*)"/i.exec(answer.text);
    exchange.gist = shortened(refusal ? refusal[1] : gistOf(first.text || answer?.text || "")).slice(0, MOST);
    exchange.gistOf = answer;
  }
  return exchange.gist;
}
