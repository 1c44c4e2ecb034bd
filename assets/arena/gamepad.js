// SPDX-License-Identifier: Apache-2.0
// A gamepad of the standard layout: left stick moves, right stick aims, a trigger or a pushed right stick shoots, the
// lower button or a shoulder dashes.

const DEAD = 0.18;       // a stick this near to its middle is at rest
const AIM_TILT = 0.3;    // of the right stick, to aim
const FIRE_TILT = 0.8;   // of the right stick, to shoot as well
const PRESSED = 0.4;     // of a trigger
const FIRE_BUTTONS = [7, 5], DASH_BUTTONS = [0, 6, 4]; // triggers 7 and 6, shoulders 5 and 4, the lower button 0

/** A stick without its dead middle; full tilt is 1 in every direction. */
function stick(x, y) {
  const length = Math.hypot(x, y);
  if (!(length > DEAD)) return { x: 0, y: 0, tilt: 0 };
  const tilt = Math.min(1, (length - DEAD) / (1 - DEAD));
  return { x: x / length * tilt, y: y / length * tilt, tilt };
}

function first() {
  return [...(navigator.getGamepads?.() ?? [])].find((pad) => pad?.connected && pad.mapping === "standard");
}

const isPressed = (pad, buttons) => buttons.some((index) => (pad.buttons[index]?.value ?? 0) > PRESSED);

/** What the pad says now: { x, y, aim (an angle, or null), fire, dash, used }; null where there is none. */
export function readGamepad() {
  const pad = first();
  if (!pad) return null;
  const move = stick(pad.axes[0], pad.axes[1]), turn = stick(pad.axes[2], pad.axes[3]);
  const fire = isPressed(pad, FIRE_BUTTONS) || turn.tilt > FIRE_TILT, dash = isPressed(pad, DASH_BUTTONS);
  return {
    x: move.x, y: move.y, aim: turn.tilt > AIM_TILT ? Math.atan2(turn.y, turn.x) : null, fire, dash,
    used: move.tilt > 0 || turn.tilt > 0 || fire || dash,
  };
}
