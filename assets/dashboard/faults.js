// SPDX-License-Identifier: Apache-2.0
// Faults on demand: what can go wrong on purpose, what is on at the moment, and the way back.

import { now } from "./clock.js";
import { openForm } from "./dialogs.js";
import { build, drawsSoon, h, show } from "./dom.js";
import { badge, button, linkTo, toast } from "./parts.js";
import { control, get } from "./service.js";
import { count, plural, span, title, words } from "./text.js";

const SCOPES = {
  process_id: { label: "Only this process", hint: "A process id; empty: any." },
  action: { label: "Only this action", hint: "As ActivateGameSession or CreateGameSession; empty: any." },
  ticket_id: { label: "Only this ticket", hint: "A ticket id; empty: any." },
  next: {
    label: "Only the next times",
    type: "number",
    least: 1,
    most: 1000000,
    hint: "So many, then it ends; empty: no limit.",
  },
  share: {
    label: "Share of the times",
    type: "number",
    least: 0,
    most: 1,
    step: "any",
    hint: "From 0 to 1; empty: all.",
  },
};
const TYPES = { integer: "number", flag: "check", choice: "select" };

const parameterField = (parameter) => ({
  name: `parameter ${parameter.name}`,
  label: title(parameter.name),
  type: TYPES[parameter.type] || "text",
  value: parameter.default,
  hint: parameter.text,
  least: parameter.least,
  most: parameter.most,
  options: parameter.choices,
  longest: parameter.type === "text" ? parameter.most : undefined,
});

const given = (values, prefix) =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name, value]) => name.startsWith(prefix) && value !== "" && value !== undefined)
      .map(([name, value]) => [name.slice(prefix.length), value]),
  );

/** Asks for parameters and scope, and switches it on. */
export function openFault(known, scope = {}) {
  const scopes = known.scope || ["process_id", "action", "ticket_id", "next", "share"];
  return openForm({
    title: title(known.name),
    text: known.text,
    confirm: known.acts_at_once ? "Do it" : "Switch it on",
    isEnding: known.acts_at_once,
    fields: [
      ...known.parameters.map(parameterField),
      ...scopes.map((name) => ({ name: `scope ${name}`, value: scope[name], ...SCOPES[name] })),
      ...(known.acts_at_once
        ? []
        : [
            {
              name: "seconds",
              label: "Ends after",
              type: "number",
              least: 1,
              most: 2592000,
              hint: "Seconds; empty: until it is taken back.",
            },
          ]),
    ],
    run: async (values) => {
      const request = {
        name: known.name,
        parameters: given(values, "parameter "),
        scope: given(values, "scope "),
      };
      if (values.seconds) request.seconds = values.seconds;
      await control("faults", request);
      return known.acts_at_once ? `${title(known.name)}: it has happened.` : `${title(known.name)} is on.`;
    },
  });
}

export async function takeBack(members = {}) {
  try {
    await control("faults/clear", members);
    toast(members.fault_id ? "The fault is taken back." : "All faults are taken back.");
  } catch (problem) {
    toast(problem.message);
  }
}

const told = (object) => Object.entries(object || {}).filter(([, value]) => value !== "" && value !== false);

export class Faults {
  constructor(app) {
    this.app = app;
    this.known = [];
    this.element = build(h("div", { class: "view-scroll overview faults-view" }));
    this.search = build(
      h("input", { class: "input", type: "search", placeholder: "Search faults", "aria-label": "Search faults" }),
    );
    this.draw = drawsSoon(() => this.drawNow());
    this.search.oninput = this.draw;
    this.body = build(h("div", { class: "overview-body" }));
    const head = build(
      h(
        "div",
        { class: "overview-head" },
        h(
          "div",
          {},
          h("h1", {}, "Faults"),
          h(
            "p",
            { class: "muted" },
            "What can go wrong on purpose. All are off at the start, and one button takes all back.",
          ),
        ),
        h("span", { class: "spacer" }),
      ),
    );
    const box = build(h("div", { class: "search" }));
    box.append(this.search, build(h("kbd", { "aria-hidden": "true" }, "/")));
    head.append(box);
    this.element.append(head, this.body);
    this.unwatch = app.watch(this.draw);
    this.clock = setInterval(this.draw, 1000);
    app
      .knownFaults()
      .then((known) => {
        this.known = known;
        this.draw();
      })
      .catch((problem) => toast(problem.message));
    this.draw();
  }

  show() {
    this.draw();
  }

  close() {
    clearInterval(this.clock);
    this.unwatch();
  }

  activeRow(fault) {
    const scope = told(fault.scope);
    return h(
      "li",
      { key: fault.fault_id },
      badge("on", "look"),
      h("b", { class: "strong" }, title(fault.name)),
      h(
        "span",
        { class: "fault-of" },
        told(fault.parameters).map(([name, value]) =>
          h("span", { class: "tag", key: name }, h("bdi", {}, `${words(name)} ${value}`)),
        ),
        scope.map(([name, value]) =>
          name === "process_id"
            ? linkTo("processes", value)
            : h("span", { class: "tag", key: `s ${name}` }, h("bdi", {}, `${words(name)} ${value}`)),
        ),
      ),
      h(
        "span",
        { class: "muted number" },
        plural(fault.hits, "hit"),
        fault.until_unix_ms > 0 && `, ends in ${span(fault.until_unix_ms - now())}`,
      ),
      button("Take back", () => takeBack({ fault_id: fault.fault_id }), { key: "back" }),
    );
  }

  drawNow() {
    const on = this.app.overview?.faults || [],
      wanted = this.search.value.trim().toLowerCase();
    const known = this.known.filter((one) =>
      `${one.name.replaceAll("_", " ")} ${one.text}`.toLowerCase().includes(wanted),
    );
    show(
      this.body,
      h(
        "section",
        { class: "panel", key: "on" },
        h(
          "header",
          {},
          h("h2", {}, "On at the moment"),
          on.length > 0 && h("span", { class: "tag move", key: "n" }, count(on.length)),
          h("span", { class: "spacer" }),
          on.length > 0 && button("Take all back", () => takeBack(), { key: "all" }),
        ),
        on.length
          ? h(
              "ul",
              { class: "rows faults-on", key: "list" },
              on.map((fault) => this.activeRow(fault)),
            )
          : h(
              "div",
              { class: "inside", key: "none" },
              h("p", { class: "muted" }, "Nothing is: the service behaves as it should."),
            ),
      ),
      h(
        "ul",
        { class: "fault-cards", key: "known" },
        known.map((one) =>
          h(
            "li",
            { class: "panel", key: one.name },
            h("div", { class: "fault-text" }, h("h2", {}, title(one.name)), h("p", { class: "muted" }, one.text)),
            button(one.acts_at_once ? "Do it…" : "Switch on…", () => openFault(one), {
              "aria-label": `${one.acts_at_once ? "Do it…" : "Switch on…"} ${words(one.name)}`,
            }),
          ),
        ),
      ),
    );
  }

  key(key) {
    if (key !== "/") return false;
    this.search.focus();
    return true;
  }
}

export const loadFaults = async () => (await get("faults")).known;
