// SPDX-License-Identifier: Apache-2.0
// The lobby's HTTP API. Everything that goes wrong becomes an Error whose message is a sentence for the player.

const TIMEOUT_MS = 10000;

/** A lobby that others on the network reach demands the token of its link. It stands behind the #, which no browser
 * sends along with the page's address, and is looked up each time: somebody may mend the address of an open page. */
function withToken(path) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  return token ? `${path}?${new URLSearchParams({ token })}` : path;
}

async function ask(method, path, body) {
  let response;
  try {
    response = await fetch(withToken(path), {
      method,
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Error("The lobby does not answer. Is it still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(answer.error || answer.message || `The lobby answered with HTTP status ${response.status}.`);
}

export const play = (name) => ask("POST", "/api/play", { name });
export const ticket = (id) => ask("GET", `/api/tickets/${encodeURIComponent(id)}`);
export const cancel = (id) => ask("DELETE", `/api/tickets/${encodeURIComponent(id)}`);
export const status = () => ask("GET", "/api/status");
export const link = () => ask("GET", "/api/link");
