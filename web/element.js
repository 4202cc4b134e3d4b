// HTML and SVG elements, tables, and code to copy.
const [SVG, SHAPES] = ["http://www.w3.org/2000/svg", { path: true, text: true }];

/** Make an element; undefined attributes are left out. */
export function element(name, attributes = {}, ...children) {
  const made = name in SHAPES ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
/** Make a table; the first cell of a row is its heading. */
export function table(caption, columns, rows) {
  const heading = (scope) => (text) => element("th", { scope }, text);
  const cell = (text, place) => (place ? element("td", {}, text) : heading("row")(text));
  const head = element("thead", {}, element("tr", {}, ...columns.map(heading("col"))));
  const body = rows.map((row) => element("tr", {}, ...row.map(cell)));
  return element("table", {}, element("caption", {}, caption), head, element("tbody", {}, ...body));
}
/** Copy a text, and say so; without HTTPS there is no clipboard, and the user can copy what is selected. */
export async function copy(text, said, place) {
  getSelection().selectAllChildren(place);
  const isCopied = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  said.textContent = isCopied ? "Copied" : "Selected";
}
/** Show a request as other clients send it, each with a button that copies it. */
export function codeSamples(resource, input) {
  const url = `${new URL(`v1/${resource}`, document.baseURI)}?${new URLSearchParams(input)}`;
  const python = `import requests\n\nprint(requests.get("${url}", timeout=10).json())`;
  return Object.entries({ URL: url, curl: `curl '${url}'`, Python: python }).map(([title, code]) => {
    const [pre, said] = [element("pre", {}, code), element("output")];
    const button = element("button", { type: "button", "aria-label": `Copy ${title}` }, "Copy");
    button.addEventListener("click", () => copy(code, said, pre));
    return element("div", { class: "code" }, element("h3", {}, title), said, button, pre);
  });
}
