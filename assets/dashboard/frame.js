// SPDX-License-Identifier: Apache-2.0
// Round the view: the header, alerts, and the list of views.

import { jumpClock, resetService } from "./process_actions.js";
import { aheadMs, now, scale } from "./clock.js";
import { h, show } from "./dom.js";
import { KINDS } from "./kinds.js";
import { button, copy, shape, toast } from "./parts.js";
import { link } from "./router.js";
import { clockTime, count, plural, span, words } from "./text.js";

const GROUPS = [
  ["", ["overview", "messages"]],
  ["What runs", ["processes", "game_sessions", "player_sessions", "tickets", "placements"]],
  ["What is set up", ["fleets", "computes", "aliases", "queues", "configurations", "rule_sets", "events"]],
  ["Try out", ["bench", "faults", "recording"]],
];
const THEMES = { "": "light", light: "dark", dark: "" };
const NEXT_THEME = { "": "Theme: system", light: "Theme: light", dark: "Theme: dark" };

export class Frame {
  constructor(app, tools) {
    Object.assign(this, { app, tools });
    document.getElementById("skip").onclick = (event) => {
      // the address tells the view, so it cannot name the place
      event.preventDefault();
      document.getElementById("main").focus();
    };
  }

  /** Of the keys: { letter, text, href } */
  places() {
    return this.names().map((name) => ({
      letter: this.about(name).letter,
      text: this.about(name).title,
      href: this.href(name),
    }));
  }

  names() {
    return GROUPS.flatMap(([, names]) => names).filter((name) => this.about(name));
  }

  about(name) {
    return this.tools[name] || KINDS[name];
  }

  href(name) {
    return link(this.tools[name] ? name : KINDS[name].view);
  }

  switchTheme() {
    this.app.settings.theme = THEMES[this.app.settings.theme];
    toast(NEXT_THEME[this.app.settings.theme]);
    this.draw();
    return true;
  }

  draw() {
    this.drawTop();
    this.drawAlerts();
    this.drawNav();
    const about = this.about(this.app.kindOf(this.app.viewName) || this.app.viewName);
    document.title = `${about ? about.title : "Overview"} · gamelift-local`;
  }

  drawTop() {
    const { app } = this,
      endpoint = app.endpoint(),
      ahead = aheadMs();
    show(
      document.getElementById("top"),
      h(
        "a",
        { class: "brand", href: "#/overview" },
        h("img", { src: "/dashboard/icon.svg", alt: "" }),
        "gamelift-local",
      ),
      h(
        "div",
        { class: "where" },
        app.isLost
          ? h("span", { class: "state bad", key: "lost" }, shape("bad"), "no answer")
          : h("span", { class: "state live", key: "live" }, shape("live"), "live"),
        button(endpoint, () => copy(endpoint, endpoint), {
          class: "id cut muted",
          title: "Where game servers connect: click to copy",
        }),
      ),
      h("span", { class: "spacer" }),
      button(["Go to…", " ", h("kbd", { key: "k" }, "Ctrl K")], () => app.keys.palette(), {
        class: "button quiet optional",
        title: "Any view, action or thing by its name",
      }),
      button(
        [
          clockTime(now()),
          ahead > 999 && h("span", { class: "ahead", key: "ahead" }, ` +${span(ahead)}`),
          scale() !== 1 && h("span", { class: "ahead", key: "scale" }, ` ×${scale()}`),
        ],
        jumpClock,
        { class: "button quiet clock", title: "The service's clock: jump it forward" },
      ),
      button("Reset", resetService, { class: "button quiet optional", title: "Everything as at the start" }),
      button(NEXT_THEME[app.settings.theme], () => this.switchTheme(), {
        class: "button quiet optional",
        title: "Light, dark, or as the system (t)",
      }),
      button("?", () => app.keys.help(), { class: "button quiet", title: "Keys", "aria-label": "Keys" }),
    );
  }

  drawAlerts() {
    const { app } = this,
      faults = app.overview?.faults || [];
    show(
      document.getElementById("alerts"),
      app.isLost &&
        h(
          "div",
          { class: "problem", role: "alert", key: "problem", id: "problem" },
          shape("bad"),
          "gamelift-local does not answer: what you see is old.",
        ),
      faults.length > 0 &&
        h(
          "div",
          { class: "faults", role: "status", key: "faults" },
          h(
            "span",
            {},
            `${plural(faults.length, "fault is", "faults are")} on: `,
            h("a", { href: "#/faults" }, [...new Set(faults.map((fault) => words(fault.name)))].slice(0, 4).join(", ")),
          ),
          h("span", { class: "spacer" }),
          app.takeAllFaultsBack && button("Take all back", () => app.takeAllFaultsBack()),
        ),
    );
  }

  number(name) {
    if (!KINDS[name]) return "";
    const counts = this.app.counts(name),
      { states, past } = KINDS[name];
    const n =
      states.length && past.length
        ? states.filter((state) => !past.includes(state)).reduce((sum, state) => sum + (counts[state] || 0), 0)
        : counts.total;
    return n > 0 ? count(n) : "";
  }

  /** On a phone the list of views is longer than its line. */
  bringIntoSight() {
    if (this.inSight === this.app.viewName) return;
    this.inSight = this.app.viewName;
    document.querySelector("#nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }

  drawNav() {
    const current = this.app.kindOf(this.app.viewName) || this.app.viewName,
      attention = this.app.overview?.attention?.length || 0;
    show(
      document.getElementById("nav"),
      GROUPS.map(([headline, names]) => {
        const there = names.filter((name) => this.about(name));
        return (
          there.length > 0 && [
            headline && h("h2", { key: `h ${headline}` }, headline),
            h(
              "ul",
              { key: `u ${headline}` },
              there.map((name) =>
                h(
                  "li",
                  { key: name },
                  h(
                    "a",
                    { href: this.href(name), "aria-current": name === current ? "page" : null },
                    this.about(name).title,
                    h(
                      "span",
                      { class: `count ${name === "overview" && attention ? "attention" : ""}` },
                      name === "overview" ? attention || "" : this.number(name),
                    ),
                  ),
                ),
              ),
            ),
          ]
        );
      }),
    );
    this.bringIntoSight();
  }
}
