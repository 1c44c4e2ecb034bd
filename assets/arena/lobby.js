// SPDX-License-Identifier: Apache-2.0
// The lobby screen: a name, Play, the ticket's progress, what went wrong, what just happened.

import * as api from "./api.js";
import { showInvitation } from "./invitation.js";

const POLL_MS = 400;
const STATUS_MS = 2500;
const ORDER = ["QUEUED", "SEARCHING", "PLACING", "COMPLETED"];
const FAILURES = {
  FAILED: "No match: the service could not place one.",
  TIMED_OUT: "No match in time: there were not enough players.",
  CANCELLED: "The ticket was cancelled.",
};

// The calls of one life in the arena, who makes them, and what they are for.
const STORY = [
  ["StartMatchmaking", "The lobby asks GameLift for a match on your behalf."],
  ["DescribeMatchmaking", "Your ticket: queued, searching, placing."],
  ["CreateGameSession", "A session on a server that is ready, or a backfilled seat in one that runs."],
  ["AcceptPlayerSession", "The server checks your player session: reserved becomes accepted."],
  ["RemovePlayerSession", "You leave; your seat is free for the next player."],
  ["ProcessEnding", "The match ends; the server process goes, a fresh one takes its place."],
];

// One of them is suggested: whoever just wants to play need not think of a name.
const NAMES = ["ada", "ben", "ida", "jon", "kim", "lea", "max", "mia", "noa", "ole", "pia", "tom", "uma", "zoe"];

const $ = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const seconds = (value) => `${value.toFixed(1)} s`;

export class Lobby {
  /** onMatch(connection, name) is called with the ticket's connection. */
  constructor(onMatch) {
    this.onMatch = onMatch;
    this.ticket = null; // { id, status }
    this.error = null;
    this.tell();
    $("name").placeholder = NAMES[Math.floor(Math.random() * NAMES.length)];
    $("name").value = localStorage.getItem("arena.name") || "";
    $("play-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.play();
    });
    $("cancel").addEventListener("click", () => this.cancel());
    $("retry").addEventListener("click", () => this.play());
    this.watchService();
    showInvitation($("invitation"));
    addEventListener("hashchange", () => showInvitation($("invitation")));
  }

  // ---- a ticket, from Play to the match

  async play() {
    if (this.ticket) return;
    const name = $("name").value.trim() || $("name").placeholder;
    this.showError(null);
    localStorage.setItem("arena.name", name);
    this.ticket = { id: null, status: "QUEUED", cancelled: false };
    this.started = performance.now();
    this.startStory();
    this.showTicket({ status: "QUEUED", waited_s: 0, why: "Asking for a match." });
    try {
      await this.follow(this.ticket, name);
    } catch (error) {
      this.ticket = null;
      this.storyFailed();
      this.showTicket(null);
      this.showError(error.message);
    }
  }

  async follow(ticket, name) {
    ticket.id = (await api.play(name)).ticket_id;
    this.done("StartMatchmaking", `ticket ${ticket.id.slice(0, 8)}`);
    while (!ticket.cancelled) {
      const answer = await api.ticket(ticket.id);
      ticket.status = answer.status;
      this.showTicket(answer);
      this.tellStatus(answer);
      if (answer.connection) {
        this.ticket = null;
        this.onMatch(answer.connection, name);
        return;
      }
      if (FAILURES[answer.status] && !ticket.cancelled) {
        throw new Error([FAILURES[answer.status], answer.status_reason].filter(Boolean).join(" "));
      }
      await sleep(POLL_MS);
    }
  }

  async cancel() {
    const ticket = this.ticket;
    if (!ticket) return;
    ticket.cancelled = true;
    this.ticket = null;
    this.showTicket(null);
    $("name").focus();
    try {
      if (ticket.id) await api.cancel(ticket.id);
    } catch (error) {
      this.showError(error.message);
    }
  }

  // ---- what is shown

  showTicket(answer) {
    $("ticket").hidden = !answer;
    $("play-form").hidden = Boolean(answer);
    if (!answer) return;
    $("result").hidden = true;
    $("ticket-status").textContent = answer.status;
    $("ticket-time").textContent = seconds(answer.waited_s);
    $("ticket-why").textContent = answer.why || answer.status_reason || "";
    const now = ORDER.indexOf(answer.status);
    document.querySelectorAll("#ticket .steps li").forEach((item, index) => {
      item.className = index < now || now === ORDER.length - 1 ? "done" : index === now ? "now" : "";
    });
  }

  showError(sentence) {
    this.error = sentence;
    $("error").hidden = !sentence;
    $("error-text").textContent = sentence || "";
    $("name").toggleAttribute("aria-invalid", Boolean(sentence));
  }

  /** Back from a match: what came of it, in a title and a sentence, and whether that is an error. */
  comeBack({ title, text, failed }) {
    this.showTicket(null);
    this.showError(failed ? title : null);
    if (failed) this.storyFailed();
    else this.endStory();
    $("result").hidden = failed;
    $("result-title").textContent = title;
    $("result-text").textContent = text;
    $("play").focus();
    this.watchService();
  }

  async watchService() {
    if (this.watching) return;
    this.watching = true;
    while (document.body.dataset.screen === "lobby") {
      let ok = false, text, dashboard;
      try {
        const status = await api.status();
        ok = status.service === "ok";
        text = ok ? describe(status) : status.service;
        dashboard = ok && status.dashboard;
      } catch (error) {
        text = error.message;
      }
      $("service").dataset.ok = ok;
      $("service").textContent = text;
      this.showDashboard(dashboard);
      await sleep(STATUS_MS);
    }
    this.watching = false;
  }

  showDashboard(url) {
    $("dashboard").hidden = !url;
    if (url) $("dashboard").querySelector("a").href = url;
  }

  // ---- what just happened

  tell() {
    $("story").replaceChildren(...STORY.map(([call, text]) => {
      const item = document.createElement("li");
      const code = document.createElement("code"), line = document.createElement("span");
      code.textContent = call;
      line.textContent = text;
      item.dataset.call = call;
      item.append(code, line);
      return item;
    }));
  }

  startStory() {
    this.tell();
    $("story-title").textContent = "What happens now";
  }

  /** A call was made; `text` replaces the explanation. */
  done(call, text) {
    const item = document.querySelector(`#story [data-call="${call}"]`);
    if (!item) return;
    if (text) item.querySelector("span").textContent = text;
    if (item.dataset.done === "true") return;
    item.dataset.done = "true";
    const time = document.createElement("time");
    time.textContent = seconds((performance.now() - this.started) / 1000);
    item.append(time);
  }

  /** Nobody here knows whether this call was made; what comes after it has no meaning any more. */
  lost(call, text) {
    const items = [...document.querySelectorAll("#story li")];
    const at = items.findIndex((item) => item.dataset.call === call);
    items[at].querySelector("span").textContent = text;
    items[at].dataset.done = "failed";
    for (const item of items.slice(at + 1)) item.remove();
  }

  /** It was another call than expected. */
  instead(call, other, text) {
    const item = document.querySelector(`#story [data-call="${call}"]`);
    if (!item) return;
    item.querySelector("code").textContent = other;
    item.querySelector("span").textContent = text;
  }

  tellStatus(answer) {
    if (answer.status !== "QUEUED") this.done("DescribeMatchmaking", `the ticket is ${answer.status}`);
    if (answer.connection) {
      this.done("CreateGameSession", `${answer.connection.player_session_id.slice(0, 14)} is reserved for you`);
    }
  }

  /** The strip becomes a report. */
  endStory() {
    $("story-title").textContent = "What just happened";
  }

  storyFailed() {
    this.endStory();
    if (document.querySelector('#story li[data-done="failed"]')) return;
    const item = document.querySelector('#story li:not([data-done="true"])');
    if (item) item.dataset.done = "failed";
  }
}

function describe(status) {
  if (status.ready_servers === undefined) return "The service answers.";
  const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const sessions = status.sessions || [];
  const servers = plural(status.ready_servers, "server") + " ready";
  if (!sessions.length) return servers;
  const matches = sessions.length === 1 ? "a match" : `${sessions.length} matches`;
  const filled = sessions.map((session) => `${session.players} of ${session.max}`).join(" and ");
  return `${servers}, ${matches} with ${filled} players`;
}
