// SPDX-License-Identifier: Apache-2.0
// Dialogs: a form for what is to be done, and the question before something ends.

import { build, h } from "./dom.js";
import { copy, toast } from "./parts.js";
import { awsCommandOf } from "./service.js";

let numbers = 0;

function control(field, id) {
  const props = {
    id,
    name: field.name,
    class: "input",
    required: field.required && field.type !== "check",
    "aria-describedby": field.hint ? `${id}-hint` : null,
  };
  switch (field.type) {
    case "select": {
      const options = field.options.map((option) =>
        typeof option === "string" ? { value: option, text: option } : option,
      );
      return h(
        "select",
        props,
        options.map((option) =>
          h("option", { value: option.value, selected: option.value === field.value }, option.text),
        ),
      );
    }
    case "textarea":
      return h("textarea", { ...props, rows: field.rows || 4, spellcheck: "false" }, field.value ?? "");
    case "check":
      return h("input", { id, name: field.name, type: "checkbox", checked: Boolean(field.value) });
    case "number":
      return h("input", {
        ...props,
        type: "number",
        value: field.value,
        min: field.least,
        max: field.most,
        step: field.step || 1,
      });
    default:
      return h("input", {
        ...props,
        type: "text",
        value: field.value ?? "",
        autocomplete: "off",
        spellcheck: "false",
        maxlength: field.longest,
      });
  }
}

function fieldRow(field) {
  numbers += 1;
  const id = `field-${numbers}`,
    hint = field.hint && h("span", { class: "hint", id: `${id}-hint` }, field.hint);
  if (field.type === "check")
    return h(
      "div",
      { class: "field", key: field.name },
      h("label", { class: "check", for: id }, control(field, id), field.label),
      hint,
    );
  return h("div", { class: "field", key: field.name }, h("label", { for: id }, field.label), control(field, id), hint);
}

/** What was filled in: { name: text, number or boolean }; numbers that were left out are undefined. */
export function valuesOf(form, fields) {
  const values = {};
  for (const field of fields) {
    const input = form.elements[field.name];
    if (field.type === "check") values[field.name] = input.checked;
    else if (field.type === "number") values[field.name] = input.value === "" ? undefined : Number(input.value);
    else values[field.name] = input.value.trim();
  }
  return values;
}

/** Opens it as a modal dialog; gone from the page once closed. */
export function openDialog(content, props = {}) {
  const before = document.activeElement;
  const dialog = build(h("dialog", { "aria-labelledby": "dialog-title", ...props }, content));
  dialog.onclose = () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  };
  dialog.onclick = (event) => {
    // on what lies behind it
    if (event.target === dialog) dialog.close();
  };
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A form. run(values) does it and returns the sentence that says so; what it throws stands in the dialog.
 *  request(values) tells the call of the AWS API that this is: { operation, members }, to copy it as a command. */
export function openForm({ title, text, fields = [], confirm, isEnding = false, run, request }) {
  const form = h(
    "form",
    { method: "dialog" },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id: "dialog-title" }, title),
      text && h("p", { class: "muted" }, text),
    ),
    h("div", { class: "fields" }, fields.map(fieldRow)),
    h(
      "div",
      { class: "dialog-foot" },
      h("p", { class: "error spacer", role: "alert" }),
      request && h("button", { type: "button", class: "button quiet", "data-do": "copy" }, "Copy as command"),
      h("button", { type: "button", class: "button", "data-do": "cancel" }, "Cancel"),
      h("button", { type: "submit", class: `button primary ${isEnding ? "danger" : ""}` }, confirm),
    ),
  );
  const dialog = openDialog(form),
    element = dialog.querySelector("form"),
    error = dialog.querySelector(".error");
  const values = () => valuesOf(element, fields);
  const tries = async (act) => {
    try {
      error.textContent = "";
      await act();
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  dialog.querySelector("[data-do=cancel]").onclick = () => dialog.close();
  if (request)
    dialog.querySelector("[data-do=copy]").onclick = () =>
      tries(async () => {
        const { operation, members } = request(values());
        await copy(awsCommandOf(operation, members), `aws gamelift … ${operation}`);
      });
  element.onsubmit = (event) => {
    event.preventDefault();
    const submit = element.querySelector("[type=submit]");
    submit.disabled = true;
    tries(async () => {
      const done = await run(values());
      dialog.close();
      toast(done);
    }).finally(() => {
      submit.disabled = false;
    });
  };
  return dialog;
}

/** Asks once. */
export const ask = (title, text, confirm, run) => openForm({ title, text, confirm, run, isEnding: true });
