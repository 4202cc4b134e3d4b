// HTML and SVG elements.
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
