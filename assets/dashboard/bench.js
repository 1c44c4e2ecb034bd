// SPDX-License-Identifier: Apache-2.0
// The rule-set bench: a rule set is tried on generated tickets over simulated minutes, beside the live service and
// without touching it.

import { benchResult } from "./bench_result.js";
import { firstDraw, readDraw, readLatencies, readSizes } from "./distribution.js";
import { build, h, show } from "./dom.js";
import { empty, toast } from "./parts.js";
import { parsed } from "./pretty.js";
import { call, control, get } from "./service.js";

const POLL_MS = 200;
const EXAMPLE = {
  name: "two-teams",
  ruleLanguageVersion: "1.0",
  playerAttributes: [{ name: "skill", type: "number", default: 10 }],
  teams: [
    { name: "red", minPlayers: 2, maxPlayers: 4 },
    { name: "blue", minPlayers: 2, maxPlayers: 4 },
  ],
  rules: [
    { name: "closeSkill", type: "batchDistance", batchAttribute: "skill", maxDistance: 8 },
    {
      name: "fairTeams",
      type: "distance",
      measurements: ["avg(teams[red].players.attributes[skill])"],
      referenceValue: "avg(teams[blue].players.attributes[skill])",
      maxDistance: 5,
    },
  ],
  expansions: [
    {
      target: "rules[closeSkill].maxDistance",
      steps: [
        { waitTimeSeconds: 15, value: 16 },
        { waitTimeSeconds: 45, value: 30 },
      ],
    },
  ],
};

const field = (label, control, hint) =>
  h(
    "div",
    { class: "field", key: label },
    h("label", { for: control.props.id }, label),
    control,
    hint && h("span", { class: "hint" }, hint),
  );
const input = (name, value, more = {}) =>
  h("input", { id: `bench-${name}`, name, class: "input", value, autocomplete: "off", spellcheck: "false", ...more });

// What was typed outlives the view.
const typed = { rule_set: JSON.stringify(EXAMPLE, null, 2), draws: {} };
let lastBench = null;

export class Bench {
  constructor(app) {
    this.app = app;
    this.element = build(h("div", { class: "view-scroll bench" }));
    this.form = build(h("form", { class: "panel" }));
    this.result = build(h("div", { class: "bench-result", "aria-live": "polite" }));
    this.build();
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.run();
    };
    this.element.append(
      build(
        h(
          "div",
          { class: "overview-head" },
          h(
            "div",
            {},
            h("h1", {}, "Rule-set bench"),
            h(
              "p",
              { class: "muted" },
              "Tries a rule set on generated tickets over simulated minutes. The live service is not touched.",
            ),
          ),
        ),
      ),
      this.form,
      this.result,
    );
    if (lastBench) this.drawResult(lastBench);
    else
      show(
        this.result,
        empty(
          "No result yet",
          "Run the bench: what matched, how long it took, and what never matched and why will stand here.",
        ),
      );
  }

  build() {
    const names = h(
      "select",
      { class: "input", id: "bench-from", name: "from" },
      h("option", { value: "" }, "Take one of the service…"),
    );
    show(
      this.form,
      h(
        "div",
        { class: "inside" },
        field("Begin with", names),
        field(
          "Rule set",
          h(
            "textarea",
            {
              id: "bench-rule-set",
              name: "rule_set",
              class: "input",
              rows: 14,
              spellcheck: "false",
              key: "rule_set",
            },
            typed.rule_set,
          ),
        ),
        h("fieldset", { class: "attributes", key: "attributes" }),
        h(
          "div",
          { class: "pair", key: "a" },
          field("Tickets", input("count", "500", { type: "number", min: 1, max: 10000, required: true })),
          field(
            "Minutes",
            input("minutes", "10", { type: "number", min: 0.01, max: 240, step: "any", required: true }),
          ),
        ),
        h(
          "div",
          { class: "pair", key: "b" },
          field(
            "Arrive per second",
            input("rate", "5", { type: "number", min: 0, max: 10000, step: "any" }),
            "0: all at once",
          ),
          field(
            "Seed",
            input("seed", "1", { type: "number", min: 0, required: true }),
            "The same seed gives the same tickets",
          ),
        ),
        h(
          "div",
          { class: "pair", key: "c" },
          field("Party sizes", input("sizes", "1*6 2*3 4"), "size*weight"),
          field(
            "Ticket times out after",
            input("timeout", "120", { type: "number", min: 1, max: 43200, required: true }),
            "seconds",
          ),
        ),
        field(
          "Latencies",
          h("textarea", {
            id: "bench-latency",
            name: "latency",
            class: "input",
            rows: 2,
            spellcheck: "false",
          }),
          "Optional, one location a line: eu-west-1 normal 45 15 10 200",
        ),
        h("p", { class: "error", role: "alert", key: "error" }),
        h(
          "div",
          { class: "buttons", key: "go" },
          h("button", { class: "button primary", type: "submit" }, "Run the bench"),
        ),
      ),
    );
    this.error = this.form.querySelector(".error");
    this.attributes = this.form.querySelector(".attributes");
    this.form.rule_set.oninput = () => this.ruleSetChanged();
    this.form.from.onchange = () => this.takeRuleSet(this.form.from.value);
    this.ruleSetChanged();
    this.app
      .rows("rule_sets")
      .then((rows) =>
        show(
          this.form.from,
          h("option", { value: "", key: "" }, "Take one of the service…"),
          rows.map((row) => h("option", { value: row.name, key: row.name }, row.name)),
        ),
      )
      .catch(() => {});
  }

  /** One line for each attribute that the rule set declares. */
  ruleSetChanged() {
    typed.rule_set = this.form.rule_set.value;
    const document = parsed(typed.rule_set),
      declared = Array.isArray(document?.playerAttributes) ? document.playerAttributes : [];
    this.declared = declared.filter((attribute) => typeof attribute?.name === "string");
    this.attributes.hidden = this.declared.length === 0;
    show(
      this.attributes,
      h("legend", {}, "Attributes of players"),
      this.declared.map(({ name, type }, i) =>
        h(
          "div",
          { class: "field", key: `${name} ${type}` },
          h("label", { for: `draw-${i}` }, h("bdi", {}, name), h("span", { class: "muted" }, ` ${type || ""}`)),
          h("input", {
            id: `draw-${i}`,
            class: "input mono",
            value: typed.draws[name] ?? firstDraw(type),
            oninput: (event) => {
              typed.draws[name] = event.target.value;
            },
          }),
        ),
      ),
      h("span", { class: "hint" }, "uniform 0 100 · normal 25 8 · choice ctf tdm*3 · list 1-2 ctf tdm koth"),
    );
  }

  async takeRuleSet(name) {
    if (!name) return;
    try {
      const { RuleSets } = await call("DescribeMatchmakingRuleSets", { Names: [name] });
      this.form.rule_set.value = JSON.stringify(parsed(RuleSets[0].RuleSetBody) ?? RuleSets[0].RuleSetBody, null, 2);
      this.ruleSetChanged();
    } catch (problem) {
      toast(problem.message);
    }
  }

  request() {
    const { form } = this,
      rate = Number(form.rate.value || 0),
      attributes = {};
    if (parsed(form.rule_set.value) === undefined) throw new Error("The rule set is no JSON.");
    this.declared.forEach(({ name, type }, i) => {
      attributes[name] = readDraw(this.attributes.querySelector(`#draw-${i}`).value, type);
    });
    const distribution = {
      attributes,
      party_sizes: readSizes(form.sizes.value),
      latency: readLatencies(form.latency.value),
    };
    if (Object.keys(distribution.latency).length === 0) delete distribution.latency;
    if (distribution.party_sizes.length === 0) delete distribution.party_sizes;
    return {
      rule_set: form.rule_set.value,
      minutes: Number(form.minutes.value),
      request_timeout_seconds: Number(form.timeout.value),
      tickets: { count: Number(form.count.value), seed: Number(form.seed.value), distribution },
      arrival: rate > 0 ? { kind: "per_second", rate } : { kind: "at_once" },
    };
  }

  async run() {
    const submit = this.form.querySelector("[type=submit]");
    this.error.textContent = "";
    submit.disabled = true;
    try {
      const { bench_id: id } = await control("rule_set_bench", this.request());
      let bench;
      do {
        bench = await get("rule_set_bench", { id });
        this.drawResult(bench);
        if (bench.state === "RUNNING") await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      } while (bench.state === "RUNNING" && !this.isClosed);
      lastBench = bench;
    } catch (problem) {
      this.error.textContent = problem.message;
    } finally {
      submit.disabled = false;
    }
  }

  drawResult(bench) {
    show(this.result, benchResult(bench));
  }

  draw() {}

  show() {}

  close() {
    this.isClosed = true;
  }
}
