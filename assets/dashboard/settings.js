// SPDX-License-Identifier: Apache-2.0
// What this browser remembers of how somebody likes the page.

function read(name) {
  try {
    return localStorage.getItem(`workbench.${name}`);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value) localStorage.setItem(`workbench.${name}`, value);
    else localStorage.removeItem(`workbench.${name}`);
  } catch {
    /* a browser that keeps nothing forgets it */
  }
}

export const settings = {
  get foldsPast() {
    return read("fold") === "yes";
  },
  set foldsPast(value) {
    write("fold", value ? "yes" : "");
  },

  /** "light", "dark", or "" as the system has it. */
  get theme() {
    return document.documentElement.dataset.theme || "";
  },
  set theme(value) {
    if (value) document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
    write("theme", value);
  },
};
