// A year as a carpet plot: days across, hours of the local clock down, power as colour.
import { Chart } from "./chart.js";
import { paint } from "./color_scale.js";
import { dayName, shown, written } from "./site_clock.js";

const HOURS = Array.from({ length: 24 }, (_, hour) => `${hour}`.padStart(2, "0"));
const CLOCK_CHANGE = { 23: "the hour that the clock leaves out is empty", 25: "the hour that comes twice is a mean" };

export class CarpetPlot extends Chart {
  constructor(figure, onChoice) {
    super(figure);
    [this.carpet, this.lowest, this.scale, this.highest] = figure.querySelectorAll("canvas, .end");
    paint(this.scale, Array.from({ length: 101 }, (_, percent) => [percent / 100]));
    this.plot.addEventListener("click", (at) => this.point(at) && onChoice(this.data.days[this.index]));
    this.slider.addEventListener("keydown", ({ key }) => key === "Enter" && onChoice(this.data.days[this.index]));
  }
  draw() {
    const { days, cells, range, unit } = this.data;
    this.clear(314, 24);
    this.carpet.style.inset = `${this.top}px auto auto ${this.left}px`;
    this.carpet.style.width = `${this.width}px`;
    paint(this.carpet, cells.map((powers) => powers.map((power) => (power - range[0]) / (range[1] - range[0] || 1))));
    [this.lowest.textContent, this.highest.textContent] = range.map((power) => `${shown(power)} ${unit}`);
    for (const hour of [0, 6, 12, 18]) this.label(HOURS[hour], this.left - 6, this.top + hour * 11 + 10, "end");
    days.forEach(({ local, rest }, index) => {
      this.markRest(rest, this.x(index), this.x(index + 1));
      if (local.getUTCDate() !== 1) return;
      this.path("day", `M${this.x(index)},${this.floor}v6`);
      this.label(written(local, { month: "short" }), this.x(index) + 3, this.floor + 17, "month");
    });
    this.cursor = this.path("cursor");
    this.select(this.index);
  }
  tell(index, height) {
    const { days, cells, unit } = this.data;
    const [from, to] = [this.x(index) - 1, this.x(index + 1) + 1];
    this.cursor.setAttribute("d", `M${from},${this.top - 1}V${this.floor + 1}H${to}V${this.top - 1}Z`);
    const [day, powers, hour] = [days[index], cells[index].filter(Number.isFinite), Math.floor(height * 24)];
    const said = [dayName(day), `${shown(Math.min(...powers))} to ${shown(Math.max(...powers))} ${unit}`];
    if (Number.isFinite(cells[index][hour])) said.push(`${HOURS[hour]}:00: ${shown(cells[index][hour])} ${unit}`);
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
  const mean = (same) => same.reduce((sum, power) => sum + power, 0) / same.length;
  const shows = (hour, index) => (_, place) => hours[index + place].local.getUTCHours() === hour;
  const cells = (ofDay, index) => HOURS.map((_, hour) => mean(ofDay.filter(shows(hour, index))));
  return days.map(({ index, count }) => cells(powers.slice(index, index + count), index));
}
