// SPDX-License-Identifier: Apache-2.0
// A table of any length, of which only the rows in sight are in the page. It knows columns and rows, not what they
// are about. Rows have one height (--row), so where a row stands follows from its number.

import { build, drawsSoon, h, show } from "./dom.js";

const BEYOND = 6; // rows drawn above and below those in sight

export class Virtual {
  /** columns: [{ title, width, least?, right?, main?, cell(row) }], of which those are shown whose `least` fits.
   *  row(index): { key, data, href, class? } or null while it is not known. onRange(first, last) is told what is in sight. */
  constructor({ label, columns, row, onRange, isDense = false }) {
    Object.assign(this, { columns, row, onRange, count: 0, cursor: -1, focusSoon: false, sticksToEnd: false });
    this.element = build(h("div", { class: `list ${isDense ? "dense" : ""}`, role: "table", "aria-label": label }));
    this.draw = drawsSoon(() => this.drawNow());
    this.element.onscroll = () => this.draw();
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.element);
    this.slowest = this.draws = 0;
  }

  close() {
    this.sizes.disconnect();
  }

  rowHeight() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue("--row")) || 34;
  }

  setCount(count) {
    this.count = count;
    this.draw();
  }

  visibleColumns() {
    const width = this.element.clientWidth;
    return this.columns.filter((column) => (column.least || 0) <= width);
  }

  head(columns) {
    return h(
      "div",
      { key: "head", class: "list-top", role: "rowgroup" },
      h(
        "div",
        { class: "list-head", role: "row" },
        columns.map((column) =>
          h(
            "div",
            { role: "columnheader", class: column.right ? "right" : "", key: column.title },
            column.isHeadUnseen ? h("span", { class: "unseen" }, column.title) : column.title,
          ),
        ),
      ),
    );
  }

  drawRow(index, columns, height) {
    const row = this.row(index),
      place = { transform: `translateY(${index * height}px)` };
    const rest = { role: "row", "aria-rowindex": index + 2, style: place };
    if (!row) {
      return h(
        "div",
        { ...rest, key: `waiting ${index}`, class: "list-row waiting" },
        columns.map((column) => h("div", { role: "cell", key: column.title })),
      );
    }
    const open = (event) => {
      if (!event.target.closest("a, button") && !String(getSelection())) location.hash = row.href;
    };
    return h(
      "div",
      { ...rest, key: row.key, class: `list-row ${row.class || ""}`, onclick: open, "data-index": index },
      columns.map((column) =>
        h(
          "div",
          { role: "cell", key: column.title, class: column.right ? "right" : "" },
          column.main ? h("a", { class: "open", href: row.href }, column.cell(row.data)) : column.cell(row.data),
        ),
      ),
    );
  }

  drawNow() {
    if (!this.element.isConnected) return;
    const began = performance.now(),
      height = this.rowHeight(),
      columns = this.visibleColumns();
    const first = Math.max(0, Math.floor(this.element.scrollTop / height) - BEYOND);
    const last = Math.min(
      this.count,
      Math.ceil((this.element.scrollTop + this.element.clientHeight) / height) + BEYOND,
    );
    this.element.style.setProperty("--columns", columns.map((column) => column.width).join(" "));
    this.element.setAttribute("aria-rowcount", this.count + 1);
    const rows = [];
    for (let index = first; index < last; index += 1) rows.push(this.drawRow(index, columns, height));
    show(
      this.element,
      this.head(columns),
      h(
        "div",
        { key: "body", class: "list-body", role: "rowgroup", style: { height: `${this.count * height}px` } },
        rows,
      ),
    );
    if (this.sticksToEnd) this.element.scrollTop = this.element.scrollHeight;
    this.onRange?.(first, last);
    this.focusCursor();
    this.draws += 1;
    if (this.draws > 1) this.slowest = Math.max(this.slowest, performance.now() - began); // the first one makes the page
  }

  // ---- the keyboard

  isAtEnd() {
    return this.element.scrollTop + this.element.clientHeight >= this.element.scrollHeight - 4;
  }

  focusedIndex() {
    const row = document.activeElement?.closest?.(".list-row");
    return row && this.element.contains(row) ? Number(row.dataset.index) : -1;
  }

  /** Moves the focus by so many rows. */
  move(by) {
    if (this.count === 0) return;
    const focused = this.focusedIndex();
    if (focused >= 0) this.cursor = focused;
    this.goTo(this.cursor < 0 ? 0 : this.cursor + by);
  }

  goTo(index) {
    this.bringIntoSight(index);
    this.focusSoon = true;
    this.draw();
  }

  bringIntoSight(index) {
    const height = this.rowHeight(),
      room = this.element.clientHeight - 31;
    this.cursor = Math.max(0, Math.min(this.count - 1, index));
    const top = this.cursor * height;
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (top + height > this.element.scrollTop + room) this.element.scrollTop = top + height - room;
  }

  focusCursor() {
    if (!this.focusSoon) return;
    const anchor = this.element.querySelector(`[data-index="${this.cursor}"] a.open`);
    if (!anchor) return; // its row is still to come
    this.focusSoon = false;
    anchor.focus({ preventScroll: true });
    this.onMoved?.(this.row(this.cursor));
  }
}
