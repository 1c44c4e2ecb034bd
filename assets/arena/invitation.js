// SPDX-License-Identifier: Apache-2.0
// How others get here: the link of a lobby that the local network reaches, and its QR code for their phones.

import * as api from "./api.js";

const SVG = "http://www.w3.org/2000/svg";
const QUIET = 4; // light modules round a code, without which cameras do not find it

const isPhone = () => matchMedia("(hover: none) and (pointer: coarse)").matches;

function draw(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** rows: texts of "#" for dark and "." for light. */
function code(rows) {
  const size = rows.length + 2 * QUIET;
  const picture = draw("svg", { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": "QR code of the link" });
  const dark = rows.flatMap((row, y) => [...row].map((module, x) => (
    module === "#" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")));
  picture.append(draw("rect", { width: size, height: size, fill: "#fff" }),
    draw("path", { d: dark.join(""), fill: "#000", "shape-rendering": "crispEdges" }));
  return picture;
}

/** Shows it where there is one; on a phone there is no use for it. */
export async function showInvitation(section) {
  const { link, rows } = isPhone() ? {} : await api.link().catch(() => ({}));
  section.hidden = !link;
  if (!link) return;
  section.querySelector("a").href = link;
  section.querySelector("span").hidden = !rows;
  section.querySelector("svg")?.remove();
  if (rows) section.prepend(code(rows));
}
