// SPDX-License-Identifier: Apache-2.0
// Elements: h() describes, patch() makes the page like the description and keeps what is there, so that nothing
// flickers and focus, selection and scrolling stay. Text is only ever set as text: there is no way to pass markup.

const SVG = "http://www.w3.org/2000/svg";

const isContent = (child) => child !== null && child !== undefined && child !== false && child !== "";
const contents = (children) => children.flat(Infinity).filter(isContent);

/** h("a", { href, class, onclick, key, style: { width: "3px" } }, ...children); "svg:use" is an element of SVG. */
export const h = (tag, props, ...children) => ({ tag, props: props || {}, children: contents(children) });

function create(tag) {
  return tag.startsWith("svg:") ? document.createElementNS(SVG, tag.slice(4)) : document.createElement(tag);
}

function setStyle(node, style, before) {
  for (const name of Object.keys(before)) if (!(name in style)) node.style.removeProperty(name);
  for (const [name, value] of Object.entries(style)) if (before[name] !== value) node.style.setProperty(name, value);
}

function setProperty(node, name, value, before) {
  if (name === "key" || value === before) return;
  if (name === "style") setStyle(node, value || {}, before || {});
  else if (name.startsWith("on")) node[name] = value ?? null;
  else if (value === false || value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

function setProperties(node, props) {
  const before = node.patchProps || {};
  for (const name of Object.keys(before)) if (!(name in props)) setProperty(node, name, undefined, before[name]);
  for (const [name, value] of Object.entries(props)) setProperty(node, name, value, before[name]);
  node.patchProps = props;
}

function patch(parent, wanted) {
  const known = new Map();
  for (const node of [...parent.childNodes]) {
    if (node.patchKey === undefined)
      node.remove(); // of the document itself: what is there before the first drawing
    else known.set(node.patchKey, node);
  }
  const used = [];
  wanted.forEach((want, i) => {
    const isText = typeof want !== "object";
    const key = isText ? `text ${i}` : `${want.tag} ${want.props.key ?? i}`;
    const node = known.get(key) || (isText ? document.createTextNode("") : create(want.tag));
    known.delete(key);
    node.patchKey = key;
    if (isText) {
      if (node.data !== String(want)) node.data = want;
    } else {
      setProperties(node, want.props);
      patch(node, want.children);
    }
    used.push(node);
  });
  for (const node of known.values()) node.remove(); // first: what goes must not push what stays
  let at = parent.firstChild;
  for (const node of used) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
}

/** The element has this content from now on. */
export function show(element, ...content) {
  patch(element, contents(content));
}

/** A new element, for what is built once. */
export function build(description) {
  const node = create(description.tag);
  setProperties(node, description.props);
  patch(node, description.children);
  return node;
}

/** Runs `draw` before the next paint, once for however many calls. */
export function drawsSoon(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}
