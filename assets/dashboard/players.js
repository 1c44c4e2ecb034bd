// SPDX-License-Identifier: Apache-2.0
// Players and properties as people type them: "alice skill=27 mode=ctf,tdm latency.custom-here=40", one a line. Pure.

const lines = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** "27" is a number, "ctf,tdm" a list of texts, "a:1;b:2" a map of numbers, anything else a text. */
export function readAttribute(text) {
  if (/^-?\d+(\.\d+)?$/.test(text)) return { N: Number(text) };
  if (/^([^:;,]+:-?\d+(\.\d+)?;?)+$/.test(text)) {
    return {
      SDM: Object.fromEntries(
        text
          .split(";")
          .filter(Boolean)
          .map((part) => [part.slice(0, part.lastIndexOf(":")), Number(part.slice(part.lastIndexOf(":") + 1))]),
      ),
    };
  }
  return text.includes(",") ? { SL: text.split(",").filter(Boolean) } : { S: text };
}

function readPlayer(line, hasTeam) {
  const [PlayerId, ...parts] = line.split(/\s+/);
  const player = { PlayerId, PlayerAttributes: {}, LatencyInMs: {} };
  for (const part of parts) {
    const at = part.indexOf("=");
    if (at < 1) throw new Error(`"${part}" of ${PlayerId} has no name: write name=value.`);
    const name = part.slice(0, at),
      value = part.slice(at + 1);
    if (name.startsWith("latency.")) player.LatencyInMs[name.slice(8)] = Number(value);
    else if (name === "team" && hasTeam) player.Team = value;
    else player.PlayerAttributes[name] = readAttribute(value);
  }
  for (const member of ["PlayerAttributes", "LatencyInMs"])
    if (Object.keys(player[member]).length === 0) delete player[member];
  return player;
}

/** As StartMatchmaking takes them; with teams as StartMatchBackfill does. */
export function readPlayers(text, hasTeam = false) {
  const players = lines(text).map((line) => readPlayer(line, hasTeam));
  if (players.length === 0) throw new Error("Name at least one player.");
  return players;
}

/** "map=canyon" a line: [{ Key, Value }] */
export function readProperties(text) {
  return lines(text).map((line) => {
    const at = line.indexOf("=");
    if (at < 1) throw new Error(`"${line}" has no name: write name=value.`);
    return { Key: line.slice(0, at).trim(), Value: line.slice(at + 1).trim() };
  });
}
