// SPDX-License-Identifier: Apache-2.0
// The service's time, which may run faster than the machine's and ahead of it.

let known = { now_unix_ms: Date.now(), scale: 1, ahead_ms: 0 },
  at = performance.now();

/** As in GET /_local/clock. */
export function setClock(clock) {
  known = { ...known, ...clock };
  at = performance.now();
}

export const now = () => known.now_unix_ms + (performance.now() - at) * (known.scale || 1);
export const aheadMs = () => known.ahead_ms || 0;
export const scale = () => known.scale || 1;
