// SPDX-License-Identifier: Apache-2.0
// The one WebSocket of the page. A subscription gets a whole document first and changes after it; here they become
// one document again, whole at any time. When the connection is lost it is dialled again, and everything is asked
// for anew.

import { liveUrl } from "./service.js";

const FIRST_DELAY_MS = 400,
  MOST_DELAY_MS = 5000,
  MOST_SUBSCRIPTIONS = 64,
  MOST_MESSAGES = 10000;

function mergeList(document, change) {
  const rows = new Map(document.rows.map((row) => [row.key, row]));
  for (const row of change.rows || []) rows.set(row.key, row);
  const keys = change.keys || document.rows.map((row) => row.key);
  return {
    ...document,
    total: change.total ?? document.total,
    rows: keys.map((key) => rows.get(key)).filter(Boolean),
  };
}

function mergeMessages(document, change) {
  const messages = document.messages.concat(change.messages || []);
  return {
    ...document,
    messages: messages.length > MOST_MESSAGES ? messages.slice(-MOST_MESSAGES) : messages,
  };
}

/** The document after a change; pure. */
export function merged(what, document, change) {
  const { id: _number, ...members } = change;
  if (what === "list") return mergeList(document, members);
  if (what === "messages") return mergeMessages(document, members);
  if (what !== "detail") return { ...document, ...members };
  const history = (document.history || []).concat(members.history || []);
  return { ...document, row: members.row ? { ...document.row, ...members.row } : document.row, history };
}

export class Live {
  /** onState("open" | "lost") */
  constructor(onState) {
    this.onState = onState;
    this.subscriptions = new Map(); // number -> { wish, document, onDocument, onError }
    this.delayMs = FIRST_DELAY_MS;
    this.received = { bytes: 0, messages: 0 };
    this.dial();
  }

  dial() {
    this.socket = new WebSocket(liveUrl());
    this.socket.onopen = () => {
      this.delayMs = FIRST_DELAY_MS;
      this.onState("open");
      for (const number of this.subscriptions.keys()) this.ask(number);
    };
    this.socket.onmessage = (event) => this.take(event.data);
    this.socket.onclose = () => {
      this.onState("lost");
      setTimeout(() => this.dial(), this.delayMs * (0.5 + Math.random() / 2));
      this.delayMs = Math.min(MOST_DELAY_MS, this.delayMs * 2);
    };
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Whether everything that was asked has been answered. */
  isSettled() {
    return [...this.subscriptions.values()].every((subscription) => subscription.isAnswered);
  }

  ask(number) {
    this.subscriptions.get(number).isAnswered = false;
    this.send({ subscribe: number, ...this.subscriptions.get(number).wish });
  }

  take(text) {
    const message = JSON.parse(text);
    this.received.bytes += text.length;
    this.received.messages += 1;
    const subscription = this.subscriptions.get(message.id);
    if (!subscription) return; // it was closed while this was on its way
    if (message.error || message.whole) subscription.isAnswered = true;
    if (message.error) {
      subscription.onError?.(message.error);
    } else if (message.whole) {
      const { id, whole, ...document } = message;
      subscription.document = document;
      subscription.onDocument(document, null);
    } else if (subscription.document) {
      subscription.document = merged(subscription.wish.what, subscription.document, message);
      subscription.onDocument(subscription.document, message);
    }
  }

  /** onDocument(document, change or null) is called with each news. The result has change(wish) and close(). */
  subscribe(wish, onDocument, onError) {
    let number = 1;
    while (this.subscriptions.has(number)) number += 1;
    if (number > MOST_SUBSCRIPTIONS) throw new Error("The page has too many subscriptions.");
    this.subscriptions.set(number, { wish, document: null, onDocument, onError });
    this.ask(number);
    return {
      change: (other) => {
        this.subscriptions.get(number).wish = other;
        this.ask(number);
      },
      close: () => {
        if (!this.subscriptions.delete(number)) return;
        this.send({ unsubscribe: number });
      },
    };
  }
}
