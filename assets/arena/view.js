// SPDX-License-Identifier: Apache-2.0
// Draws the arena on the canvas: floor, pickups, trails, shots, ships, sparks, names. Everybody sees the same
// area of floor, whatever the screen.

import { SHIP_FLAGS } from "./protocol.js";
import { TRAIL_S } from "./effects.js";
import { PICKUP_COLOURS, Sprites, drawFloor } from "./sprites.js";

const SEEN_AREA = 1120 * 660;  // units of floor on the screen
const MOST_DENSITY = 2;        // canvas pixels to a CSS pixel
const MOST_FLOOR = 4096;       // pixels on a side of the floor's picture
const LOOK_AHEAD = 70;         // the camera leads the ship towards its aim
// Units beyond the border that may be seen: so many that a ship in a corner is not under a panel. On a phone held
// upright the panels, and the thumbs, are above and below; elsewhere they are at the sides.
const OUTSIDE = { x: 260, y: 110 }, OUTSIDE_UPRIGHT = { x: 60, y: 350 };
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

/** Keeps the camera over the floor, so that not much of what is outside is seen. */
function clampCamera(at, floor, seen, outside) {
  const half = seen / 2 - outside;
  return half * 2 >= floor ? floor / 2 : Math.max(half, Math.min(floor - half, at));
}

export class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.c = canvas.getContext("2d", { alpha: false });
    this.sprites = new Sprites();
    this.camera = { x: 1000, y: 650 };
    this.map = null;
    this.resize();
    addEventListener("resize", () => this.resize());
  }

  resize() {
    this.density = Math.min(devicePixelRatio || 1, MOST_DENSITY);
    this.width = innerWidth;
    this.height = innerHeight;
    this.canvas.width = Math.round(this.width * this.density);
    this.canvas.height = Math.round(this.height * this.density);
    this.zoom = Math.sqrt(this.width * this.height / SEEN_AREA); // CSS pixels to a unit
    this.scale = this.zoom * this.density;                       // canvas pixels to a unit
    this.sprites.setScale(this.scale);
    if (this.map) this.setMap(this.map);
  }

  setMap(map) {
    this.map = map;
    const floorScale = Math.min(this.scale, MOST_FLOOR / Math.max(map.width, map.height));
    this.floor = drawFloor(map, floorScale);
    this.floorScale = floorScale;
  }

  /** Where a place of the arena is on the screen, in CSS pixels. */
  toScreen(x, y) {
    return {
      x: (x - this.camera.x) * this.zoom + this.width / 2, y: (y - this.camera.y) * this.zoom + this.height / 2,
    };
  }

  followShip(ship, dt) {
    if (!ship) return;
    const ahead = { x: ship.x + Math.cos(ship.aim) * LOOK_AHEAD, y: ship.y + Math.sin(ship.aim) * LOOK_AHEAD };
    const far = Math.hypot(ahead.x - this.camera.x, ahead.y - this.camera.y) > 600;
    const part = far ? 1 : 1 - Math.exp(-9 * dt);
    this.camera.x += (ahead.x - this.camera.x) * part;
    this.camera.y += (ahead.y - this.camera.y) * part;
    const outside = this.height > 1.4 * this.width ? OUTSIDE_UPRIGHT : OUTSIDE;
    this.camera.x = clampCamera(this.camera.x, this.map.width, this.width / this.zoom, outside.x);
    this.camera.y = clampCamera(this.camera.y, this.map.height, this.height / this.zoom, outside.y);
  }

  /** One frame. scene: { ships, shots, pickups, effects, now }. */
  draw(scene) {
    const { c } = this, { effects } = scene;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.globalAlpha = 1;
    c.globalCompositeOperation = "source-over";
    c.fillStyle = "#060912";
    c.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const quake = effects.shake;
    this.originX = this.canvas.width / 2 - this.camera.x * this.scale + (Math.random() - 0.5) * quake * this.density;
    this.originY = this.canvas.height / 2 - this.camera.y * this.scale + (Math.random() - 0.5) * quake * this.density;
    this.drawFloor();
    this.drawPickups(scene);
    c.globalCompositeOperation = "lighter";
    this.drawTrails(effects);
    this.drawEngines(scene.ships);
    this.drawRings(effects);
    this.drawShots(scene.shots);
    c.globalCompositeOperation = "source-over";
    for (const ship of scene.ships) this.drawShip(ship, scene.now);
    c.globalCompositeOperation = "lighter";
    this.drawSparks(effects);
    c.globalCompositeOperation = "source-over";
    for (const ship of scene.ships) this.drawLabel(ship);
    this.drawHurt(effects);
    c.setTransform(1, 0, 0, 1, 0, 0);
  }

  /** Canvas coordinates in which a unit is a unit and (x, y) is the origin. */
  at(x, y, angle = 0) {
    const sin = Math.sin(angle) * this.scale, cos = Math.cos(angle) * this.scale;
    this.c.setTransform(cos, sin, -sin, cos, this.originX + x * this.scale, this.originY + y * this.scale);
  }

  sprite(picture, x, y, angle, size = 1) {
    this.at(x, y, angle);
    const width = picture.width / this.scale * size, height = picture.height / this.scale * size;
    this.c.drawImage(picture, -width / 2, -height / 2, width, height);
  }

  isSeen(x, y, margin) {
    return Math.abs(x - this.camera.x) * this.zoom < this.width / 2 + margin
      && Math.abs(y - this.camera.y) * this.zoom < this.height / 2 + margin;
  }

  drawFloor() {
    if (!this.floor) return;
    const { c, scale, floorScale } = this;
    c.setTransform(1, 0, 0, 1, 0, 0);
    // Whole pixels while the picture has the size it is shown in: copying is then all there is to do.
    const x = Math.round(this.originX), y = Math.round(this.originY), times = scale / floorScale;
    c.drawImage(this.floor, x, y, this.floor.width * times, this.floor.height * times);
  }

  drawPickups({ pickups, now }) {
    const { c } = this;
    for (const place of pickups) {
      if (!this.isSeen(place.x, place.y, 80)) continue;
      if (place.kind) {
        const bob = CALM.matches ? 0 : Math.sin(now * 2.6 + place.x) * 0.06;
        this.sprite(this.sprites.pickup(place.kind), place.x, place.y, 0, 1 + bob);
      } else {
        this.at(place.x, place.y);
        c.strokeStyle = "#26354f";
        c.lineWidth = 2;
        c.beginPath();
        c.arc(0, 0, 16, 0, 7);
        c.stroke();
      }
    }
  }

  drawTrails(effects) {
    const { c } = this;
    this.at(0, 0);
    c.lineCap = "butt";
    for (const { points, colour } of effects.trails.values()) {
      c.strokeStyle = colour;
      for (let index = 1; index < points.length; index++) {
        const from = points[index - 1], to = points[index], fresh = 1 - to.age / TRAIL_S;
        c.globalAlpha = 0.4 * fresh * fresh;
        c.lineWidth = 2 + 11 * fresh;
        c.beginPath();
        c.moveTo(from.x, from.y);
        c.lineTo(to.x, to.y);
        c.stroke();
      }
    }
    c.globalAlpha = 1;
  }

  drawEngines(ships) {
    for (const ship of ships) {
      const speed = Math.hypot(ship.vx, ship.vy);
      if (speed < 40 || !this.isSeen(ship.x, ship.y, 60)) continue;
      const x = ship.x - Math.cos(ship.aim) * 16, y = ship.y - Math.sin(ship.aim) * 16;
      this.c.globalAlpha = Math.min(0.9, speed / 500);
      this.sprite(this.sprites.glow(ship.colour), x, y, 0, ship.flags & SHIP_FLAGS.dashing ? 1.5 : 0.8);
    }
    this.c.globalAlpha = 1;
  }

  drawRings(effects) {
    const { c } = this;
    for (const ring of effects.rings) {
      const left = ring.life / ring.whole;
      this.at(ring.x, ring.y);
      c.globalAlpha = left;
      c.strokeStyle = ring.colour;
      c.lineWidth = 1 + 5 * left;
      c.beginPath();
      c.arc(0, 0, ring.radius * (1 - left * left), 0, 7);
      c.stroke();
    }
    for (const flash of effects.flashes) {
      c.globalAlpha = flash.life / flash.whole;
      this.sprite(this.sprites.glow(flash.colour), flash.x, flash.y, 0, flash.size / 64);
    }
    c.globalAlpha = 1;
  }

  drawShots(shots) {
    for (const shot of shots) {
      if (this.isSeen(shot.x, shot.y, 60)) this.sprite(this.sprites.shot(shot.colour), shot.x, shot.y, shot.angle);
    }
  }

  drawShip(ship, now) {
    if (!this.isSeen(ship.x, ship.y, 80)) return;
    const { c } = this, safe = ship.flags & SHIP_FLAGS.protected;
    c.globalAlpha = safe ? 0.6 + 0.3 * Math.sin(now * 18) : 1;
    this.sprite(this.sprites.ship(ship.colour, ship.mine), ship.x, ship.y, ship.aim);
    c.globalAlpha = 1;
    this.at(ship.x, ship.y);
    if (safe) this.arc(30, 0, 7, "rgb(230 237 247 / 55%)", 1.6);
    if (ship.flags & SHIP_FLAGS.rapid) this.arc(34, now * 6, now * 6 + 2, PICKUP_COLOURS[2], 2.4);
    if (ship.flags & SHIP_FLAGS.spread) this.arc(34, now * 4, now * 4 + 2, PICKUP_COLOURS[3], 2.4);
    if (ship.health < 100 && !safe) {
      this.arc(28, Math.PI * 0.75, Math.PI * 2.25, "rgb(34 48 74 / 80%)", 3);
      const full = Math.PI * 1.5 * ship.health / 100;
      this.arc(28, Math.PI * 0.75, Math.PI * 0.75 + full, ship.health < 35 ? "#fb7185" : ship.colour, 3);
    }
  }

  arc(radius, from, to, colour, width) {
    const { c } = this;
    c.strokeStyle = colour;
    c.lineWidth = width;
    c.beginPath();
    c.arc(0, 0, radius, from, to);
    c.stroke();
  }

  drawLabel(ship) {
    if (!ship.name || !this.isSeen(ship.x, ship.y, 60)) return;
    const pixels = Math.round(13 * this.density);
    const picture = this.sprites.text(ship.name, ship.mine ? "#ffffff" : "#c3d0e6", pixels);
    this.c.setTransform(1, 0, 0, 1, 0, 0);
    const x = this.originX + ship.x * this.scale - picture.width / 2, y = this.originY + (ship.y + 32) * this.scale;
    this.c.drawImage(picture, Math.round(x), Math.round(y));
  }

  drawSparks(effects) {
    const { c } = this;
    this.at(0, 0);
    c.lineWidth = 2.6;
    for (const spark of effects.sparks) {
      c.globalAlpha = spark.life / spark.whole;
      c.strokeStyle = spark.colour;
      c.beginPath();
      c.moveTo(spark.x, spark.y);
      c.lineTo(spark.x - spark.vx * 0.04 - 1, spark.y - spark.vy * 0.04);
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  /** Red at the edges when the own ship is hit. */
  drawHurt({ hurt }) {
    if (hurt < 0.03) return;
    const { c, canvas: { width, height } } = this;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.globalAlpha = Math.min(0.75, hurt);
    c.drawImage(this.sprites.get("hurt", () => edge(320, 200)), 0, 0, width, height);
    c.globalAlpha = 1;
  }
}

function edge(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const c = canvas.getContext("2d");
  const light = c.createRadialGradient(width / 2, height / 2, height * 0.45, width / 2, height / 2, width * 0.62);
  light.addColorStop(0, "rgb(251 60 90 / 0%)");
  light.addColorStop(1, "rgb(251 60 90 / 60%)");
  c.fillStyle = light;
  c.fillRect(0, 0, width, height);
  return canvas;
}

/** The whole arena in a corner. */
export function drawMinimap(canvas, world, ships) {
  const density = Math.min(devicePixelRatio || 1, MOST_DENSITY);
  const width = Math.round(canvas.clientWidth * density), height = Math.round(canvas.clientHeight * density);
  if (!world.map || !width) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const c = canvas.getContext("2d"), { map } = world, scale = Math.min(width / map.width, height / map.height);
  c.setTransform(1, 0, 0, 1, 0, 0);
  c.clearRect(0, 0, width, height);
  c.setTransform(scale, 0, 0, scale, (width - map.width * scale) / 2, (height - map.height * scale) / 2);
  c.strokeStyle = "#22304a";
  c.lineWidth = 2 / scale;
  c.strokeRect(0, 0, map.width, map.height);
  c.fillStyle = "#2a3a5a";
  for (const wall of world.map.walls) c.fillRect(wall.x, wall.y, wall.w, wall.h);
  for (const place of world.pickups) {
    if (!place.kind) continue;
    c.fillStyle = PICKUP_COLOURS[place.kind];
    c.fillRect(place.x - 16, place.y - 16, 32, 32);
  }
  for (const ship of ships) {
    c.fillStyle = ship.mine ? "#ffffff" : ship.colour;
    c.beginPath();
    c.arc(ship.x, ship.y, ship.mine ? 42 : 34, 0, 7);
    c.fill();
  }
}
