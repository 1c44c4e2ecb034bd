// SPDX-License-Identifier: Apache-2.0
// Keyboard, mouse, two thumbs and a gamepad: what the player wants right now.

import { readGamepad } from "./gamepad.js";

const KEYS = {
  KeyW: "up", ArrowUp: "up", KeyS: "down", ArrowDown: "down",
  KeyA: "left", ArrowLeft: "left", KeyD: "right", ArrowRight: "right",
  Space: "dash", ShiftLeft: "dash", KeyF: "fire", Enter: "fire",
};
const STICK_REACH = 50;  // pixels from the middle to full tilt
const FIRE_TILT = 0.35;  // of the aiming stick
const LOW = matchMedia("(min-width: 560px) and (max-height: 560px)"); // as in hud.css

class Stick {
  constructor(element) {
    this.element = element;
    this.knob = element.firstElementChild;
    this.rest();
  }

  rest() {
    this.pointer = null;
    this.x = this.y = 0;
    this.element.style.opacity = 0.8;
    this.knob.style.transform = "";
  }

  grab(event) {
    this.pointer = event.pointerId;
    this.originX = event.clientX;
    this.originY = event.clientY;
    this.element.style.left = `${event.clientX}px`;
    this.element.style.top = `${event.clientY}px`;
    this.element.style.opacity = 1;
  }

  drag(event) {
    let x = (event.clientX - this.originX) / STICK_REACH, y = (event.clientY - this.originY) / STICK_REACH;
    const length = Math.hypot(x, y);
    if (length > 1) {
      x /= length;
      y /= length;
    }
    this.x = x;
    this.y = y;
    this.knob.style.transform = `translate(${x * STICK_REACH}px, ${y * STICK_REACH}px)`;
  }

  place(left, top) {
    if (this.pointer !== null) return;
    this.element.style.left = `${left}px`;
    this.element.style.top = `${top}px`;
  }

  get tilt() {
    return Math.hypot(this.x, this.y);
  }
}

export class Controls {
  constructor(surface) {
    this.held = new Set();
    this.mouse = null; // { x, y }, once it has moved
    this.firing = false;
    this.dashTapped = false;
    this.aim = 0;
    this.enabled = false;
    this.wanted = null; // what read() has returned last
    this.move = new Stick(document.getElementById("stick-move"));
    this.turn = new Stick(document.getElementById("stick-aim"));
    this.listen(surface);
    // Who has no mouse sees where to put the thumbs before the first touch.
    if (matchMedia("(pointer: coarse)").matches) document.body.dataset.touch = "true";
    this.placeSticks();
  }

  listen(surface) {
    addEventListener("keydown", (event) => this.key(event, true));
    addEventListener("keyup", (event) => this.key(event, false));
    addEventListener("blur", () => this.release());
    addEventListener("resize", () => this.placeSticks());
    document.addEventListener("visibilitychange", () => this.release());
    surface.addEventListener("pointerdown", (event) => this.pointerDown(event));
    addEventListener("pointermove", (event) => this.pointerMove(event));
    addEventListener("pointerup", (event) => this.pointerUp(event));
    addEventListener("pointercancel", (event) => this.pointerUp(event));
    surface.addEventListener("contextmenu", (event) => event.preventDefault());
    document.getElementById("touch-dash").addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.dashTapped = true;
    });
  }

  key(event, down) {
    const action = KEYS[event.code];
    if (!this.enabled || !action || event.ctrlKey || event.metaKey || event.altKey) return;
    // A button that has the focus keeps its own keys.
    if (event.target instanceof HTMLButtonElement && (action === "dash" || action === "fire")) return;
    event.preventDefault();
    if (down) this.held.add(action);
    else this.held.delete(action);
  }

  pointerDown(event) {
    if (!this.enabled) return;
    if (event.pointerType === "touch") {
      document.body.dataset.touch = "true";
      const stick = event.clientX < innerWidth / 2 ? this.move : this.turn;
      if (stick.pointer === null) stick.grab(event);
    } else if (event.button === 0) {
      this.mouse = { x: event.clientX, y: event.clientY };
      this.firing = true;
    }
  }

  pointerMove(event) {
    for (const stick of [this.move, this.turn]) {
      if (stick.pointer === event.pointerId) stick.drag(event);
    }
    if (event.pointerType !== "touch") this.mouse = { x: event.clientX, y: event.clientY };
  }

  pointerUp(event) {
    for (const stick of [this.move, this.turn]) {
      if (stick.pointer === event.pointerId) stick.rest();
    }
    if (event.pointerType !== "touch") this.firing = false;
    this.placeSticks();
  }

  placeSticks() {
    const top = innerHeight - (LOW.matches ? 92 : 150);
    this.move.place(88, top);
    this.turn.place(innerWidth - 88, top);
  }

  release() {
    this.held.clear();
    this.firing = false;
    this.move.rest();
    this.turn.rest();
  }

  /** Which way: the thumb's stick, else the gamepad's, else the keys. */
  direction(pad) {
    const held = (action) => (this.held.has(action) ? 1 : 0);
    if (this.move.pointer !== null) return this.move;
    if (pad && (pad.x || pad.y)) return pad;
    return { x: held("right") - held("left"), y: held("down") - held("up") };
  }

  /** What is wanted now; `ship` is where the own ship is on the screen. */
  read(ship) {
    const pad = readGamepad();
    if (pad?.used) this.mouse = null; // until it moves again
    let { x, y } = this.direction(pad);
    const length = Math.hypot(x, y);
    if (length > 1) {
      x /= length;
      y /= length;
    }
    this.updateAim(ship, x, y, pad);
    const dash = this.held.has("dash") || this.dashTapped || Boolean(pad?.dash);
    this.dashTapped = false;
    const fire = this.firing || this.held.has("fire") || this.turn.tilt > FIRE_TILT || Boolean(pad?.fire);
    this.wanted = { move_x: x, move_y: y, aim: this.aim, fire, dash };
    return this.wanted;
  }

  aimAtMouse(ship) {
    if (ship) this.aim = Math.atan2(this.mouse.y - ship.y, this.mouse.x - ship.x);
  }

  /** A stick aims, else the mouse, else (with neither) the way the ship goes. */
  updateAim(ship, x, y, pad) {
    if (this.turn.tilt > 0.15) this.aim = Math.atan2(this.turn.y, this.turn.x);
    else if (pad && pad.aim !== null) this.aim = pad.aim;
    else if (this.mouse && this.turn.pointer === null) this.aimAtMouse(ship);
    else if (!this.mouse && (x || y)) this.aim = Math.atan2(y, x);
  }
}
