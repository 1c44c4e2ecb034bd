// SPDX-License-Identifier: Apache-2.0
// The title of the tab: who waits for a match in another tab sees there that it was found.

const SHOW_MS = 4000;
const usual = document.title;
let timer = null;

function restoreSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => { document.title = usual; }, SHOW_MS);
}

/** Stays until the page has been looked at for a while. */
export function announceInTitle(text) {
  document.title = `${text}: Arena`;
  if (document.visibilityState === "visible") restoreSoon();
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && document.title !== usual) restoreSoon();
});
