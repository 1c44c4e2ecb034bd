// SPDX-License-Identifier: Apache-2.0
// A form whose answer is one call of the AWS API, and the fields that several of them share.

import { openForm } from "./dialogs.js";
import { toast } from "./parts.js";
import { call } from "./service.js";

const without = (members) =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
    ),
  );

/** A form whose answer is one call: members(values), and done(answer, values) says what came of it. */
export function callForm({ operation, members, done, ...form }) {
  const request = (values) => ({ operation, members: without(members(values)) });
  const run = async (values) => done(await call(operation, request(values).members), values);
  return openForm({ ...form, request, run });
}

/** What happens at once: a word says so, or what went wrong. */
export async function atOnce(act, done) {
  try {
    await act();
    toast(done);
  } catch (problem) {
    toast(problem.message);
  }
}

/** Whether there is any; else it says so. */
export const needOne = (options, what) => {
  if (options.length > 0) return true;
  toast(`There is no ${what} yet.`);
  return false;
};

export const seats = { name: "seats", label: "Seats", type: "number", value: 8, least: 1, most: 200, required: true };
export const sessionName = {
  name: "name",
  label: "Name",
  longest: 1024,
  hint: "Optional. People see it; GameLift does not read it.",
};
export const properties = {
  name: "properties",
  label: "Game properties",
  type: "textarea",
  rows: 2,
  hint: "Optional, one a line: map=canyon",
};
