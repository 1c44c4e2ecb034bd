// SPDX-License-Identifier: Apache-2.0
// Where the page is: #/sessions/<key>?state=ACTIVE&text=arena. Everything that can be shared is in the address.

const readable = (key) => encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%40", "@");

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    // somebody's half of a link
    return text;
  }
}

/** { view, key, params } */
export function readRoute(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const slash = path.indexOf("/");
  return {
    view: slash < 0 ? path : path.slice(0, slash),
    key: slash < 0 ? "" : decoded(path.slice(slash + 1)),
    params: Object.fromEntries(new URLSearchParams(query)),
  };
}

export function link(view, key = "", params = {}) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value)).toString();
  return `#/${view}${key ? `/${readable(key)}` : ""}${query ? `?${query}` : ""}`;
}

/** Goes there; `replace` leaves no step behind for the button "back". */
export function go(target, replace = false) {
  if (location.hash === target) return;
  if (!replace) {
    location.hash = target;
    return;
  }
  history.replaceState(null, "", target);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
