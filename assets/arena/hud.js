// SPDX-License-Identifier: Apache-2.0
// The game's frame: GameLift's view of the session, the clock, events, the player's own state. DOM only, changed
// only where something changed.

import { ABSENT, TONES } from "./protocol.js";
import { colourOf } from "./world.js";

const $ = (id) => document.getElementById(id);
const LINE_MS = 9000;
const MOST_NOTICES = 6;
const MOST_KILLS = 4;
const FOUND_S = 4; // "late player joined" stays so long

const PANELS = ["gamelift", "clock", "feed", "own", "stats"];
const SHIP_PX = 18; // about the half of one

const MOST_ROUNDS = 5; // in the table of scores, the last ones
const POWERS = [[8, "rapid fire"], [16, "triple shot"]];

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(tag, className, text) {
  const one = document.createElement(tag);
  if (className) one.className = className;
  if (text !== undefined) one.textContent = text;
  return one;
}

/** A line that stays for a while. */
function feed(list, line, most) {
  list.append(line);
  while (list.children.length > most) list.firstElementChild.remove();
  setTimeout(() => line.classList.add("gone"), LINE_MS);
  setTimeout(() => line.remove(), LINE_MS + 700);
}

/** "arn:…/gsess-1234abcd-…" -> "gsess-1234…"; short ones stay. */
function shortId(id) {
  const last = id.split("/").pop();
  return last.length > 16 ? `${last.slice(0, 14)}…` : last;
}

export class Hud {
  constructor() {
    this.foundAt = -Infinity;
    for (const id of ["session-id", "player-session-id"]) $(id).addEventListener("click", () => copy($(id)));
    $("panel-toggle").addEventListener("click", () => this.fold($("gamelift").dataset.folded !== "true"));
    this.fold(matchMedia("(max-width: 980px)").matches); // as in hud.css
  }

  fold(folded) {
    $("gamelift").dataset.folded = folded;
    $("panel-toggle").textContent = folded ? "show" : "hide";
    $("panel-toggle").setAttribute("aria-expanded", String(!folded));
  }

  begin() {
    for (const id of ["notices", "kills"]) $(id).replaceChildren();
    for (const id of ["scores", "banner", "announcement"]) $(id).hidden = true;
    delete $("hud").dataset.scores;
  }

  showIds(welcome) {
    for (const [id, value] of [["session-id", welcome.session], ["player-session-id", welcome.player_session]]) {
      $(id).textContent = shortId(value);
      $(id).title = `${value} (click copies)`;
      $(id).dataset.full = value;
    }
  }

  // ---- GameLift

  showSeats(world) {
    const kills = new Map(world.players().map((player) => [player.ship, player.kills]));
    const rank = { accepted: 0, reserved: 1, left: 2 };
    const seats = [...world.seats].sort((a, b) => rank[a.state] - rank[b.state]
      || (kills.get(b.ship) ?? 0) - (kills.get(a.ship) ?? 0));
    const key = JSON.stringify([seats, [...kills], world.me, world.welcome?.max_players]);
    if (key === this.seatsShown) return;
    this.seatsShown = key;
    const mine = (seat) => seat.ship !== 0 && seat.ship === world.me;
    $("seats").replaceChildren(...seats.map((seat) => seatRow(seat, kills.get(seat.ship), mine(seat))));
    this.showPips(seats, world.welcome?.max_players ?? 0);
  }

  showPips(seats, most) {
    const taken = seats.filter((seat) => seat.state !== "left");
    $("pips").replaceChildren(...Array.from({ length: most }, (_, index) => {
      const pip = element("i");
      pip.dataset.state = taken[index]?.state ?? "open";
      return pip;
    }));
    const accepted = taken.filter((seat) => seat.state === "accepted").length;
    $("pips").setAttribute("aria-label", `${accepted} of ${most} seats accepted, ${taken.length - accepted} reserved`);
  }

  lateJoin(now) {
    this.foundAt = now;
  }

  showService(world, now) {
    const { state, text } = describeService(world, now, now - this.foundAt < FOUND_S);
    $("backfill").dataset.state = state;
    setText($("backfill").lastElementChild, text);
    const draining = world.service?.draining;
    $("banner").hidden = !draining || world.phase === "over";
    if (draining) {
      const left = Math.max(0, world.service.left - (now - world.serviceAt));
      setText($("banner"), `This session is being ended: ${Math.ceil(left)} s left.`);
    }
  }

  // ---- events

  notice({ tone, call, text }) {
    const line = element("p");
    line.dataset.tone = TONES[tone] ?? "info";
    if (call) line.append(element("span", "call", call));
    line.append(text);
    feed($("notices"), line, MOST_NOTICES);
  }

  kill(killer, victim) {
    const line = element("p", "kill");
    const parts = [[killer?.name ?? "the arena", killer?.colour], [" ✕ "], [victim.name, victim.colour]];
    for (const [part, colour] of parts) {
      const name = element(colour ? "b" : "span", "", part);
      if (colour) name.style.color = colour;
      line.append(name);
    }
    feed($("kills"), line, MOST_KILLS);
  }

  /** Somebody has destroyed many others without being destroyed. */
  streak(player, count) {
    feed($("kills"), element("p", "kill streak", `${player.name}: ${count} in a row`), MOST_KILLS);
  }

  announce(text, detail = "", seconds = 1.2) {
    const box = $("announcement");
    box.hidden = false;
    box.firstElementChild.textContent = text;
    box.lastElementChild.textContent = detail;
    clearTimeout(this.announcing);
    this.announcing = setTimeout(() => { box.hidden = true; }, seconds * 1000);
  }

  // ---- what lies over the floor

  /** Where ships are on the screen: a panel that covers one can be seen through. */
  seeThrough(places) {
    for (const id of PANELS) {
      const box = $(id).getBoundingClientRect();
      const covers = places.some(({ x, y }) => x > box.left - SHIP_PX && x < box.right + SHIP_PX
        && y > box.top - SHIP_PX && y < box.bottom + SHIP_PX);
      if ($(id).hasAttribute("data-covers") !== covers) $(id).toggleAttribute("data-covers", covers);
    }
  }

  // ---- the match

  showClock(world) {
    const { shared } = world;
    if (!shared) return;
    const texts = {
      waiting: "waiting for players", countdown: "get ready", playing: `round ${shared.round} of ${shared.rounds}`,
      results: `round ${shared.round} is over`, over: "match over",
    };
    setText($("phase"), texts[world.phase]);
    const left = Math.ceil(shared.left), playing = world.phase === "playing";
    const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    setText($("time"), world.phase === "waiting" ? "–" : clock);
    $("time").classList.toggle("soon", playing && left <= 10);
    // At the end the table says it, also of those who have left since.
    const standing = playing && world.standing();
    setText($("standing"), standing ? `place ${standing.place} of ${standing.of}` : "");
  }

  showOwn(world, ship) {
    const { own, welcome } = world;
    if (!own || !welcome) return;
    const health = ship ? ship.health : 0;
    $("health").style.transform = `scaleX(${health / 100})`;
    $("health").dataset.low = health < 35;
    setText($("health-text"), ship ? String(health) : `back in ${own.respawn_left.toFixed(1)} s`);
    const ready = 1 - Math.min(1, (world.predicted?.dash_wait ?? own.dash_wait) / welcome.dash_cooldown);
    $("dash").style.transform = `scaleX(${ready})`;
    $("dash").dataset.ready = ready === 1;
    const power = ship && POWERS.find(([flag]) => ship.flags & flag);
    $("power").hidden = !power;
    if (power) setText($("power"), `${power[1]} ${own.power_left.toFixed(1)} s`);
  }

  showScores(world) {
    const { scores, phase } = world;
    const visible = Boolean(scores) && (phase === "results" || phase === "over");
    if (visible && this.scoresShown !== scores) {
      this.scoresShown = scores;
      $("scores-title").textContent = scores.final ? "Match over" : `Round ${scores.round} of ${scores.rounds}`;
      setText($("scores-rule"), scores.rounds > 1 ? "Whoever wins most rounds wins the match; kills decide a tie." : "");
      const rounds = shownRounds(scores);
      $("score-head").replaceChildren(scoreHead(rounds));
      $("score-rows").replaceChildren(...scores.rows.map((row, index) => scoreRow(row, index, rounds, row.ship === world.me)));
    }
    $("scores").hidden = !visible;
    $("hud").toggleAttribute("data-scores", visible);
    if (!visible) return;
    $("announcement").hidden = true;
    const left = Math.ceil(world.shared.left);
    setText($("scores-next"), scores.final ? `Back to the lobby in ${left} s.` : `The next round begins in ${left} s.`);
  }

  showFigures(connection, world, fps) {
    const ms = connection.roundTripMs;
    setText($("rtt"), ms === null ? "–" : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`);
    setText($("tick"), world.shared ? `${(world.shared.tick_us / 1000).toFixed(2)} ms` : "–");
    setText($("snapshots"), `${Math.round(connection.snapshotsPerSecond)} /s`);
    setText($("fps"), `${Math.round(fps)} /s`);
  }
}

function describeService(world, now, found) {
  const { service } = world, plural = service?.wanted === 1 ? "" : "s";
  if (service?.draining) return { state: "draining", text: "draining: ProcessEnding follows" };
  if (found) return { state: "found", text: "late player joined" };
  if (service?.state === "searching") {
    const seconds = Math.floor(service.elapsed + now - world.serviceAt);
    return { state: "searching", text: `searching for ${service.wanted} player${plural} … ${seconds} s` };
  }
  if (service?.state === "idle") {
    return { state: "idle", text: `${service.wanted} open seat${plural}` };
  }
  return { state: "closed", text: "no open seats" };
}

function seatRow(seat, kills, mine) {
  const row = element("li", mine ? "me" : "");
  row.dataset.state = seat.state;
  const swatch = element("span", "swatch");
  if (seat.ship) swatch.style.background = colourOf(seat.ship);
  const who = element("span", "who", seat.name);
  if (seat.bot) who.append(element("span", "bot", "bot"));
  row.append(swatch, who);
  if (kills !== undefined) row.append(element("span", "kills number", String(kills)));
  row.append(element("span", "state", seat.state));
  return row;
}

/** Numbers of the rounds that have a column, also of those to come. */
function shownRounds({ round, rounds }) {
  const last = Math.max(round, Math.min(rounds, MOST_ROUNDS)), first = Math.max(1, last - MOST_ROUNDS + 1);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function scoreHead(rounds) {
  const line = element("tr");
  for (const text of ["#", "Player", ...rounds.map((round) => `R${round}`), "Deaths", "Won"]) {
    const cell = element("th", "", text);
    cell.scope = "col";
    line.append(cell);
  }
  return line;
}

function scoreRow(row, index, rounds, mine) {
  const line = element("tr", mine ? "me" : "");
  const name = element("td"), swatch = element("i");
  swatch.style.background = colourOf(row.ship);
  name.append(swatch, row.name);
  const kills = rounds.map((round) => row.past[round - 1]?.kills).map((count) => (count === ABSENT ? "–" : count ?? ""));
  line.append(element("td", "", String(index + 1)), name);
  for (const value of [...kills, row.deaths, row.won || "–"]) line.append(element("td", "", String(value)));
  return line;
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.full);
  } catch {
    return; // the full id is in the title
  }
  const short = button.textContent;
  button.textContent = "copied";
  button.classList.add("copied");
  setTimeout(() => {
    button.textContent = short;
    button.classList.remove("copied");
  }, 900);
}
