// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, and is no module for that reason: a switched theme must not flash in the other one.
"use strict";
try {
  const theme = localStorage.getItem("workbench.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  /* a browser that keeps nothing follows the system */
}
