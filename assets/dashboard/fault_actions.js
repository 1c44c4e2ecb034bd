// SPDX-License-Identifier: Apache-2.0
// Faults that are offered where somebody looks at what they hit: [{ text, run }] as in actions.js.

import { ask, openForm } from "./dialogs.js";
import { openFault } from "./faults.js";
import { toast } from "./parts.js";
import { control } from "./service.js";
import { short } from "./text.js";

const once = (name, headline, text, confirm, request, done) =>
  ask(headline, text, confirm, async () => {
    await control("faults", { name, ...request });
    return done;
  });

const interrupt = (what, request) =>
  once(
    "spot_interruption",
    "Interrupt it, as EC2 does with spot instances?",
    `${what} gets TerminateProcess with two minutes' notice; then its game sessions end with the reason INTERRUPTED.`,
    "Interrupt",
    request,
    "The notice was sent.",
  );

/** Any of the faults that can be limited to this. */
async function choose(app, scope, member) {
  try {
    const known = (await app.knownFaults()).filter((one) => !one.scope || one.scope.includes(member));
    openForm({
      title: "Which fault?",
      confirm: "Next",
      fields: [
        {
          name: "name",
          label: "Fault",
          type: "select",
          options: known.map((one) => ({ value: one.name, text: one.name.replaceAll("_", " ") })),
        },
      ],
      run: async ({ name }) => {
        setTimeout(() =>
          openFault(
            known.find((one) => one.name === name),
            scope,
          ),
        );
        return "";
      },
    });
  } catch (problem) {
    toast(problem.message);
  }
}

/** of: "process" or "compute" */
export function faultActions(app, of, row) {
  if (of === "process") {
    return [
      {
        text: "Interrupt",
        run: () => interrupt(`Process ${short(row.process_id)}`, { scope: { process_id: row.process_id } }),
      },
      { text: "Fault…", run: () => choose(app, { process_id: row.process_id }, "process_id") },
    ];
  }
  return [
    {
      text: "Interrupt",
      run: () => interrupt(`Every process on ${row.compute_name}`, { parameters: { compute_name: row.compute_name } }),
      isEnding: true,
    },
    {
      text: "Expire its tokens",
      isEnding: true,
      run: () =>
        once(
          "token_expiry",
          "Expire the auth tokens of this compute?",
          "Connections that are open stay; new ones need a new token.",
          "Expire them",
          { parameters: { compute_name: row.compute_name } },
          "The auth tokens have expired.",
        ),
    },
  ];
}
