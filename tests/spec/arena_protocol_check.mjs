// SPDX-License-Identifier: Apache-2.0
// Checks the page's protocol.js and movement.js against the golden vectors: in node by the spec, in Chromium by
// the page test, which both run checkPage().

const toHex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (hex) => new Uint8Array(hex.match(/../g).map((byte) => parseInt(byte, 16))).buffer;

function compare(expected, actual, path, complaints) {
  if (typeof expected === "number") {
    if (!(Math.abs(expected - actual) < 1e-6)) complaints.push(`${path}: ${actual} is not ${expected}`);
  } else if (expected !== null && typeof expected === "object") {
    const keys = Object.keys(expected).sort().join(), found = Object.keys(actual ?? {}).sort().join();
    if (keys !== found) complaints.push(`${path}: has ${found}, not ${keys}`);
    else for (const key of Object.keys(expected)) compare(expected[key], actual[key], `${path}.${key}`, complaints);
  } else if (expected !== actual) {
    complaints.push(`${path}: ${actual} is not ${expected}`);
  }
}

function expectRefusal(decode, hex, what, complaints) {
  try {
    decode(fromHex(hex));
    complaints.push(`${what} was not refused`);
  } catch (error) {
    if (!(error instanceof Error) || error.message.length < 20) complaints.push(`${what}: no sentence: ${error}`);
  }
}

function checkMovement(movement, { start, rules, map, inputs, places }, complaints) {
  const body = { ...start, vx: 0, vy: 0, dash_left: 0, dash_wait: 0 };
  inputs.forEach((input, index) => {
    movement.step(body, input, rules, map, 1 / 30);
    compare(places[index], { x: body.x, y: body.y }, `step ${index + 1}`, complaints);
  });
}

/** Returns what is wrong, a list of lines. */
export function checkPage(protocol, movement, vectors) {
  const complaints = [];
  compare(vectors.version, protocol.VERSION, "version", complaints);
  for (const { name, hex, fields } of vectors.client) {
    compare(hex, toHex(protocol.encode(name, fields)), name, complaints);
  }
  for (const { name, hex, fields } of vectors.server) {
    compare({ type: name, ...fields }, protocol.decode(fromHex(hex)), name, complaints);
    expectRefusal(protocol.decode, hex.slice(0, -2), `${name}, cut short,`, complaints);
    expectRefusal(protocol.decode, hex + "00", `${name}, too long,`, complaints);
  }
  expectRefusal(protocol.decode, "0301", "another version", complaints);
  checkMovement(movement, vectors.movement, complaints);
  return complaints;
}

if (globalThis.process?.versions?.node) {
  const { readFileSync } = await import("node:fs");
  const file = (name) => readFileSync(new URL(name, import.meta.url));
  const load = (name) => import("data:text/javascript," + encodeURIComponent(file(`../../assets/arena/${name}`)));
  const complaints = checkPage(await load("protocol.js"), await load("movement.js"),
    JSON.parse(file("arena_protocol_vectors.json")));
  console.log(complaints.join("\n"));
  process.exit(complaints.length ? 1 : 0);
}
