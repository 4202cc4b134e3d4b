// The server, asked by its own contract. Addresses are relative to the page, so that any prefix will do.
import { element } from "./element.js";

/** Read a document; what is thrown is a problem document (RFC 9457), also where the server says nothing. */
export async function read(address) {
  const response = await fetch(address).catch(() => Promise.reject({ detail: "The server cannot be reached." }));
  const document = await response.json().catch(() => undefined);
  if (response.ok && document) return document;
  throw document ?? { detail: `The server answered ${response.status}.` };
}
export const ask = (resource, input) => read(`v1/${resource}?${new URLSearchParams(input)}`);

/** Forget what a section was asked, and what it said of that. */
export function forget(section) {
  Object.assign(section, { asked: undefined, ariaBusy: null, className: "" });
  section.querySelector(".status").replaceChildren();
}

/** Ask what a section shows, unless it does so already; if there is no answer, say why, if possible at its field. */
export async function attempt(section, input, request, show, form) {
  const [key, status] = [JSON.stringify(input), section.querySelector(".status")];
  if (section.asked === key) return;
  section.asked = key;
  section.ariaBusy = "true";
  status.textContent = "Loading…";
  const [answer, problem] = await request(input).then((it) => [it], (it) => [undefined, it]);
  if (section.asked !== key) return; // something else is asked meanwhile
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
