// SPDX-License-Identifier: Apache-2.0
// Behind the lobby: the empty floor drifts by, lights run along its grid.

import { COLOURS } from "./world.js";

const LIGHTS = 14;
const GRID = 250;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class Ambient {
  constructor(map) {
    this.map = map;
    this.lights = Array.from({ length: LIGHTS }, () => this.light(Math.random()));
  }

  /** A light somewhere on a line of the grid; part: how much of its way is behind it. */
  light(part) {
    const { width, height } = this.map;
    const across = Math.random() < 0.5, forth = Math.random() < 0.5;
    const lines = (across ? height : width) / GRID, line = Math.ceil(Math.random() * (lines - 1)) * GRID;
    return {
      across, forth, line, way: part * (across ? width : height), speed: 160 + Math.random() * 340,
      colour: COLOURS[Math.floor(Math.random() * COLOURS.length)],
    };
  }

  draw(view, effects, now, dt) {
    const drift = CALM.matches ? 0 : now * 0.05, { width, height } = this.map;
    view.camera = { x: width / 2 + Math.cos(drift) * 280, y: height / 2 + Math.sin(drift * 1.3) * 150 };
    this.lights.forEach((light, index) => {
      light.way += CALM.matches ? 0 : light.speed * dt;
      if (light.way > (light.across ? width : height)) this.lights[index] = this.light(0);
    });
    const shots = this.lights.map(({ across, forth, line, way, colour }) => {
      const along = forth ? way : (across ? width : height) - way;
      return {
        x: across ? along : line, y: across ? line : along, colour,
        angle: (across ? 0 : Math.PI / 2) + (forth ? 0 : Math.PI),
      };
    });
    view.draw({ ships: [], shots, pickups: [], effects, now });
  }
}
