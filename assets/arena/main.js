// SPDX-License-Identifier: Apache-2.0
// The page: lobby, game, and back. `window.arena` is a read-only look inside, for tests and the curious.
//
// ?name=mia fills in a name, ?autoplay=1 presses Play.

import { Ambient } from "./ambient.js";
import { Controls } from "./controls.js";
import { Effects } from "./effects.js";
import { Game } from "./game.js";
import { readGamepad } from "./gamepad.js";
import { Hud } from "./hud.js";
import { Lobby } from "./lobby.js";
import { Sound } from "./sound.js";
import { announceInTitle } from "./title.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const MOST_DT = 0.1;

const EMPTY_FLOOR = { width: 2000, height: 1300, walls: [] };

const canvas = $("view");
const parts = {
  view: new View(canvas), effects: new Effects(), controls: new Controls(canvas), sound: new Sound(), hud: new Hud(),
};
let game = null;
let matches = 0;
let lastResult = null;

function showScreen(name) {
  document.body.dataset.screen = name;
  $("hud").hidden = name !== "game";
}

const lobby = new Lobby((connection, name) => {
  parts.sound.unlock();
  matches += 1;
  announceInTitle("Match found");
  showScreen("game");
  canvas.focus();
  game = new Game(parts, connection, name, {
    onCall: (call, text) => lobby.done(call, text),
    onLost: () => lobby.lost("RemovePlayerSession",
      "The connection was lost: what the server still told GameLift, if it lives, is not known here."),
    onBackfilled: () => lobby.instead("CreateGameSession", "StartMatchBackfill",
      "The server of a running match was looking for one more player: you."),
    onEnd: (result) => {
      game = null;
      lastResult = result;
      showScreen("lobby");
      parts.view.setMap(EMPTY_FLOOR);
      lobby.comeBack(result);
    },
  });
});

const ambient = new Ambient(EMPTY_FLOOR);
parts.view.setMap(EMPTY_FLOOR);

// ---- frames

let lastFrame = performance.now() / 1000;

function frame(milliseconds) {
  const now = milliseconds / 1000, dt = Math.min(MOST_DT, Math.max(0, now - lastFrame));
  lastFrame = now;
  if (game) game.frame(now, dt);
  else ambient.draw(parts.view, parts.effects, now, dt);
  playByGamepad();
  requestAnimationFrame(frame);
}

// ---- buttons and keys of the page

let dashHeld = false;

/** The button that dashes in the game presses Play in the lobby. */
function playByGamepad() {
  const dash = Boolean(readGamepad()?.dash);
  if (dash && !dashHeld && !game && !lobby.ticket) lobby.play();
  dashHeld = dash;
}

function showSound() {
  $("sound").setAttribute("aria-pressed", String(parts.sound.on));
  $("sound").textContent = parts.sound.on ? "Sound on" : "Sound off";
}

function toggleSound() {
  parts.sound.toggle();
  showSound();
}

$("sound").addEventListener("click", toggleSound);
$("leave").addEventListener("click", () => game?.leave());
addEventListener("keydown", (event) => {
  if (event.target instanceof HTMLInputElement) return;
  if (event.code === "KeyM") toggleSound();
  if (event.code === "KeyH" && game) $("panel-toggle").click();
});
addEventListener("pointerdown", () => parts.sound.unlock());

// ---- a look inside

Object.defineProperty(window, "arena", {
  value: Object.freeze({
    get screen() { return document.body.dataset.screen; },
    get ticket() { return lobby.ticket?.status ?? null; },
    get error() { return lobby.error; },
    get result() { return lastResult; },
    get matches() { return matches; },
    get connected() { return Boolean(game?.world.welcome); },
    get sessionId() { return game?.world.welcome?.session ?? null; },
    get playerSessionId() { return game?.world.welcome?.player_session ?? null; },
    get roundTripMs() { return game?.connection.roundTripMs ?? null; },
    get serverTickMs() { return game?.world.shared ? game.world.shared.tick_us / 1000 : null; },
    get snapshotsPerSecond() { return game?.connection.snapshotsPerSecond ?? 0; },
    get framesPerSecond() { return game?.fps ?? 0; },
    get frames() { return game?.frames ?? 0; },
    get phase() { return game?.world.phase ?? null; },
    get players() { return game?.world.players() ?? []; },
    get seats() { return game?.world.seats.map((seat) => ({ ...seat })) ?? []; },
    get wanted() { return game ? { ...parts.controls.wanted } : null; },
    get backfill() { return game?.world.service?.state ?? null; },
    get ship() { return game?.ownShip ? { x: game.ownShip.x, y: game.ownShip.y, health: game.ownShip.health } : null; },
  }),
});

// ---- begin

const wanted = new URLSearchParams(location.search);
if (wanted.get("name")) $("name").value = wanted.get("name").slice(0, 24);
showSound();
requestAnimationFrame(frame);
if (wanted.get("autoplay") === "1") lobby.play();
else $("name").focus();
