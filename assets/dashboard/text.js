// SPDX-License-Identifier: Apache-2.0
// How ids, times and numbers are written.

const UUID = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The last part of an ARN, its UUID cut to eight digits. */
export function short(id) {
  const text = String(id);
  return text.slice(text.lastIndexOf("/") + 1).replace(UUID, "$1");
}

/** A sentence, with the ids in it cut. */
export const shortened = (text) =>
  String(text)
    .replace(/arn:[\w-]+:gamelift:[^\s,;"}\]]*/g, (arn) => short(arn))
    .replace(UUID, "$1");

export const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || `${one}s`}`;
export const count = (n) => Number(n ?? 0).toLocaleString("en-US");

const two = (n) => String(n).padStart(2, "0");

/** 14:03:27 */
export function clockTime(unixMs) {
  const date = new Date(unixMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 14:03:27.081 */
export const exactTime = (unixMs) =>
  `${clockTime(unixMs)}.${String(new Date(unixMs).getMilliseconds()).padStart(3, "0")}`;

/** 2026-11-28 14:03:27 */
export function dateTime(unixMs) {
  const date = new Date(unixMs);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime(unixMs)}`;
}

/** 12 s, 4:05, 2 h 10 min, 3 d 4 h */
export function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor((s % 86400) / 3600)} h`;
}

/** 840 µs, 12.4 ms, 1.3 s */
export function took(us) {
  if (us < 1000) return `${us} µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(1)} s`;
}

/** "REQUIRES_ACCEPTANCE" is "requires acceptance" to people. */
export const words = (state) =>
  String(state ?? "")
    .toLowerCase()
    .replaceAll("_", " ");

/** "ip_address" is "IP address". */
export function title(member) {
  const text = member
    .replace(/_unix_ms$/, "")
    .replaceAll("_", " ")
    .replace(/\bid\b/g, "ID")
    .replace(/\bip\b/g, "IP")
    .replace(/\barn\b/g, "ARN")
    .replace(/\bsdk\b/g, "SDK")
    .replace(/\bapi\b/g, "API")
    .replace(/\bdns\b/g, "DNS");
  return text[0].toUpperCase() + text.slice(1);
}

/** For a POSIX shell, whatever is in it. */
export const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${String(text).replaceAll("'", "'\\''")}'`);
