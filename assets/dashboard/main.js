// SPDX-License-Identifier: Apache-2.0
// The page: header, the list of views, one view, one detail pane. `window.workbench` is a look inside, for tests and
// the curious.

import { Bench } from "./bench.js";
import { setClock } from "./clock.js";
import { Detail } from "./detail.js";
import { drawsSoon, show } from "./dom.js";
import { faultActions } from "./fault_actions.js";
import { Faults, loadFaults, takeBack } from "./faults.js";
import { Frame } from "./frame.js";
import { Keys } from "./keys.js";
import { KINDS, kindOfView } from "./kinds.js";
import { ListView } from "./list.js";
import { Live } from "./live.js";
import { Messages } from "./messages.js";
import { serverEnvironment } from "./next_steps.js";
import { Overview } from "./overview.js";
import { Recording } from "./recording.js";
import { go, link, readRoute } from "./router.js";
import { settings } from "./settings.js";
import { get } from "./service.js";

const $ = (id) => document.getElementById(id);

// Views that are no lists: their names in the address, what the list of views calls them, the letter after "g".
const TOOLS = {
  overview: { title: "Overview", letter: "o", open: (app) => new Overview(app) },
  messages: { title: "Messages", letter: "m", open: (app) => new Messages(app), ownsDetail: true },
  bench: { title: "Rule-set bench", letter: "b", open: (app) => new Bench(app) },
  faults: { title: "Faults", letter: "f", open: (app) => new Faults(app) },
  recording: { title: "Recording", letter: "r", open: (app) => new Recording(app), ownsDetail: true },
};

class App {
  constructor() {
    Object.assign(this, {
      settings,
      overview: null,
      guides: {},
      watchers: new Set(),
      view: null,
      viewName: "",
      detail: null,
      isLost: false,
    });
    this.draw = drawsSoon(() => this.drawNow());
    this.frame = new Frame(this, TOOLS);
    this.live = new Live((state) => {
      this.isLost = state === "lost";
      this.draw();
    });
    this.live.subscribe({ what: "overview" }, (document) => this.takeOverview(document));
    this.keys = new Keys(
      this,
      this.frame.places(),
      {
        t: { text: "Light, dark, or as the system", run: () => this.frame.switchTheme() },
        Escape: { run: () => this.route.key && this.closeDetail() },
      },
      () => this.view,
    );
    addEventListener("hashchange", () => this.follow());
    setInterval(this.draw, 1000);
    this.follow();
  }

  // ---- what is known of everything

  takeOverview(document) {
    if (document.clock && document.clock !== this.overview?.clock) setClock(document.clock);
    const before = this.guidesOf;
    this.overview = document;
    this.guidesOf =
      ["fleets", "computes", "configurations"].map((kind) => this.counts(kind).total).join() + this.hasServers();
    if (before !== this.guidesOf) this.learnGuides();
    this.draw();
    for (const watcher of this.watchers) watcher();
  }

  /** { STATE: n, ..., total } of a kind. */
  counts(kind) {
    return this.overview?.counts?.[kind] || {};
  }

  /** Runs with each change of the overview; the result ends that. */
  watch(watcher) {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  async rows(kind) {
    return (await get("list", { kind, limit: 100 })).rows;
  }

  endpoint() {
    return this.overview?.endpoint || `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}`;
  }

  hasServers() {
    const { CONNECTED = 0, READY = 0, HOSTING = 0, ENDING = 0 } = this.counts("processes");
    return CONNECTED + READY + HOSTING + ENDING > 0;
  }

  /** What the commands of empty lists name; an auth token only where somebody is to connect a server with it. */
  async learnGuides() {
    const environment = this.hasServers() ? Promise.resolve("") : serverEnvironment(this);
    const [fleets, configurations, text] = await Promise.all(
      [this.rows("fleets"), this.rows("configurations"), environment].map((asked) => asked.catch(() => "")),
    );
    this.guides = {
      fleet: [...fleets].find((fleet) => fleet.state === "ACTIVE"),
      configuration: configurations[0],
      environment: text,
    };
    for (const watcher of this.watchers) watcher();
    this.view?.draw();
  }

  kindOf(view) {
    return kindOfView.get(view);
  }

  // ---- faults

  /** [{ name, text, parameters, scope }] of those that there are. */
  knownFaults() {
    this.askedFaults ??= loadFaults();
    return this.askedFaults;
  }

  takeAllFaultsBack() {
    return takeBack();
  }

  faultActions(of, row) {
    return faultActions(this, of, row);
  }

  // ---- where the page is

  follow() {
    const route = readRoute(location.hash),
      isKnown = TOOLS[route.view] || kindOfView.has(route.view);
    this.route = isKnown ? route : { view: "overview", key: "", params: {} };
    if (this.viewName !== this.route.view) this.openView();
    this.view.show(this.route);
    this.openDetail();
    this.draw();
  }

  openView() {
    const tool = TOOLS[this.route.view];
    this.view?.close();
    this.viewName = this.route.view;
    this.view = tool ? tool.open(this) : new ListView(this, kindOfView.get(this.route.view));
    $("main").replaceChildren(this.view.element);
  }

  openDetail() {
    const { view, key } = this.route;
    if (TOOLS[view]?.ownsDetail) return;
    if (this.detail && (this.detail.route.view !== view || this.detail.route.key !== key)) this.endDetail();
    if (!this.detail && key && kindOfView.has(view)) {
      $("detail").hidden = false;
      this.detail = new Detail(this, $("detail"), this.route);
    } else if (!key) this.showInDetail(null);
  }

  endDetail() {
    this.detail?.close();
    this.detail = null;
    $("detail").replaceChildren();
  }

  /** For views that have a detail of their own; null or false: the pane is closed. */
  showInDetail(content) {
    if (this.detail) this.endDetail();
    $("detail").hidden = !content;
    show($("detail"), content);
  }

  closeDetail() {
    go(link(this.route.view, "", this.route.params));
    return true;
  }

  drawNow() {
    this.frame.draw();
  }
}

const app = new App();

Object.defineProperty(window, "workbench", {
  value: Object.freeze({
    get received() {
      return { ...app.live.received };
    },
    get slowestUpdateMs() {
      return app.view?.table?.slowest ?? 0;
    },
    get view() {
      return app.viewName;
    },
    get isSettled() {
      return !app.isLost && app.overview !== null && app.live.isSettled();
    },
    resetMeasures() {
      if (app.view?.table) app.view.table.slowest = 0;
      app.live.received = { bytes: 0, messages: 0 };
    },
    get counts() {
      return app.overview?.counts ?? null;
    },
    get kinds() {
      return Object.keys(KINDS);
    },
  }),
});
