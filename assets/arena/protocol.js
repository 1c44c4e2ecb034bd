// SPDX-License-Identifier: Apache-2.0
// The messages between the arena and its players; game/arena/protocol.lua holds the same tables and the reasons.
// The golden bytes in tests/spec/arena_protocol_vectors.json keep the two alike.

export const VERSION = 2;

const TAU = 2 * Math.PI;

// A scalar: its DataView type, its range, and how many wire units make one.
const SCALARS = {
  u8: { type: "Uint8", bytes: 1, low: 0, high: 255, scale: 1 },
  u16: { type: "Uint16", bytes: 2, low: 0, high: 65535, scale: 1 },
  u32: { type: "Uint32", bytes: 4, low: 0, high: 4294967295, scale: 1 },
  axis: { type: "Int8", bytes: 1, low: -127, high: 127, scale: 127 },
  length: { type: "Uint16", bytes: 2, low: 0, high: 65535, scale: 16 },
  speed: { type: "Int8", bytes: 1, low: -127, high: 127, scale: 1 / 8 },
  velocity: { type: "Int16", bytes: 2, low: -32768, high: 32767, scale: 16 },
  angle: { type: "Uint16", bytes: 2, low: 0, high: 65535, scale: 65536 / TAU, wraps: true },
  centis: { type: "Uint8", bytes: 1, low: 0, high: 255, scale: 100 },
  ticks20: { type: "Uint8", bytes: 1, low: 0, high: 255, scale: 20 },
  tenths: { type: "Uint16", bytes: 2, low: 0, high: 65535, scale: 10 },
};

const EVENTS = [
  ["spawn", ["ship", "u8"], ["x", "length"], ["y", "length"]],
  ["shot", ["shot", "u16"], ["ship", "u8"], ["x", "length"], ["y", "length"], ["angle", "angle"]],
  ["shot_end", ["shot", "u16"], ["ship", "u8"], ["x", "length"], ["y", "length"]],
  ["kill", ["ship", "u8"], ["by", "u8"], ["streak", "u8"], ["ended", "u8"], ["x", "length"], ["y", "length"]],
  ["pickup", ["ship", "u8"], ["place", "u8"]],
  ["dash", ["ship", "u8"]],
];

const FROM_CLIENT = [
  ["hello", ["flags", "u8"], ["name", "text"]],
  ["input", ["sequence", "u16"], ["move_x", "axis"], ["move_y", "axis"], ["aim", "angle"], ["buttons", "u8"]],
  ["ping", ["stamp", "u32"]],
];

const SNAPSHOT_OWN = [
  ["ship", "u8"], ["ack", "u16"], ["vx", "velocity"], ["vy", "velocity"], ["dash_left", "centis"],
  ["dash_wait", "centis"], ["power_left", "ticks20"], ["respawn_left", "ticks20"],
];
const SNAPSHOT_SHARED = [
  ["tick", "u32"], ["phase", "u8"], ["left", "tenths"], ["round", "u8"], ["rounds", "u8"],
  ["tick_us", "u16"],
  ["ships", { list: [["ship", "u8"], ["flags", "u8"], ["x", "length"], ["y", "length"],
    ["vx", "speed"], ["vy", "speed"], ["aim", "angle"], ["health", "u8"], ["kills", "u8"]] }],
  ["pickups", { list: [["kind", "u8"]] }],
  ["events", { variants: EVENTS }],
];

const FROM_SERVER = [
  ["greeting"],
  ["welcome", ["ship", "u8"], ["tick_rate", "u8"], ["max_players", "u8"],
    ["session", "text"], ["player_session", "text"],
    ["ship_radius", "u8"], ["max_speed", "u16"], ["acceleration", "u16"], ["braking", "u16"],
    ["dash_speed", "u16"], ["dash_seconds", "centis"], ["dash_cooldown", "centis"],
    ["shot_speed", "u16"], ["width", "length"], ["height", "length"],
    ["walls", { list: [["x", "length"], ["y", "length"], ["w", "length"], ["h", "length"]] }],
    ["pickups", { list: [["x", "length"], ["y", "length"]] }]],
  ["roster", ["seats", { list: [["ship", "u8"], ["state", "u8"], ["flags", "u8"], ["name", "text"]] }]],
  ["snapshot", ["own", { group: SNAPSHOT_OWN }], ["shared", { group: SNAPSHOT_SHARED }]],
  ["service", ["backfill", "u8"], ["wanted", "u8"], ["elapsed", "tenths"], ["draining", "u8"], ["left", "tenths"]],
  ["notice", ["tone", "u8"], ["call", "text"], ["text", "text"]],
  ["scores", ["round", "u8"], ["rounds", "u8"], ["final", "u8"],
    ["rows", { list: [["ship", "u8"], ["kills", "u8"], ["deaths", "u8"], ["total", "u16"], ["won", "u8"], ["name", "text"],
      ["past", { list: [["kills", "u8"]] }]] }]],
  ["pong", ["stamp", "u32"], ["tick", "u32"]],
];

export const ABSENT = 255; // in place of kills
export const BUTTONS = { fire: 1, dash: 2 };
export const PHASES = ["waiting", "countdown", "playing", "results", "over"];
export const SEAT_STATES = ["reserved", "accepted", "left"];
export const SEAT_BOT = 1;
export const SHIP_FLAGS = { alive: 1, protected: 2, dashing: 4, rapid: 8, spread: 16 };
export const BACKFILL_STATES = ["closed", "idle", "searching"];
export const TONES = ["info", "good", "warn", "bad"];
export const CLOSE_CODE = 4000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

class Writer {
  constructor() {
    this.view = new DataView(new ArrayBuffer(512));
    this.at = 0;
  }

  scalar(kind, value) {
    let units = Math.floor(value * kind.scale + 0.5);
    if (kind.wraps) units = ((units % (kind.high + 1)) + kind.high + 1) % (kind.high + 1);
    units = Math.max(kind.low, Math.min(kind.high, units));
    this.view["set" + kind.type](this.at, units, true);
    this.at += kind.bytes;
  }

  text(value) {
    const bytes = encoder.encode(value);
    if (bytes.length > 255) throw new RangeError("a text has at most 255 bytes");
    this.scalar(SCALARS.u8, bytes.length);
    for (const byte of bytes) this.scalar(SCALARS.u8, byte);
  }
}

class Reader {
  constructor(buffer) {
    this.view = new DataView(buffer);
    this.at = 0;
  }

  scalar(kind) {
    const units = this.view["get" + kind.type](this.at, true); // past the end: RangeError
    this.at += kind.bytes;
    return kind.scale === 1 ? units : units / kind.scale;
  }

  text() {
    const length = this.scalar(SCALARS.u8);
    const bytes = new Uint8Array(this.view.buffer, this.view.byteOffset + this.at, length);
    this.at += length;
    return decoder.decode(bytes);
  }

  list(shape) {
    const items = [];
    for (let left = this.scalar(SCALARS.u8); left > 0; left--) {
      const item = {};
      if (shape.variants) {
        const variant = shape.variants[this.scalar(SCALARS.u8) - 1];
        if (!variant) throw new RangeError("unknown event");
        item.type = variant[0];
        this.fields(variant, 1, item);
      } else {
        this.fields(shape.list, 0, item);
      }
      items.push(item);
    }
    return items;
  }

  fields(fields, first, values) {
    for (let index = first; index < fields.length; index++) {
      const [name, kind] = fields[index];
      if (kind === "text") values[name] = this.text();
      else if (typeof kind === "string") values[name] = this.scalar(SCALARS[kind]);
      else if (kind.group) values[name] = this.fields(kind.group, 0, {});
      else values[name] = this.list(kind);
    }
    return values;
  }
}

/** A message to the server, as an ArrayBuffer. Numbers out of range are clamped. */
export function encode(name, values) {
  const number = FROM_CLIENT.findIndex((message) => message[0] === name) + 1;
  const writer = new Writer();
  writer.scalar(SCALARS.u8, VERSION);
  writer.scalar(SCALARS.u8, number);
  for (const [field, kind] of FROM_CLIENT[number - 1].slice(1)) {
    if (kind === "text") writer.text(values[field]);
    else writer.scalar(SCALARS[kind], values[field]);
  }
  return writer.view.buffer.slice(0, writer.at);
}

/** A message from the server: { type, ... }. Throws an Error whose message is a sentence for the player. */
export function decode(buffer) {
  const reader = new Reader(buffer);
  try {
    const version = reader.scalar(SCALARS.u8);
    if (version !== VERSION) {
      throw new Error(`The server speaks version ${version} of the arena protocol, this page ${VERSION}: reload it.`);
    }
    const message = FROM_SERVER[reader.scalar(SCALARS.u8) - 1];
    if (!message) throw new RangeError("unknown type");
    const values = reader.fields(message, 1, { type: message[0] });
    if (reader.at !== buffer.byteLength) throw new RangeError("too long");
    return values;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new Error(`The server sent a message that this page does not understand (${error.message}).`);
    }
    throw error;
  }
}
