// SPDX-License-Identifier: Apache-2.0
// Sparks, rings and shaking: nothing here has a say in the game.

export const TRAIL_S = 0.32;

const MOST_SPARKS = 420;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class Effects {
  constructor() {
    this.sparks = [];
    this.rings = [];
    this.flashes = [];
    this.trails = new Map(); // by ship
    this.shake = 0;
    this.hurt = 0;
  }

  clear() {
    this.sparks.length = this.rings.length = this.flashes.length = 0;
    this.trails.clear();
    this.shake = this.hurt = 0;
  }

  burst(x, y, colour, count, speed, seconds, direction = 0, width = 2 * Math.PI) {
    const wanted = CALM.matches ? Math.ceil(count / 4) : count;
    for (let index = 0; index < wanted && this.sparks.length < MOST_SPARKS; index++) {
      const angle = direction + (Math.random() - 0.5) * width, fast = speed * (0.3 + Math.random() * 0.7);
      const life = seconds * (0.5 + Math.random() * 0.5);
      this.sparks.push({ x, y, vx: Math.cos(angle) * fast, vy: Math.sin(angle) * fast, life, whole: life, colour });
    }
  }

  ring(x, y, colour, radius, seconds) {
    this.rings.push({ x, y, colour, radius, life: seconds, whole: seconds });
  }

  flash(x, y, colour, size, seconds) {
    this.flashes.push({ x, y, colour, size, life: seconds, whole: seconds });
  }

  quake(strength) {
    if (!CALM.matches) this.shake = Math.min(22, this.shake + strength);
  }

  explosion(x, y, colour) {
    this.burst(x, y, colour, 46, 460, 0.9);
    this.burst(x, y, "#ffffff", 14, 260, 0.5);
    this.ring(x, y, colour, 130, 0.55);
    this.ring(x, y, "#ffffff", 70, 0.3);
    this.flash(x, y, colour, 260, 0.35);
  }

  /** Where the ships are, for the ribbons behind them. */
  follow(ships) {
    const present = new Set();
    for (const ship of ships) {
      present.add(ship.id);
      let trail = this.trails.get(ship.id);
      if (!trail) this.trails.set(ship.id, trail = { colour: ship.colour, points: [] });
      const last = trail.points[trail.points.length - 1];
      if (last && Math.hypot(ship.x - last.x, ship.y - last.y) > 200) trail.points.length = 0;
      trail.points.push({ x: ship.x, y: ship.y, age: 0 });
    }
    for (const id of this.trails.keys()) if (!present.has(id)) this.trails.delete(id);
  }

  step(dt) {
    for (const list of ["sparks", "rings", "flashes"]) {
      for (const one of this[list]) one.life -= dt;
      this[list] = this[list].filter((one) => one.life > 0);
    }
    const drag = Math.exp(-3.2 * dt);
    for (const spark of this.sparks) {
      spark.x += spark.vx * dt;
      spark.y += spark.vy * dt;
      spark.vx *= drag;
      spark.vy *= drag;
    }
    for (const trail of this.trails.values()) {
      for (const point of trail.points) point.age += dt;
      trail.points = trail.points.filter((point) => point.age < TRAIL_S);
    }
    this.shake *= Math.exp(-9 * dt);
    this.hurt *= Math.exp(-4 * dt);
  }
}
