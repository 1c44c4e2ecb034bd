// SPDX-License-Identifier: Apache-2.0
// What the page knows of the game: the snapshots of the others, 100 ms behind; the own ship, predicted; shots.

import { BACKFILL_STATES, PHASES, SEAT_BOT, SEAT_STATES, SHIP_FLAGS } from "./protocol.js";
import { step } from "./movement.js";

const BEHIND_S = 0.1;       // the others are shown this late, so that there are two snapshots to draw between
const KEEP_S = 1;           // of snapshots
const MUZZLE = 26;          // as in rules.lua: a shot is born in the middle of a ship and leaves at its nose
const SHOT_MOST_S = 1.4;    // a shot whose end we missed
const MOST_PENDING = 60;    // inputs the server has not confirmed: two seconds
const SNAP_BACK = 180;      // a prediction this wrong is not smoothed
const FADE = 0.3;           // of what is left of a correction, in one step
const TAU = 2 * Math.PI;

export const COLOURS = [
  "#2dd4bf", "#60a5fa", "#fb7185", "#fbbf24", "#a78bfa", "#4ade80", "#f472b6", "#38bdf8",
  "#fb923c", "#e879f9", "#a3e635", "#22d3ee", "#f87171", "#818cf8", "#facc15", "#34d399",
];
export const colourOf = (id) => COLOURS[(id + COLOURS.length - 1) % COLOURS.length];

const turn = (from, to, part) => from + (((to - from + 3 * Math.PI) % TAU) - Math.PI) * part;

export class World {
  /** onEvent(event) is called for each event of the game, as it arrives. */
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.seats = [];
    this.service = null;
    this.serviceAt = 0;
    this.scores = null;
    this.forget();
  }

  /** A server that greets us begins from nothing, also after a reload of its scripts. */
  forget() {
    this.welcome = null;
    this.me = 0;
    this.ships = new Map();
    this.shots = new Map();
    this.pickups = [];
    this.shared = null;
    this.own = null;
    this.predicted = null;
    this.pending = [];
    this.sequence = 0;
    this.offset = null;
    this.tickSeconds = 1 / 30;
  }

  get phase() {
    return this.shared ? PHASES[this.shared.phase] : "waiting";
  }

  // ---- messages

  take(message, now) {
    switch (message.type) {
      case "greeting": this.forget(); break;
      case "welcome": this.takeWelcome(message); break;
      case "roster": this.seats = message.seats.map(readSeat); break;
      case "service":
        this.service = { ...message, state: BACKFILL_STATES[message.backfill] };
        this.serviceAt = now;
        break;
      case "scores": this.scores = message; break;
      case "snapshot": if (this.welcome) this.takeSnapshot(message, now); break;
    }
  }

  takeWelcome(message) {
    this.welcome = message;
    this.me = message.ship;
    this.tickSeconds = 1 / message.tick_rate;
    this.map = { width: message.width, height: message.height, walls: message.walls };
    this.pickups = message.pickups.map((place) => ({ ...place, kind: 0 }));
  }

  takeSnapshot({ own, shared }, now) {
    const time = shared.tick * this.tickSeconds;
    this.followClock(now - time);
    this.shared = shared;
    this.own = own;
    shared.pickups.forEach((pickup, index) => { if (this.pickups[index]) this.pickups[index].kind = pickup.kind; });
    const present = new Set();
    for (const ship of shared.ships) {
      present.add(ship.ship);
      this.takeShip(ship, time);
    }
    for (const id of this.ships.keys()) if (!present.has(id)) this.ships.delete(id);
    for (const event of shared.events) this.takeEvent(event, time);
    this.reconcile();
  }

  /** The difference between our clock and the server's: quickly down (a fast message), slowly up. */
  followClock(sample) {
    if (this.offset === null || Math.abs(sample - this.offset) > 0.5) this.offset = sample;
    else this.offset += (sample - this.offset) * (sample < this.offset ? 0.25 : 0.02);
  }

  takeShip(state, time) {
    let ship = this.ships.get(state.ship);
    if (!ship) {
      ship = { id: state.ship, samples: [] };
      this.ships.set(state.ship, ship);
    }
    const last = ship.samples[ship.samples.length - 1];
    const appeared = last && (last.flags & SHIP_FLAGS.alive) !== (state.flags & SHIP_FLAGS.alive);
    if (appeared) ship.samples.length = 0;
    ship.samples.push({ ...state, time });
    while (ship.samples[0].time < time - KEEP_S) ship.samples.shift();
    ship.latest = state;
  }

  takeEvent(event, time) {
    if (event.type === "shot") {
      this.shots.set(event.shot, {
        owner: event.ship, x: event.x, y: event.y, dx: Math.cos(event.angle), dy: Math.sin(event.angle),
        angle: event.angle, time: time - this.tickSeconds,
      });
    } else if (event.type === "shot_end") {
      event.owner = this.shots.get(event.shot)?.owner ?? 0;
      event.angle = this.shots.get(event.shot)?.angle ?? 0;
      this.shots.delete(event.shot);
    }
    this.onEvent(event);
  }

  // ---- the own ship

  /** One fixed step: the input counts at once here, and again when the server has seen it. Returns it to be sent. */
  predict(input) {
    this.sequence = (this.sequence + 1) % 65536;
    const sent = { ...input, sequence: this.sequence };
    this.pending.push(sent);
    if (this.pending.length > MOST_PENDING) this.pending.shift();
    if (this.predicted) {
      this.before = { x: this.predicted.x, y: this.predicted.y };
      step(this.predicted, sent, this.welcome, this.map, this.tickSeconds);
      this.shift.x *= 1 - FADE;
      this.shift.y *= 1 - FADE;
    }
    return sent;
  }

  /** Start from what the server says and apply again what it has not seen. */
  reconcile() {
    const state = this.ships.get(this.me)?.latest;
    if (!state || !(state.flags & SHIP_FLAGS.alive)) {
      this.predicted = null;
      return;
    }
    const { own } = this;
    this.pending = this.pending.filter((input) => {
      const ahead = (input.sequence - own.ack) & 0xffff;
      return ahead > 0 && ahead < 0x8000;
    });
    const body = { x: state.x, y: state.y, vx: own.vx, vy: own.vy, dash_left: own.dash_left, dash_wait: own.dash_wait };
    let before = { x: body.x, y: body.y };
    for (const input of this.pending) {
      before = { x: body.x, y: body.y };
      step(body, input, this.welcome, this.map, this.tickSeconds);
    }
    const was = this.predicted;
    const off = was ? { x: was.x - body.x, y: was.y - body.y } : { x: 0, y: 0 };
    if (!was || Math.hypot(off.x + this.shift.x, off.y + this.shift.y) > SNAP_BACK) {
      this.shift = { x: 0, y: 0 };
      this.before = before;
    } else {
      // What was shown stays where it is for now; the difference fades.
      this.shift = { x: this.shift.x + off.x, y: this.shift.y + off.y };
      this.before = { x: this.before.x - off.x, y: this.before.y - off.y };
    }
    this.predicted = body;
  }

  // ---- what is to be drawn

  /** The ships as they are shown now. part: how far we are between two of our own steps, 0 to 1. */
  shownShips(now, part) {
    const time = now - (this.offset ?? now) - BEHIND_S, shown = [];
    for (const ship of this.ships.values()) {
      if (!(ship.latest.flags & SHIP_FLAGS.alive)) continue;
      const at = ship.id === this.me && this.predicted ? this.shownSelf(part) : between(ship.samples, time);
      shown.push({
        id: ship.id, ...at, flags: ship.latest.flags, health: ship.latest.health, kills: ship.latest.kills,
        colour: colourOf(ship.id), name: this.nameOf(ship.id), mine: ship.id === this.me,
      });
    }
    return shown;
  }

  shownSelf(part) {
    const { predicted, before, shift } = this, left = 1 - FADE * part;
    return {
      x: before.x + (predicted.x - before.x) * part + shift.x * left,
      y: before.y + (predicted.y - before.y) * part + shift.y * left,
      vx: predicted.vx, vy: predicted.vy,
      aim: this.pending.length ? this.pending[this.pending.length - 1].aim : this.ships.get(this.me).latest.aim,
    };
  }

  /** Shots fly straight, so they are shown where they are at this moment, not 100 ms ago. */
  shownShots(now) {
    const time = now - (this.offset ?? now), shown = [];
    for (const [id, shot] of this.shots) {
      const age = time - shot.time;
      if (age > SHOT_MOST_S) {
        this.shots.delete(id);
        continue;
      }
      const way = MUZZLE + this.welcome.shot_speed * Math.max(0, age);
      shown.push({
        x: shot.x + shot.dx * way, y: shot.y + shot.dy * way, angle: shot.angle, colour: colourOf(shot.owner),
      });
    }
    return shown;
  }

  nameOf(id) {
    const seat = this.seats.find((one) => one.ship === id && one.state === "accepted");
    return seat ? seat.name : "";
  }

  /** Accepted players, best first, as the HUD and the tests want them. */
  players() {
    return this.seats.filter((seat) => seat.state === "accepted" && seat.ship).map((seat) => ({
      ship: seat.ship, name: seat.name, bot: seat.bot, mine: seat.ship === this.me,
      kills: this.ships.get(seat.ship)?.latest.kills ?? 0,
    })).sort((a, b) => b.kills - a.kills);
  }

  /** The place by kills, shared places counted once: { place, of }. */
  standing() {
    const players = this.players(), mine = players.find((player) => player.mine);
    if (!mine) return null;
    const better = players.filter((player) => player.kills > mine.kills);
    return { place: better.length + 1, of: players.length };
  }
}

function readSeat(seat) {
  return { ship: seat.ship, state: SEAT_STATES[seat.state], bot: Boolean(seat.flags & SEAT_BOT), name: seat.name };
}

function between(samples, time) {
  let index = samples.length - 1;
  while (index > 0 && samples[index].time > time) index--;
  const a = samples[index], b = samples[index + 1];
  if (!b || time <= a.time) return { x: a.x, y: a.y, aim: a.aim, vx: a.vx, vy: a.vy };
  const part = (time - a.time) / (b.time - a.time);
  return {
    x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, aim: turn(a.aim, b.aim, part),
    vx: b.vx, vy: b.vy,
  };
}
