// SPDX-License-Identifier: Apache-2.0
// How one ship moves in one step: the arithmetic of game/arena/movement.lua, so that the page can show the own
// ship before the server has answered. The trace in tests/spec/arena_protocol_vectors.json keeps the two alike.

const clamp = (value, low, high) => (value < low ? low : value > high ? high : value);

function pushOut(wall, x, y, radius) {
  const dx = x - clamp(x, wall.x, wall.x + wall.w);
  const dy = y - clamp(y, wall.y, wall.y + wall.h);
  const distance2 = dx * dx + dy * dy;
  if (distance2 >= radius * radius) return null;
  if (distance2 > 0) {
    const distance = Math.sqrt(distance2);
    const scale = (radius - distance) / distance;
    return [dx * scale, dy * scale];
  }
  const left = x - wall.x, right = wall.x + wall.w - x, up = y - wall.y, down = wall.y + wall.h - y;
  const least = Math.min(left, right, up, down);
  if (least === left) return [-(left + radius), 0];
  if (least === right) return [right + radius, 0];
  if (least === up) return [0, -(up + radius)];
  return [0, down + radius];
}

function startDash(body, input, m) {
  let x = input.move_x, y = input.move_y, length = Math.sqrt(x * x + y * y);
  if (length < 0.1) {
    x = Math.cos(input.aim);
    y = Math.sin(input.aim);
    length = 1;
  }
  body.vx = x / length * m.dash_speed;
  body.vy = y / length * m.dash_speed;
  body.dash_left = m.dash_seconds;
  body.dash_wait = m.dash_cooldown;
}

function steer(body, input, m, dt) {
  let x = input.move_x, y = input.move_y;
  const length = Math.sqrt(x * x + y * y);
  if (length > 1) {
    x /= length;
    y /= length;
  }
  const wantX = x * m.max_speed, wantY = y * m.max_speed;
  const dx = wantX - body.vx, dy = wantY - body.vy;
  const change = Math.sqrt(dx * dx + dy * dy);
  const most = (length > 0.05 ? m.acceleration : m.braking) * dt;
  if (change <= most) {
    body.vx = wantX;
    body.vy = wantY;
  } else {
    body.vx += dx / change * most;
    body.vy += dy / change * most;
  }
}

function slide(body, map, radius) {
  for (const wall of map.walls) {
    const push = pushOut(wall, body.x, body.y, radius);
    if (!push) continue;
    const [px, py] = push;
    body.x += px;
    body.y += py;
    const length2 = px * px + py * py, into = body.vx * px + body.vy * py;
    if (into < 0 && length2 > 0) {
      body.vx -= px * into / length2;
      body.vy -= py * into / length2;
    }
  }
}

function keepInside(body, map, radius) {
  const x = clamp(body.x, radius, map.width - radius), y = clamp(body.y, radius, map.height - radius);
  if (x !== body.x) {
    body.x = x;
    body.vx = 0;
  }
  if (y !== body.y) {
    body.y = y;
    body.vy = 0;
  }
}

/** body: x, y, vx, vy, dash_left, dash_wait. input: move_x, move_y (-1..1), aim, dash. True: a dash began. */
export function step(body, input, m, map, dt) {
  body.dash_wait = Math.max(0, body.dash_wait - dt);
  const dashed = input.dash && body.dash_wait === 0;
  if (dashed) startDash(body, input, m);
  if (body.dash_left > 0) body.dash_left = Math.max(0, body.dash_left - dt);
  else steer(body, input, m, dt);
  body.x += body.vx * dt;
  body.y += body.vy * dt;
  slide(body, map, m.ship_radius);
  keepInside(body, map, m.ship_radius);
  return dashed;
}
