// A year as a carpet plot: days across, hours of the local clock down, power as colour.
import { Chart } from "./chart.js";
import { energy, powerFormat, rangeOf, sumOf } from "./quantity.js";
import { dayName, HOUR, written } from "./site_clock.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => `${hour}`.padStart(2, "0"));
const ROW = 11; // pixels of an hour
// Cividis: perceptually uniform, also for people with a colour vision deficiency.
// Nuñez, Anderton and Renslow (2018), doi:10.1371/journal.pone.0199239; every tenth of matplotlib's table.
const COLORS = [
  [0, 34, 78], [8, 51, 112], [53, 69, 108], [79, 87, 108], [102, 105, 112], [125, 124, 120],
  [148, 142, 119], [174, 163, 113], [200, 184, 102], [229, 207, 82], [254, 232, 56],
];

export class CarpetPlot extends Chart {
  hour = 12;
  moves = {
    ArrowUp: () => this.select(this.index, (this.hour - 1) / 24), ArrowDown: () => this.select(this.index, (this.hour + 1) / 24),
    PageUp: () => this.select(this.index + 7), PageDown: () => this.select(this.index - 7),
  };
  constructor(figure, onChoice) {
    super(figure);
    [this.carpet, this.lowest, this.scale, this.highest] = figure.querySelectorAll("canvas, .end");
    paint(this.scale, Array.from({ length: 101 }, (_, percent) => [percent / 100]));
    figure.querySelector("button").addEventListener("click", () => onChoice(this.data.days[this.index]));
  }
  draw() {
    const { days, hours, mean, unit } = this.data;
    const [lowest, highest] = rangeOf(mean);
    this.clear(26 + 24 * ROW + 24, 24);
    this.format = powerFormat(mean);
    this.cells = byLocalClock(this.data);
    // In shares of the drawing, which paper scales.
    const [left, width] = [this.left, this.width].map((length) => `${(100 * length) / this.plot.clientWidth}%`);
    const [top, height] = [this.top, 24 * ROW].map((length) => `${(100 * length) / this.height}%`);
    Object.assign(this.carpet.style, { left, width, top, height });
    paint(this.carpet, this.cells.map((powers) => powers.map((power) => (power - lowest) / (highest - lowest || 1))));
    this.lowest.textContent = `${this.format(lowest)} ${unit}`;
    this.highest.textContent = `${this.format(highest)} ${unit}`;
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
    const { days, mean, unit } = this.data;
    const [hour, day] = [Math.min(Math.max(Math.floor(height * 24 + 1e-9), 0), 23), days[index]];
    const [from, to, top] = [this.x(index) - 1.5, this.x(index + 1) + 1.5, this.top + hour * ROW];
    this.hour = hour;
    const [column, cell] = [`V${this.floor}H${to}V${this.top}Z`, `H${to + 2}v${ROW}H${from - 2}Z`];
    for (const path of this.cursors) path.setAttribute("d", `M${from},${this.top}${column}M${from - 2},${top}${cell}`);
    const [power, powers] = [this.cells[index][hour], mean.slice(day.index, day.index + day.count)];
    const [lowest, highest] = rangeOf(powers).map((one) => this.format(one));
    const there = Number.isFinite(power) ? [`${HOURS[hour]}:00: ${this.format(power)} ${unit}`] : [];
    return [dayName(day), ...there, `the day: ${lowest} to ${highest} ${unit}, ${energy(powers, unit)}`];
  }
  table() {
    const cell = (power) => (Number.isFinite(power) ? power : "–");
    const rows = this.data.days.map(({ day }, index) => [day, ...this.cells[index].map(cell)]);
    return [`Power by day and hour of the local clock, ${this.data.unit}`, ["day", ...HOURS], rows];
  }
}

/** Arrange powers by local day and hour: a cell is the mean of its hours, or NaN without one (clock changes). */
function byLocalClock({ hours, days, mean }) {
  return days.map(({ index, count }) => HOURS.map((_, hour) => {
    const powers = mean.slice(index, index + count).filter((_, place) => hours[index + place].local.getUTCHours() === hour);
    return sumOf(powers) / powers.length;
  }));
}
/** Paint a canvas, one pixel a cell. The columns have shares of the scale, 0 to 1; NaN stays transparent. */
function paint(canvas, columns) {
  Object.assign(canvas, { width: columns.length, height: columns[0].length });
  const context = canvas.getContext("2d");
  columns.forEach((column, x) => column.forEach((share, y) => {
    context.fillStyle = Number.isNaN(share) ? "transparent" : color(share);
    context.fillRect(x, y, 1, 1);
  }));
}
function color(share) {
  const place = share * (COLORS.length - 1);
  const [below, above] = [COLORS[Math.floor(place)], COLORS[Math.ceil(place)]];
  return `rgb(${below.map((value, channel) => value + (place % 1) * (above[channel] - value))})`;
}
