// Validates every case of tests/cases with the published schemas, by Ajv in strict mode and by cfworker.
import { readdir, readFile } from "node:fs/promises";
import Ajv2020 from "ajv/dist/2020.js";
import { Validator } from "@cfworker/json-schema";

const SCHEMAS = new URL("../../schemas/v1/", import.meta.url);
const CASES = new URL("../cases/", import.meta.url);

const readJson = async (file) => JSON.parse(await readFile(file, "utf8"));

const ajv = new Ajv2020({ strict: true, allErrors: true });
const validators = {};
for (const file of await readdir(SCHEMAS)) {
  const schema = await readJson(new URL(file, SCHEMAS));
  const validate = ajv.compile(schema);
  const cfworker = new Validator(schema, "2020-12", false);
  validators[file] = { Ajv: validate, cfworker: (input) => cfworker.validate(input).valid };
}

let count = 0;
const wrong = [];
for (const resource of ["prediction", "forecast"]) {
  for (const { reason, input, valid } of await readJson(new URL(`${resource}.json`, CASES))) {
    count += 1;
    for (const [name, validate] of Object.entries(validators[`${resource}-request.json`])) {
      if (validate(input) !== valid) {
        wrong.push(`${name}: ${resource}: ${reason}: should be ${valid ? "accepted" : "refused"}`);
      }
    }
  }
}

wrong.forEach((line) => console.error(line));
console.log(`${count} cases, ${wrong.length} wrong verdicts`);
process.exitCode = wrong.length ? 1 : 0;
