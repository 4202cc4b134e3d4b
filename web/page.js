// The page: it shows what its address asks for. This file connects the controls, the requests and the charts.
import { CarpetPlot } from "./carpet_plot.js";
import { codeSamples, copy, element } from "./element.js";
import { ForecastChart } from "./forecast_chart.js";
import { cardInWords, errorsInWords, headline, measuredShares } from "./in_words.js";
import { readMeasured } from "./measured.js";
import { LONGEST, Period } from "./period.js";
import { buildForm, fillForm } from "./schema_form.js";
import { askForecast, askPrediction, read, Section } from "./section.js";
import { DAY, HOUR, SiteClock } from "./site_clock.js";

const DOCUMENTS = ["v1/model", "schemas/v1/forecast-request.json", "schemas/v1/prediction-request.json"];
const NOWHERE = { N: undefined, start: undefined, period: undefined, date: undefined };
const find = (selector) => document.querySelector(selector);
const asked = () => Object.fromEntries(new URLSearchParams(location.search));
const on = (event, place, action) => place.addEventListener(event, action);
const [main, period, date, compare, quantile, yearShown, form, hourForm, errors] =
  ["main", "#period", "#date", "#compare", "#quantile", "#year-shown", "#api form", "#hour form", ".errors"].map(find);

// Whatever the page's own code throws is shown: a page that stays empty explains nothing.
const showError = ({ message, reason }) => (find("main > .status").textContent = `This page has an error: ${message ?? reason}`);
for (const event of ["error", "unhandledrejection"]) on(event, window, showError);

const readAll = (documents, signal) => Promise.all(documents.map((document) => read(document, signal)));
const [card, forecastSchema, hourSchema] = await new Promise((resolve) => new Section(main).show(DOCUMENTS, readAll, resolve));
const clock = new SiteClock(card);
const [days, year, hour] = ["#days", "#year", "#hour"].map((place) => new Section(find(place)));
const chart = new ForecastChart(find("#days figure"));
const carpet = new CarpetPlot(find("#year figure"), ({ day }) => {
  go({ ...NOWHERE, period: "day", date: day });
  chart.slider.focus();
});
const [hourFields, steps] = [Object.keys(hourSchema.properties), [...document.querySelectorAll("button[value]")]];
let present, shown, measured, later;

for (let known = card.known_years.first; known <= card.known_years.last; known += 1) yearShown.append(new Option(known));
find("header p").textContent = `${card.name}: mean power in ${card.unit} by the clock of ${card.timezone}`;
find(".key.band").textContent = `90 % interval (${measuredShares(card)})`;
[date.min, date.max] = [clock.begin, clock.end - HOUR].map((time) => clock.hour(time).day);
buildForm(form, forecastSchema, ["N", "start"], (input) => go({ ...NOWHERE, ...input }));
buildForm(hourForm, hourSchema, hourFields, go);
find(".facts").append(...card.training_data.warnings.map((text) => element("p", { class: "remark" }, text)));
find(".facts").append(...cardInWords(card).map((text) => element("p", {}, text)));
main.classList.add("open");

// A control that is held or typed into changes often; the page follows when it rests.
const settle = (control, action) => on("change", control, () => {
  clearTimeout(later);
  later = setTimeout(() => control.checkValidity() && action(), 250);
});
settle(date, () => go({ ...NOWHERE, ...shown.steps.today, date: date.value }));
settle(period, () => go({ ...NOWHERE, period: period.value, date: shown.kind === "hours" ? shown.date : asked().date }));
settle(yearShown, () => go({ year: yearShown.value }));
for (const control of [compare, quantile]) settle(control, () => go({ [control.id]: control.value }));
for (const step of steps) on("click", step, () => go({ ...NOWHERE, ...shown.steps[step.value] }));
on("click", find("#link"), (event) => event.preventDefault(copy(event.target.href, find("#said"), event.target)));
on("change", find("#file"), ({ target }) => load(target.files[0]));
on("dragover", chart.plot, (event) => event.preventDefault());
on("drop", chart.plot, (event) => event.preventDefault(load(event.dataTransfer.files[0])));
on("change", find("#moment"), ({ target: { value } }) => value && fillForm(hourForm, clock.fieldsOf(Date.parse(`${value}Z`))));
on("popstate", window, show);
on("visibilitychange", document, follow);
setInterval(follow, 60_000);
show();

/** Let a tab that stays open follow the clock. */
function follow() {
  if (document.hidden || present === clock.wholeHour(Date.now())) return;
  for (const draw of [show, chart.redraw, carpet.redraw]) draw();
}
/** Return the page's address after changes of what it asks for. */
function addressOf(changes) {
  const wanted = Object.entries({ ...asked(), ...changes }).filter(([, value]) => value);
  return wanted.length ? `?${new URLSearchParams(wanted)}` : location.pathname;
}
function go(changes) {
  const address = addressOf(changes);
  if (address !== (location.search || location.pathname)) history.pushState(null, "", address);
  show();
}

/** Show what the page's address asks for; where the model does not know the present, it opens where its data ends. */
function show() {
  present = clock.wholeHour(Date.now());
  const isKnown = clock.begin <= present && present < clock.end;
  shown = new Period(asked(), clock, isKnown ? present : Date.parse(card.last_event_start) + HOUR);
  for (const showPart of [showDays, showYear, showHour]) showPart(asked());
}

function showDays({ compare: wish, quantile: upTo }) {
  const { name, short, input } = shown;
  const earlier = shown.earlier(wish);
  [period.value, date.value, quantile.value] = [shown.kind, shown.date, upTo];
  quantile.value ||= "0.95";
  compare.value = wish && earlier ? (earlier.days > 7 ? "year" : "before") : "";
  const [edge, isCompared] = [quantile.value, compare.value !== ""];
  for (const step of steps) step.disabled = !shown.steps[step.value];
  find("#link").href = addressOf(shown.address);
  fillForm(form, input);
  const wanted = { ...input, quantiles: [...new Set([0.05, 0.95, Number(edge)])] };
  const ask = (_, signal) => Promise.all([askForecast(wanted, signal), earlier && askForecast(earlier.input, signal)]);
  days.show([name, wanted, compare.value], ask, ([{ values: mean, start, unit, quantiles }, before]) => {
    const calendar = clock.calendar(Date.parse(start), mean.length);
    // The earlier hours are those at the same times of the local clock.
    const past = new Map(before?.values.map((power, hour) => [+clock.local(Date.parse(before.start) + hour * HOUR), power]));
    const powers = calendar.hours.map(({ local }) => past.get(local - earlier?.days * DAY));
    const lines = isCompared ? [{ kind: "earlier", name: earlier.name, powers }] : [];
    const data = { ...calendar, mean, low: quantiles["0.05"], high: quantiles["0.95"], unit, lines, name };
    const peak = { powers: quantiles[edge], name: `${100 * edge}\u00a0% quantile` };
    find("#days h2").textContent = name;
    document.title = `${name} – ${card.name}`;
    find(".headline").textContent = `${short}: ${headline(data, peak, { ...before, name: earlier?.name }, clock)}`;
    find(".key.earlier").textContent = `forecast of ${earlier?.name}`;
    find("#api .samples").replaceChildren(...codeSamples("forecast", wanted));
    drawDays(data, Math.max(data.hours.findIndex(({ time }) => time === present), 0));
    performance.mark("forecast shown");
  });
}
/** Draw the forecast, and over it what was measured. */
function drawDays(data, index) {
  const lines = data.lines.filter(({ kind }) => kind !== "measured");
  const powers = data.hours.map(({ time }) => measured?.hours.get(time));
  if (measured) lines.push({ kind: "measured", name: "measured", powers });
  errors.textContent = measured
    ? `${measured.name}: ${errorsInWords(powers, data, card)}`
      + "In hours that the model was trained on, errors are smaller; evaluate.py tells you whether the model still holds."
    : "";
  for (const kind of ["earlier", "measured"]) find(`.key.${kind}`).hidden = !lines.some((line) => line.kind === kind);
  chart.show({ ...data, lines }, data.mean.length, index);
  const [, columns, rows] = chart.table();
  const csv = [columns, ...rows].map((row) => `${row.join(",")}\n`).join("");
  Object.assign(find("#save"), { href: `data:text/csv,${encodeURIComponent(csv)}`, download: `${card.name}, ${data.name}.csv` });
}
/** Read a file of measured power in this browser, and show its hours, at most the last year of them. */
async function load(file) {
  if (!file) return;
  try {
    measured = { name: file.name, hours: readMeasured(await file.text(), card, clock) };
    const times = [...measured.hours.keys()];
    const start = Math.max(times[0], times.at(-1) - (LONGEST - 1) * HOUR);
    go({ ...NOWHERE, N: (times.at(-1) - start) / HOUR + 1, start: clock.hour(start).start });
    if (chart.data) drawDays(chart.data, chart.index);
  } catch ({ message }) {
    measured = undefined;
    if (chart.data) drawDays(chart.data, chart.index);
    errors.textContent = `${file.name}: ${message}`;
  }
}

function showYear({ year: wish }) {
  yearShown.value = wish;
  yearShown.value ||= clock.local(shown.from).getUTCFullYear();
  const [start, end] = [0, 1].map((years) => clock.newYear(Number(yearShown.value) + years));
  year.show({ N: (end - start) / HOUR, start: clock.hour(start).start }, askForecast, ({ values: mean, unit }) => {
    const calendar = clock.calendar(start, mean.length);
    const place = calendar.days.findIndex(({ day }) => day === shown.date);
    carpet.show({ ...calendar, unit, mean }, calendar.days.length, Math.max(place, 0));
  });
}

function showHour(wish) {
  const input = Object.fromEntries(hourFields.map((name) => [name, wish[name] ?? hourSchema.examples[0][name]]));
  fillForm(hourForm, input);
  hour.show(input, askPrediction, ({ prediction }) => {
    find("#hour .readout").replaceChildren(element("strong", {}, `${prediction} ${card.unit}`));
    find("#hour .samples").replaceChildren(...codeSamples("prediction", input));
  });
}
