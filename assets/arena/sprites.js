// SPDX-License-Identifier: Apache-2.0
// Glow is drawn once into small pictures; a frame only copies them. Lengths are world units times `scale`.

function canvasOf(width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.ceil(width));
  canvas.height = Math.max(1, Math.ceil(height));
  return canvas;
}

const withAlpha = (colour, alpha) => colour + Math.round(alpha * 255).toString(16).padStart(2, "0");

export class Sprites {
  constructor() {
    this.scale = 1;
    this.cache = new Map();
  }

  /** Pictures are made for one scale; another forgets them. */
  setScale(scale) {
    if (scale === this.scale) return;
    this.scale = scale;
    this.cache.clear();
  }

  get(key, make) {
    let picture = this.cache.get(key);
    if (!picture) {
      if (this.cache.size > 300) this.cache.clear();
      picture = make();
      this.cache.set(key, picture);
    }
    return picture;
  }

  /** A soft round light, 64 units wide. */
  glow(colour) {
    return this.get("glow" + colour, () => {
      const size = 64 * this.scale, canvas = canvasOf(size, size), c = canvas.getContext("2d");
      const light = c.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
      light.addColorStop(0, withAlpha(colour, 0.9));
      light.addColorStop(0.25, withAlpha(colour, 0.35));
      light.addColorStop(1, withAlpha(colour, 0));
      c.fillStyle = light;
      c.fillRect(0, 0, size, size);
      return canvas;
    });
  }

  /** A ship that points right, 96 units wide with its glow. */
  ship(colour, mine) {
    return this.get(`ship${colour}${mine}`, () => this.drawn(96, 96, (c) => {
      c.shadowColor = colour;
      c.shadowBlur = 16 * this.scale;
      hull(c);
      c.fillStyle = "#0d1424";
      c.fill();
      c.fillStyle = withAlpha(colour, mine ? 0.5 : 0.32);
      c.fill();
      c.lineWidth = 2.4;
      c.lineJoin = "round";
      c.strokeStyle = colour;
      c.stroke();
      c.shadowBlur = 0;
      c.lineWidth = 1;
      c.strokeStyle = mine ? "#ffffff" : withAlpha("#ffffff", 0.55);
      c.stroke();
      c.beginPath();
      c.arc(3, 0, 3.6, 0, 7);
      c.fillStyle = mine ? "#ffffff" : colour;
      c.fill();
    }));
  }

  /** A shot that flies right, 64 by 24 units, its head at 48. */
  shot(colour) {
    return this.get("shot" + colour, () => this.drawn(64, 24, (c) => {
      const tail = c.createLinearGradient(-30, 0, 18, 0);
      tail.addColorStop(0, withAlpha(colour, 0));
      tail.addColorStop(1, colour);
      c.shadowColor = colour;
      c.shadowBlur = 9 * this.scale;
      c.strokeStyle = tail;
      c.lineWidth = 5;
      c.lineCap = "round";
      c.beginPath();
      c.moveTo(-28, 0);
      c.lineTo(15, 0);
      c.stroke();
      c.shadowBlur = 0;
      c.strokeStyle = "#ffffff";
      c.lineWidth = 2.2;
      c.beginPath();
      c.moveTo(4, 0);
      c.lineTo(15, 0);
      c.stroke();
    }));
  }

  /** A pickup, 72 units wide: 1 health, 2 rapid, 3 spread. */
  pickup(kind) {
    return this.get("pickup" + kind, () => this.drawn(72, 72, (c) => {
      const colour = PICKUP_COLOURS[kind];
      c.shadowColor = colour;
      c.shadowBlur = 14 * this.scale;
      c.strokeStyle = colour;
      c.lineWidth = 2;
      c.lineJoin = "round";
      hexagon(c, 18);
      c.fillStyle = "#0d1424";
      c.fill();
      c.stroke();
      c.shadowBlur = 4 * this.scale;
      c.lineWidth = 2.6;
      c.lineCap = "round";
      c.beginPath();
      for (const line of PICKUP_ICONS[kind]) line.forEach(([x, y], index) => (index ? c.lineTo(x, y) : c.moveTo(x, y)));
      c.stroke();
    }));
  }

  /** A text of so many pixels, with its width in canvas.width. */
  text(text, colour, pixels) {
    return this.get(`text${pixels}${colour}${text}`, () => {
      const font = `600 ${pixels}px system-ui, sans-serif`;
      const measure = canvasOf(1, 1).getContext("2d");
      measure.font = font;
      const canvas = canvasOf(measure.measureText(text).width + 8, pixels * 1.6), c = canvas.getContext("2d");
      c.font = font;
      c.textBaseline = "middle";
      c.shadowColor = "#05080f";
      c.shadowBlur = 3;
      c.fillStyle = colour;
      c.fillText(text, 4, canvas.height / 2);
      return canvas;
    });
  }

  drawn(width, height, draw) {
    const canvas = canvasOf(width * this.scale, height * this.scale), c = canvas.getContext("2d");
    c.translate(canvas.width / 2, canvas.height / 2);
    c.scale(this.scale, this.scale);
    draw(c);
    return canvas;
  }
}

export const PICKUP_COLOURS = ["", "#4ade80", "#f59e0b", "#c084fc"];
const PICKUP_ICONS = [
  [],
  [[[-7, 0], [7, 0]], [[0, -7], [0, 7]]],
  [[[3, -9], [-5, 2], [4, -1], [-3, 9]]],
  [[[-7, 0], [7, 0]], [[-7, 0], [5, -7]], [[-7, 0], [5, 7]]],
];

function hull(c) {
  c.beginPath();
  c.moveTo(23, 0);
  c.lineTo(-15, 16);
  c.lineTo(-8, 0);
  c.lineTo(-15, -16);
  c.closePath();
}

function hexagon(c, radius) {
  c.beginPath();
  for (let corner = 0; corner < 6; corner++) {
    const angle = (corner + 0.5) * Math.PI / 3;
    c.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  c.closePath();
}

/** The floor with its grid and walls, as one picture. */
export function drawFloor(map, scale) {
  const canvas = canvasOf(map.width * scale, map.height * scale), c = canvas.getContext("2d");
  c.scale(scale, scale);
  c.fillStyle = "#0b0f1a";
  c.fillRect(0, 0, map.width, map.height);
  drawLights(c, map);
  drawGrid(c, map);
  drawWalls(c, map.walls, scale);
  c.strokeStyle = "#2dd4bf";
  c.shadowColor = "#2dd4bf";
  c.shadowBlur = 26 * scale;
  c.lineWidth = 4;
  c.strokeRect(2, 2, map.width - 4, map.height - 4);
  return canvas;
}

function drawLights(c, { width, height }) {
  const spots = [
    [0.5, 0.5, 620, "#15284a"], [0, 0, 700, "#0c2a33"], [1, 1, 700, "#0c2a33"], [1, 0, 620, "#1d1a3d"],
    [0, 1, 620, "#1d1a3d"],
  ];
  for (const [x, y, radius, colour] of spots) {
    const light = c.createRadialGradient(x * width, y * height, 0, x * width, y * height, radius);
    light.addColorStop(0, colour);
    light.addColorStop(1, withAlpha(colour, 0));
    c.fillStyle = light;
    c.fillRect(0, 0, width, height);
  }
}

function drawGrid(c, { width, height }) {
  for (const [every, colour, line] of [[50, "#1a2640", 1], [250, "#243556", 1.5]]) {
    c.strokeStyle = colour;
    c.lineWidth = line;
    c.beginPath();
    for (let x = every; x < width; x += every) {
      c.moveTo(x, 0);
      c.lineTo(x, height);
    }
    for (let y = every; y < height; y += every) {
      c.moveTo(0, y);
      c.lineTo(width, y);
    }
    c.stroke();
  }
}

/** In layers, all walls at once, so that walls that overlap look like one. */
function drawWalls(c, walls, scale) {
  const faces = (inset) => {
    const path = new Path2D();
    for (const { x, y, w, h } of walls) path.rect(x + inset, y + inset, w - 2 * inset, h - 2 * inset);
    return path;
  };
  c.save();
  c.shadowColor = "#3b82f6";
  c.shadowBlur = 20 * scale;
  c.fillStyle = "#5b8def";
  c.fill(faces(0));
  c.restore();
  for (const [inset, colour] of [[2, "#1b2742"], [7, "#2a3a5c"], [8, "#18223b"]]) {
    c.fillStyle = colour;
    c.fill(faces(inset));
  }
}
