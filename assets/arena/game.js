// SPDX-License-Identifier: Apache-2.0
// One stay in a game session: the connection, the world, and what is seen, heard and steered.

import { Connection } from "./connection.js";
import { BUTTONS, TONES } from "./protocol.js";
import { World, colourOf } from "./world.js";
import { drawMinimap } from "./view.js";

const HUD_S = 0.1;      // the frame around the game changes ten times a second
const FAR = 1100;       // sounds from farther away are not heard
const MOST_STEPS = 5;   // of prediction in one frame, after a hitch
const STREAKS = new Map([[3, "ON FIRE"], [5, "UNSTOPPABLE"], [8, "LEGEND"], [12, "IMMORTAL"]]);
const STREAK = 3;       // one that is worth a word when it ends

export class Game {
  /** parts: view, effects, controls, sound, hud. onCall: GameLift was told. onLost: nobody knows whether it was.
      onEnd({ title, text, failed }) once. */
  constructor(parts, target, name, { onCall, onLost, onBackfilled, onEnd }) {
    Object.assign(this, parts);
    this.target = target;
    this.name = name;
    this.onCall = onCall;
    this.onLost = onLost;
    this.onBackfilled = onBackfilled;
    this.onEnd = onEnd;
    this.world = new World((event) => this.takeEvent(event));
    this.unstepped = 0;
    this.hudWait = 0;
    this.fps = 0;
    this.frames = 0;
    this.place = null;
    this.ships = []; // as shown in the last frame
    this.effects.clear();
    this.hud.begin();
    this.controls.enabled = true;
    this.connection = new Connection(target.url, {
      onMessage: (message) => this.take(message),
      onClose: (sentence, broken) => this.finish(sentence, broken),
    });
  }

  // ---- messages

  take(message) {
    const now = performance.now() / 1000;
    this.world.take(message, now);
    switch (message.type) {
      case "greeting": this.connection.send("hello", { flags: 0, name: this.name }); break;
      case "welcome": this.enter(message); break;
      case "notice": this.takeNotice(message, now); break;
      case "snapshot": this.followPhase(message.shared); break;
      case "scores": this.place = message.rows.findIndex((row) => row.ship === this.world.me) + 1; break;
    }
  }

  enter(welcome) {
    this.view.setMap(this.world.map);
    this.hud.showIds(welcome);
    this.onCall("AcceptPlayerSession", "The server asked GameLift, which knows your player session: you are in.");
  }

  takeNotice(notice, now) {
    this.hud.notice(notice);
    if (notice.call !== "UpdateGameSession" || TONES[notice.tone] !== "good") return;
    this.hud.lateJoin(now);
    // Told before our own first snapshot: we are that late player.
    if (!this.world.shared) this.onBackfilled();
  }

  followPhase(shared) {
    const { phase } = this.world, second = Math.ceil(shared.left);
    if (phase === "countdown" && second > 0 && second !== this.lastSecond) {
      this.hud.announce(String(second), `round ${shared.round} of ${shared.rounds}`, 0.95);
      this.sound.play("tick");
    }
    if (phase === "playing" && this.lastPhase === "countdown") {
      this.hud.announce("GO", "", 0.8);
      this.sound.play("go");
    }
    this.lastSecond = second;
    this.lastPhase = phase;
  }

  // ---- events of the game, to be seen and heard

  near(x, y) {
    return Math.max(0, 1 - Math.hypot(x - this.view.camera.x, y - this.view.camera.y) / FAR);
  }

  takeEvent(event) {
    this["on_" + event.type](event);
  }

  on_spawn({ ship, x, y }) {
    this.effects.ring(x, y, colourOf(ship), 60, 0.5);
    this.effects.flash(x, y, colourOf(ship), 150, 0.4);
    if (ship === this.world.me) this.sound.play("spawn");
  }

  on_shot({ ship, x, y, angle }) {
    // At the nose of the ship as it is shown: the others are shown a little late.
    const at = this.ships.find((one) => one.id === ship) ?? { x, y };
    this.effects.flash(at.x + Math.cos(angle) * 26, at.y + Math.sin(angle) * 26, colourOf(ship), 46, 0.07);
    this.sound.play("shot", this.near(x, y) * (ship === this.world.me ? 1 : 0.6));
  }

  on_shot_end({ ship, owner, angle, x, y }) {
    const colour = owner ? colourOf(owner) : "#e6edf7";
    this.effects.burst(x, y, ship ? "#ffffff" : colour, ship ? 9 : 5, 260, 0.3, angle + Math.PI, 2.2);
    this.effects.flash(x, y, ship ? colourOf(ship) : colour, ship ? 60 : 34, 0.1);
    if (ship) this.sound.play("hit", this.near(x, y));
    if (ship === this.world.me) {
      this.effects.quake(5);
      this.effects.hurt = 0.45;
      this.sound.play("hurt");
    }
  }

  on_kill({ ship, by, streak, ended, x, y }) {
    const { me } = this.world, near = this.near(x, y);
    this.effects.explosion(x, y, colourOf(ship));
    this.effects.quake(ship === me ? 20 : 9 * near);
    this.sound.play("boom", Math.max(0.25, near));
    const person = (id) => ({ name: this.world.nameOf(id) || "somebody", colour: colourOf(id) });
    this.hud.kill(by ? person(by) : null, person(ship));
    if (ship === me) this.hud.announce("DESTROYED", by ? `by ${person(by).name}` : "", 1.6);
    else if (by === me) this.announceKill(person(ship).name, streak, ended);
    if (by && by !== me && STREAKS.has(streak)) this.hud.streak(person(by), streak);
  }

  announceKill(name, streak, ended) {
    const of = ended >= STREAK ? ` and ended a streak of ${ended}` : "";
    if (!STREAKS.has(streak)) {
      this.hud.announce("", `you destroyed ${name}${of}`, 1.1);
      return;
    }
    this.hud.announce(STREAKS.get(streak), `${streak} in a row: you destroyed ${name}${of}`, 1.8);
    this.sound.play("streak");
  }

  on_pickup({ ship, place }) {
    const { x, y } = this.world.pickups[place - 1];
    this.effects.ring(x, y, "#e6edf7", 46, 0.35);
    this.effects.burst(x, y, "#e6edf7", 12, 200, 0.5);
    if (ship === this.world.me) this.sound.play("pickup");
  }

  on_dash({ ship }) {
    const at = this.world.ships.get(ship)?.latest;
    if (!at) return;
    this.effects.burst(at.x, at.y, colourOf(ship), 14, 260, 0.35);
    this.sound.play("dash", this.near(at.x, at.y));
  }

  // ---- frames

  step(dt) {
    const { tickSeconds } = this.world;
    this.unstepped = Math.min(this.unstepped + dt, MOST_STEPS * tickSeconds);
    while (this.unstepped >= tickSeconds) {
      this.unstepped -= tickSeconds;
      const ship = this.ownShip && this.view.toScreen(this.ownShip.x, this.ownShip.y);
      const wanted = this.controls.read(ship);
      const sent = this.world.predict(wanted);
      const buttons = (wanted.fire ? BUTTONS.fire : 0) | (wanted.dash ? BUTTONS.dash : 0);
      this.connection.send("input", { ...sent, buttons });
    }
  }

  frame(now, dt) {
    const { world } = this;
    if (world.welcome) this.step(dt);
    const ships = this.ships = world.shownShips(now, this.unstepped / world.tickSeconds);
    this.ownShip = ships.find((ship) => ship.mine);
    this.effects.follow(ships);
    this.effects.step(dt);
    this.view.followShip(this.ownShip, dt);
    const shots = world.welcome ? world.shownShots(now) : [];
    this.view.draw({ ships, shots, pickups: world.pickups, effects: this.effects, now });
    this.frames += 1;
    this.fps += (1 / Math.max(dt, 0.001) - this.fps) * 0.08;
    this.hudWait -= dt;
    if (this.hudWait <= 0) {
      this.hudWait = HUD_S;
      this.showHud(ships, now);
    }
  }

  showHud(ships, now) {
    const { world, hud } = this;
    hud.showSeats(world);
    hud.showService(world, now);
    hud.showClock(world);
    hud.showOwn(world, this.ownShip);
    hud.showScores(world);
    hud.seeThrough(ships.map(({ x, y }) => this.view.toScreen(x, y)));
    hud.showFigures(this.connection, world, this.fps);
    drawMinimap(document.getElementById("minimap"), world, ships);
  }

  // ---- the end

  leave() {
    this.connection.close("You left the match.");
  }

  finish(sentence, broken) {
    this.controls.enabled = false;
    this.controls.release();
    const { world } = this, wasIn = Boolean(world.welcome);
    if (wasIn && broken) this.onLost();
    else if (wasIn) this.tellEnd();
    if (world.phase === "over" && this.place > 0) this.onEnd(this.result());
    else if (broken || !wasIn) this.onEnd({ title: sentence, text: "", failed: true });
    else this.onEnd({ title: "Back in the lobby.", text: sentence, failed: false });
  }

  /** The server has closed the connection, or sees that we have. */
  tellEnd() {
    this.onCall("RemovePlayerSession", "Your connection is closed; the server gives your seat back to GameLift.");
    if (this.world.service?.draining) this.onCall("ProcessEnding");
  }

  result() {
    const { rows, rounds } = this.world.scores, { total, won } = rows[this.place - 1];
    const title = this.place === 1 ? "You won!" : `Place ${this.place} of ${rows.length}`;
    const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    return { title, text: `${won} of ${plural(rounds, "round")} won, ${plural(total, "kill")}.`, failed: false };
  }
}
