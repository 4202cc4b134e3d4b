// What both charts share: a drawing as wide as its figure, and a slider, so that keys can do what a pointer does.
import { element, table } from "./element.js";

export class Chart {
  constructor(figure) {
    const parts = [".readout", ".plot", "svg", "input", "details", ".scroll"].map((part) => figure.querySelector(part));
    [this.readout, this.plot, this.svg, this.slider, this.details, this.tableArea] = parts;
    this.slider.addEventListener("input", () => this.select(this.slider.valueAsNumber));
    this.slider.addEventListener("keydown", (event) => this.moves[event.key] && event.preventDefault(this.moves[event.key]()));
    for (const event of ["pointerdown", "pointermove"]) this.plot.addEventListener(event, (at) => this.point(at));
    this.details.addEventListener("toggle", this.fillTable);
    new ResizeObserver(() => requestAnimationFrame(this.redraw)).observe(this.plot);
  }
  /** Draw data of so many columns, and select one. */
  show(data, count, index) {
    Object.assign(this, { data, count, index });
    Object.assign(this.slider, { max: count - 1, disabled: false });
    this.redraw();
    this.fillTable();
  }
  /** Empty the drawing, and place the slider below it, so that its thumb is below the middle of a column. */
  clear(height, bottom, left = 52) {
    Object.assign(this, { left, top: 26, floor: height - bottom, width: this.plot.clientWidth - left - 12, height });
    this.svg.setAttribute("viewBox", `0 0 ${this.plot.clientWidth} ${height}`);
    this.svg.replaceChildren();
    this.slider.style.marginLeft = `${this.x(0.5) - 8}px`;
    this.slider.style.width = `${this.x(this.count - 1) - this.x(0) + 16}px`;
  }
  redraw = () => this.data && this.draw();
  fillTable = () => this.tableArea.replaceChildren(...(this.details.open && this.data ? [table(...this.table())] : []));
  x = (column) => this.left + (column / this.count) * this.width;
  path = (kind, d = "") => this.svg.appendChild(element("path", { class: kind, d }));
  label = (text, x, y, kind) => this.svg.append(element("text", { class: kind, x, y }, text));
  markRest = (rest, from, to) => rest && this.path(rest, `M${from},${this.top - 9}H${to}`);
  markNow(column, line) {
    if (column < 0) return;
    this.path("now", `M${this.x(column)},${this.top - 14}${line}`);
    this.label("now", Math.max(this.x(column), this.left + 16), 9, "middle now");
  }
  /** Select the column under the pointer, and return whether there is one. */
  point({ clientX, clientY }) {
    const { left, top } = this.plot.getBoundingClientRect();
    const column = Math.floor(((clientX - left - this.left) / this.width) * this.count);
    const isThere = this.data && column >= 0 && column < this.count;
    if (isThere) this.select(column, (clientY - top - this.top) / (this.floor - this.top));
    return isThere;
  }
  /** Mark a column and describe it, above the chart and, for screen readers, as the slider's text. */
  select(column, height) {
    this.slider.value = this.index = Math.min(Math.max(column, 0), this.count - 1);
    const [first, ...rest] = this.tell(this.index, height);
    this.slider.setAttribute("aria-valuetext", [first, ...rest].join("; "));
    this.readout.replaceChildren(element("strong", {}, first), ...rest.map((part) => element("span", {}, part)));
  }
}
