// Forms built from JSON Schemas, whose keywords become the browser's constraints; the server uses the same files.
import { element } from "./element.js";
import { WEEKDAYS } from "./site_clock.js";

/** Give a form fields of a schema; what is filled in and valid is passed on. */
export function buildForm(form, { properties, required }, names, onSubmit) {
  form.prepend(...names.map((name) => field(name, properties[name], required.includes(name))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit(Object.fromEntries([...new FormData(form)].filter(([, value]) => value)));
  });
}
export function fillForm(form, values) {
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
}

function field(name, schema, isRequired) {
  const { description, type, minimum: min, maximum: max, minLength, maxLength, examples } = schema;
  const common = { name, id: name, required: isRequired || undefined, "aria-describedby": `${name}-help` };
  const pattern = schema.pattern?.replaceAll("-]", "\\-]"); // HTML's dialect needs the backslash
  const limits = type === "string" ? { minLength, maxLength, pattern, title: `like ${examples}` } : { type: "number", min, max };
  const options = WEEKDAYS.map((weekday, value) => element("option", { value }, weekday));
  const control = name === "day_of_week" ? element("select", common, ...options) : element("input", { ...common, ...limits });
  const label = element("label", { for: name }, /^[^:,.(]+/.exec(description)[0], " ", element("code", {}, name));
  const help = element("details", {}, element("summary", {}, "What it means"), element("p", { id: `${name}-help` }, description));
  return element("div", { class: "field" }, label, control, help);
}
