// SPDX-License-Identifier: Apache-2.0
// How generated tickets are spread, as people type it and as POST /_local/rule_set_bench takes it. Pure.
//   uniform 0 100 · normal 25 8 · normal 25 8 0 50 · choice ctf tdm*3 · list 1-2 ctf tdm koth · map a=uniform 0 9; b=normal 5 2

const number = (text, what) => {
  const value = Number(text);
  if (text === undefined || text === "" || Number.isNaN(value))
    throw new Error(`"${what}" needs numbers after its first word.`);
  return value;
};

/** ["ctf", "tdm*3"]: values with weights. */
function weighted(words, areNumbers) {
  if (words.length === 0) throw new Error("choice and list need values.");
  const parts = words.map((word) => word.split("*"));
  const values = parts.map(([value]) => (areNumbers ? number(value, words.join(" ")) : value));
  return parts.some(([, weight]) => weight)
    ? { values, weights: parts.map(([, weight]) => Number(weight || 1)) }
    : { values };
}

/** One draw; type is that of the attribute in the rule set: number, string, string_list or string_number_map. */
export function readDraw(text, type = "number") {
  const [kind, ...words] = text.trim().split(/\s+/);
  switch (kind) {
    case "uniform":
      return { kind, least: number(words[0], text), most: number(words[1], text) };
    case "normal": {
      const draw = { kind, mean: number(words[0], text), deviation: number(words[1], text) };
      return words.length > 2 ? { ...draw, least: number(words[2], text), most: number(words[3], text) } : draw;
    }
    case "choice":
      return { kind, ...weighted(words, type === "number") };
    case "list": {
      const [least, most = least] = (words[0] || "").split("-");
      return { kind, least: number(least, text), most: number(most, text), ...weighted(words.slice(1), false) };
    }
    case "map":
      return {
        kind,
        of: Object.fromEntries(
          text
            .trim()
            .slice(4)
            .split(";")
            .map((part) => part.trim())
            .filter(Boolean)
            .map((part) => {
              const at = part.indexOf("=");
              return [part.slice(0, at).trim(), readDraw(part.slice(at + 1))];
            }),
        ),
      };
    default:
      throw new Error(`"${text}" does not begin with uniform, normal, choice, list or map.`);
  }
}

const FIRST = {
  number: "normal 50 15 0 100",
  string: "choice red blue",
  string_list: "list 1-2 ctf tdm koth",
  string_number_map: "map ctf=uniform 0 100; tdm=uniform 0 100",
};
/** What to begin with for an attribute of this type. */
export const firstDraw = (type) => FIRST[type] || FIRST.number;

/** "custom-a uniform 20 90", one a line. */
export function readLatencies(text) {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.split(/\s+/)[0], readDraw(line.replace(/^\S+\s+/, ""))]));
}

/** "1*6 2*3 4": [{ size, weight }] */
export function readSizes(text) {
  return text
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const [size, weight = "1"] = word.split("*");
      return { size: number(size, text), weight: number(weight, text) };
    });
}
