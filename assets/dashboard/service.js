// SPDX-License-Identifier: Apache-2.0
// What this page asks of gamelift-local: the AWS API, the controls, documents. What goes wrong becomes an Error whose
// message is a sentence. The token that the page was opened with, if any, is shown with whatever it asks for.

import { quoted } from "./text.js";

const TIMEOUT_MS = 20000;

const given = new URLSearchParams(location.search).get("token") || "";
/** It is typed into shells, too: what cannot be a token is none. */
export const token = /^[\w-]{16,128}$/.test(given) ? given : null;

async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Error("gamelift-local does not answer. Is it still running?");
  }
  const text = await response.text();
  let answer = null;
  try {
    answer = JSON.parse(text);
  } catch {
    /* a refusal may be one sentence of plain text */
  }
  if (response.ok && answer) return answer;
  throw new Error(
    answer?.Message || text.trim().slice(0, 400) || `gamelift-local answered with HTTP status ${response.status}.`,
  );
}

/** An operation of the AWS API. */
export const call = (operation, members = {}) =>
  ask("/", {
    method: "POST",
    headers: { "X-Amz-Target": `GameLift.${operation}`, "Content-Type": "application/x-amz-json-1.1" },
    body: JSON.stringify(members),
  });

/** POST /_local/<name> */
export const control = (name, members = {}) =>
  ask(`/_local/${name}`, { method: "POST", body: JSON.stringify(members) });

/** GET /_local/<name>?... */
export const get = (name, query = {}) => ask(`/_local/${name}?${new URLSearchParams(query)}`.replace(/\?$/, ""));

/** The address of the WebSocket that sends changes. */
export const liveUrl = () =>
  `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/_local/live${token ? `?token=${token}` : ""}`;

// ---- what to type instead

const kebab = (operation) => operation.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();

function awsPrefix() {
  const keys = token ? [`AWS_ACCESS_KEY_ID=${token} AWS_SECRET_ACCESS_KEY=any`] : [];
  return [...keys, `aws --endpoint-url ${location.origin}`, `  --region us-east-1${token ? "" : " --no-sign-request"}`];
}

/** A command for the AWS CLI with readable parameters: awsCommand("create-game-session", "--fleet-id f"). */
export const awsCommand = (command, ...parameters) =>
  [...awsPrefix(), `  gamelift ${command}`, ...parameters.map((text) => `  ${text}`)].join(" \\\n");

/** The same call with the members as they were sent. */
export const awsCommandOf = (operation, members) =>
  awsCommand(
    kebab(operation),
    ...(Object.keys(members).length ? [`--cli-input-json ${quoted(JSON.stringify(members))}`] : []),
  );
