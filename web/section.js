// Requests to the server, and the sections of the page that show their responses.
import { element } from "./element.js";

const PATIENCE = 10_000; // milliseconds; the server takes 40 for a year

/** Read a JSON document at an address relative to the page; throws a problem document (RFC 9457), whatever responds. */
export async function read(address, signal, isRight = Boolean) {
  const response = await fetch(address, { signal }).catch(() => Promise.reject({ detail: "The server cannot be reached." }));
  const document = await response.json().catch(() => undefined);
  if (response.ok && isRight(document)) return document;
  if (typeof document?.detail === "string") throw document;
  throw { detail: response.ok ? "What responded is not the forecast server." : `The server responded ${response.status}.` };
}
const ask = (resource, input, signal, isRight) => read(`v1/${resource}?${new URLSearchParams(input)}`, signal, isRight);
export const askPrediction = (input, signal) => ask("prediction", input, signal, (it) => Number.isFinite(it?.prediction));
export const askForecast = (input, signal) => ask("forecast", input, signal, (it) => {
  const series = [it?.values, ...(input.quantiles ?? []).map((quantile) => it?.quantiles?.[quantile])];
  return Date.parse(it?.start) && series.every((of) => of?.length === +input.N && of.every(Number.isFinite));
});

/** A section shows the response to one request: the newest. */
export class Section {
  constructor(place) {
    Object.assign(this, { place, status: place.querySelector(".status") });
  }
  /** Request what the section shows, unless it shows it already; if that fails, dim it and say why. */
  async show(input, request, draw) {
    const [key, newest, late] = [JSON.stringify(input), new AbortController(), AbortSignal.timeout(PATIENCE)];
    this.stop();
    if (this.shown === key) return;
    this.newest = newest;
    this.place.ariaBusy = "true";
    this.status.textContent = "Loading…";
    const signal = AbortSignal.any([newest.signal, late]);
    const [response, problem] = await request(input, signal).then((it) => [it], (it) => [undefined, it]);
    if (newest.signal.aborted) return;
    this.stop();
    this.shown = problem ? undefined : key;
    if (!problem) return draw(response);
    if (problem instanceof Error) throw problem;
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => {
      (this.place.querySelector(":scope > h2") ?? document.querySelector("h1")).focus(); // this button goes away
      this.show(input, request, draw);
    });
    const faults = (problem.errors ?? [problem]).map(({ detail }) => detail).join("; ");
    this.place.classList.add("unanswered");
    this.status.append(late.aborted ? `The server has not responded for ${PATIENCE / 1000} seconds.` : faults, " ", again);
  }
  /** End the request that runs, and clear the status. */
  stop() {
    this.newest?.abort();
    this.place.ariaBusy = null;
    this.place.classList.remove("unanswered");
    this.status.replaceChildren();
  }
}
