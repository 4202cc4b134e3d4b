// Requests to the server. Addresses are relative to the page, so that it works under any prefix.
import { element } from "./element.js";

/** Read a document; throws a problem document (RFC 9457), also if the server does not send one. */
export async function read(address) {
  const response = await fetch(address).catch(() => Promise.reject({ detail: "The server cannot be reached." }));
  const document = await response.json().catch(() => undefined);
  if (response.ok && document) return document;
  throw document ?? { detail: `The server answered ${response.status}.` };
}
export const ask = (resource, input) => read(`v1/${resource}?${new URLSearchParams(input)}`);

/** Forget the input of a section, and clear its status. */
export function forget(section) {
  Object.assign(section, { asked: undefined, ariaBusy: null, className: "" });
  section.querySelector(".status").replaceChildren();
}

/** Show what the page's own code throws. */
export function showFailure(message) {
  document.querySelector("main > .status").textContent = `This page has an error: ${message}`;
}

/** Request what a section shows, unless it shows it already; if that fails, show why, beside the field if possible. */
export async function attempt(section, input, request, show, form) {
  const [key, status] = [JSON.stringify(input), section.querySelector(".status")];
  if (section.asked === key) return;
  section.asked = key;
  section.ariaBusy = "true";
  status.textContent = "Loading…";
  const [answer, problem] = await request(input).then((it) => [it], (it) => [undefined, it]);
  if (section.asked !== key) return; // there is a newer request
  forget(section);
  if (!problem) section.asked = key;
  if (!problem) return show(answer, input);
  section.className = "unanswered";
  if (problem instanceof Error) throw problem;
  if (form?.showFaults(problem.errors ?? [])) return;
  const again = element("button", {}, "Try again");
  again.addEventListener("click", () => attempt(section, input, request, show, form));
  status.append(problem.detail, " ", again);
}
