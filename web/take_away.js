// What can be taken away: a file of what is shown, a link to it, and its request as code.
import { element } from "./element.js";

/** Show a request as other clients send it, each with a button that copies it. */
export function codeSamples(resource, input) {
  const [url, body] = [new URL(`v1/${resource}`, document.baseURI).href, JSON.stringify(input)];
  const flat = Object.fromEntries(Object.entries(input).map(([name, value]) => [name, Array.isArray(value) ? `${value}` : value]));
  return Object.entries({
    URL: `${url}?${new URLSearchParams(flat)}`,
    curl: `curl -X GET '${url}' -H 'Content-Type: application/json' -d '${body}'`,
    Python: `import requests\n\nprint(requests.get("${url}", params=${JSON.stringify(flat)}, timeout=10).json())`,
  }).map(([title, code]) => {
    const pre = element("pre", {}, code);
    const button = element("button", { type: "button", "aria-label": `Copy ${title}` }, "Copy");
    button.addEventListener("click", () => copy(code, button, pre));
    return element("div", { class: "code" }, element("h3", {}, title), button, pre);
  });
}
/** Copy a text, and say so, also to screen readers; without HTTPS there is no clipboard, and the user can copy `place`. */
export async function copy(text, button, place) {
  getSelection().selectAllChildren(place);
  const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  button.textContent = document.querySelector("#said").textContent = isCopied ? "Copied" : "Selected";
}
/** Save rows as a CSV. */
export function saveCsv(name, rows) {
  const text = rows.map((row) => `${row.map((cell) => cell ?? "").join(",")}\n`).join("");
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
