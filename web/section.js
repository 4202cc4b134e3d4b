// A section of the page that shows the response to one request: the newest.
import { element } from "./element.js";

const PATIENCE = 10_000; // milliseconds; the server takes 40 for a year

export class Section {
  constructor(place, form) {
    Object.assign(this, { place, form, status: place.querySelector(".status") });
  }
  /** Request what the section shows, unless it shows it already; if that fails, show why, beside the field if possible. */
  async show(input, request, draw) {
    const key = JSON.stringify(input);
    this.stop();
    if (this.shown === key) return;
    const [newest, late] = [new AbortController(), AbortSignal.timeout(PATIENCE)];
    this.newest = newest;
    this.place.ariaBusy = "true";
    this.status.textContent = "Loading…";
    const signal = AbortSignal.any([newest.signal, late]);
    const [response, problem] = await request(input, signal).then((it) => [it], (it) => [undefined, it]);
    if (this.newest !== newest) return;
    this.stop();
    this.shown = problem ? undefined : key;
    if (!problem) return draw(response, input);
    this.place.classList.add("unanswered");
    if (problem instanceof Error) throw problem;
    if (this.form?.showFaults(problem.errors ?? [])) return;
    const again = element("button", { type: "button" }, "Try again");
    again.addEventListener("click", () => {
      (this.place.querySelector(":scope > h2") ?? document.querySelector("h1")).focus(); // this button goes away
      this.show(input, request, draw);
    });
    const detail = late.aborted ? `The server has not responded for ${PATIENCE / 1000} seconds.` : problem.detail;
    this.status.append(detail, " ", again);
  }
  /** Forget what is shown, and dim it if it is not what is asked for. */
  forget(isDim) {
    this.stop();
    this.shown = undefined;
    this.place.classList.toggle("unanswered", isDim);
  }
  /** End the request that runs, and clear the status. */
  stop() {
    this.newest?.abort();
    this.newest = undefined;
    this.place.ariaBusy = null;
    this.place.classList.remove("unanswered");
    this.status.replaceChildren();
  }
}
