// SPDX-License-Identifier: Apache-2.0
// What can be done with processes, the clock, and the service as a whole: the controls of /_local.

import { atOnce } from "./call_form.js";
import { aheadMs } from "./clock.js";
import { ask, openForm } from "./dialogs.js";
import { control } from "./service.js";
import { short, span } from "./text.js";

const who = (process) => ({ ProcessId: process.process_id });

export const refresh = (process) =>
  atOnce(
    () => control("refresh", who(process)),
    "RefreshConnection was sent: a well-behaved SDK opens a new connection and loses nothing.",
  );

export const drop = (process) =>
  ask(
    "Cut the connection?",
    `Process ${short(process.process_id)} loses it without a Close frame, as in a broken network. Its SDK should come back.`,
    "Cut it",
    async () => {
      await control("drop", who(process));
      return "The connection was cut.";
    },
  );

export const terminate = (process) =>
  ask(
    "Terminate this process?",
    "TerminateProcess is pushed: the server has to drain and call ProcessEnding within five minutes.",
    "Terminate",
    async () => {
      await control("terminate", who(process));
      return "TerminateProcess was sent.";
    },
  );

export function jumpClock() {
  return openForm({
    title: "Jump the clock",
    text: `All timers of the service go forward at once: health, time-outs, tokens. It is ${span(aheadMs())} ahead of this machine. It does not go back.`,
    confirm: "Jump",
    fields: [
      { name: "amount", label: "How far", type: "number", value: 60, least: 1, most: 2000000, required: true },
      {
        name: "unit",
        label: "Unit",
        type: "select",
        options: [
          { value: "1000", text: "seconds" },
          { value: "60000", text: "minutes" },
          { value: "3600000", text: "hours" },
        ],
      },
    ],
    run: async ({ amount, unit }) => {
      await control("advance", { Milliseconds: Math.round(amount * Number(unit)) });
      return `The clock went forward by ${span(amount * Number(unit))}.`;
    },
  });
}

export const resetService = () =>
  ask(
    "Reset the service?",
    "Everything is as at the start: sessions, players, tickets and what was created are gone, and servers have to connect anew.",
    "Reset everything",
    async () => {
      await control("reset");
      return "The service is as at its start.";
    },
  );
