// A year as a carpet plot: days across, hours of the local clock down, power as colour.
import { Chart } from "./chart.js";
import { paint } from "./color_scale.js";
import { energy, powerFormat, rangeOf, sumOf } from "./quantity.js";
import { dayName, HOUR, written } from "./site_clock.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => `${hour}`.padStart(2, "0"));
const CLOCK_CHANGE = { 23: "the hour that the clock leaves out is empty", 25: "the hour that comes twice is a mean" };
const ROW = 11; // pixels of an hour

export class CarpetPlot extends Chart {
  hour = 12;
  moves = {
    ArrowUp: () => this.select(this.index, (this.hour - 1) / 24),
    ArrowDown: () => this.select(this.index, (this.hour + 1) / 24),
    PageUp: () => this.select(this.index + 7),
    PageDown: () => this.select(this.index - 7),
    Enter: () => this.choose(),
  };

  constructor(figure, onChoice) {
    super(figure);
    [this.carpet, this.lowest, this.scale, this.highest] = figure.querySelectorAll("canvas, .end");
    paint(this.scale, Array.from({ length: 101 }, (_, percent) => [percent / 100]));
    this.choose = () => onChoice(this.data.days[this.index]);
    // A tap selects an hour to read; the button shows its day.
    this.plot.addEventListener("pointerdown", ({ pointerType }) => (this.isTouch = pointerType === "touch"));
    this.plot.addEventListener("click", (at) => this.point(at) && !this.isTouch && this.choose());
    figure.querySelector("button").addEventListener("click", this.choose);
  }
  draw() {
    const { days, hours, cells, mean, unit } = this.data;
    const [range, width] = [rangeOf(mean), this.plot.clientWidth];
    this.clear(26 + 24 * ROW + 24, 24);
    this.format = powerFormat(range);
    // In shares of the drawing, which paper scales.
    const [left, across, top, down] = [this.left / width, this.width / width, this.top / this.height, (24 * ROW) / this.height]
      .map((share) => `${100 * share}%`);
    Object.assign(this.carpet.style, { left, top, width: across, height: down });
    paint(this.carpet, cells.map((powers) => powers.map((power) => (power - range[0]) / (range[1] - range[0] || 1))));
    [this.lowest.textContent, this.highest.textContent] = range.map((power) => `${this.format(power)} ${unit}`);
    for (const hour of [0, 6, 12, 18]) this.label(HOURS[hour], this.left - 6, this.top + hour * ROW + 10, "end");
    days.forEach(({ local, rest }, index) => {
      this.markRest(rest, this.x(index), this.x(index + 1));
      if (local.getUTCDate() !== 1) return;
      this.path("day", `M${this.x(index)},${this.floor}v6`);
      this.label(written(local, { month: "short" }), this.x(index) + 3, this.floor + 17, "month");
    });
    const today = hours[Math.floor((Date.now() - hours[0].time) / HOUR)]?.day;
    this.markNow(days.findIndex(({ day }) => day === today), "v12");
    this.cursors = [this.path("halo"), this.path("cursor")];
    this.select(this.index);
  }
  tell(index, height = (this.hour + 0.5) / 24) {
    const { days, cells, mean, unit } = this.data;
    const [hour, day] = [Math.min(Math.max(Math.floor(height * 24 + 1e-9), 0), 23), days[index]];
    const [from, to, top] = [this.x(index) - 1.5, this.x(index + 1) + 1.5, this.top + hour * ROW];
    this.hour = hour;
    const [column, cell] = [`V${this.floor}H${to}V${this.top}Z`, `H${to + 2}v${ROW}H${from - 2}Z`];
    for (const path of this.cursors) path.setAttribute("d", `M${from},${this.top}${column}M${from - 2},${top}${cell}`);
    const powers = mean.slice(day.index, day.index + day.count);
    const [lowest, highest] = rangeOf(powers).map((power) => this.format(power));
    const there = Number.isFinite(cells[index][hour]) ? [`${HOURS[hour]}:00: ${this.format(cells[index][hour])} ${unit}`] : [];
    const said = [dayName(day), ...there, `the day: ${lowest} to ${highest} ${unit}, ${energy(powers, unit)}`];
    return CLOCK_CHANGE[day.count] ? [...said, CLOCK_CHANGE[day.count]] : said;
  }
  table() {
    const { days, cells, unit } = this.data;
    const cell = (power) => (Number.isFinite(power) ? power : "–");
    const rows = days.map(({ day }, index) => [day, ...cells[index].map(cell)]);
    return [`Power by day and hour of the local clock, ${unit}`, ["day", ...HOURS], rows];
  }
}

/** Arrange powers by local day and hour: a cell is the mean of its hours, or NaN without one (clock changes). */
export function byLocalClock({ hours, days }, powers) {
  const mean = (same) => sumOf(same) / same.length;
  const shows = (hour, index) => (_, place) => hours[index + place].local.getUTCHours() === hour;
  const cells = (ofDay, index) => HOURS.map((_, hour) => mean(ofDay.filter(shows(hour, index))));
  return days.map(({ index, count }) => cells(powers.slice(index, index + count), index));
}
