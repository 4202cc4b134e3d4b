// A form built from a JSON Schema, whose keywords become the browser's constraints; the server uses the same file.
import { element } from "./element.js";
import { WEEKDAYS } from "./site_clock.js";

export class SchemaForm {
  constructor(form, { properties, required }, names, onSubmit) {
    Object.assign(this, { names, properties, controls: form.elements, fold: form.closest("details") });
    form.noValidate = true; // judge() calls the browser's validation, and shows its message beside the field
    form.prepend(...names.map((name) => field(name, properties[name], required.includes(name))));
    form.addEventListener("submit", (event) => event.preventDefault(this.judge() && onSubmit(this.input)));
  }
  set input(values) {
    for (const name of this.names) this.controls[name].value = values[name] ?? "";
  }
  get input() {
    const filled = this.names.filter((name) => this.controls[name].value);
    const typed = (name, text) => (this.properties[name].type === "string" ? text : Number(text));
    return Object.fromEntries(filled.map((name) => [name, typed(name, this.controls[name].value)]));
  }
  /** Validate each field with the browser, show its errors, and return whether there are none. */
  judge() {
    return !this.showFaults(this.names.map((parameter) => {
      const [control, { pattern, examples }] = [this.controls[parameter], this.properties[parameter]];
      // The attribute pattern would use the flag v, another dialect than JSON Schema's.
      const fits = !pattern || !control.value || new RegExp(pattern, "u").test(control.value);
      control.setCustomValidity(fits ? "" : `Must look like ${examples[0]}.`);
      return { parameter, detail: control.validationMessage };
    }));
  }
  /** Show errors, the browser's or a problem document's, beside their fields, and return whether there are any. */
  showFaults(faults) {
    const detail = (name) => faults.find(({ parameter }) => parameter === name)?.detail ?? "";
    for (const name of this.names) {
      this.controls[name].setAttribute("aria-invalid", detail(name) !== "");
      document.getElementById(`${name}-fault`).textContent = detail(name);
    }
    if (this.fold && this.names.some(detail)) this.fold.open = true;
    this.controls[this.names.find(detail)]?.focus();
    return this.names.some(detail);
  }
}

function field(name, { description, type, minimum, maximum, minLength, maxLength, enum: values }, required) {
  const common = { id: name, name, required: required || undefined, "aria-describedby": `${name}-fault ${name}-help` };
  const kind = type !== "string" && { type: "number", min: minimum, max: maximum, step: type === "number" ? "any" : 1 };
  const choices = name === "day_of_week" ? WEEKDAYS : values;
  const options = choices?.map((text, place) => element("option", { value: values?.[place] ?? place }, text));
  const control = options ? element("select", common, ...options) : element("input", { ...common, ...kind, minLength, maxLength });
  const label = element("label", { for: name }, /^[^:,.(]+/.exec(description)[0], " ", element("code", {}, name));
  const note = (kind, text) => element("p", { class: kind, id: `${name}-${kind}` }, text);
  const help = element("details", {}, element("summary", {}, "What it means"), note("help", description));
  return element("div", { class: "field" }, label, control, note("fault", ""), help);
}
