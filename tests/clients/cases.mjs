// Validates every case of tests/cases by Ajv in strict mode with the published schemas.
import { readdir, readFile } from "node:fs/promises";
import Ajv2020 from "ajv/dist/2020.js";

const SCHEMAS = new URL("../../schemas/v1/", import.meta.url);
const CASES = new URL("../cases/", import.meta.url);

const readJson = async (file) => JSON.parse(await readFile(file, "utf8"));

const ajv = new Ajv2020({ strict: true, allErrors: true });
const validators = {};
for (const file of await readdir(SCHEMAS)) {
  validators[file] = ajv.compile(await readJson(new URL(file, SCHEMAS)));
}

let count = 0;
const wrong = [];
for (const resource of ["prediction", "forecast"]) {
  const validate = validators[`${resource}-request.json`];
  for (const { reason, input, valid } of await readJson(new URL(`${resource}.json`, CASES))) {
    count += 1;
    if (validate(input) !== valid) {
      wrong.push(`${resource}: ${reason}: ${valid ? ajv.errorsText(validate.errors) : "should be refused"}`);
    }
  }
}

wrong.forEach((line) => console.error(line));
console.log(`${count} cases, ${wrong.length} wrong verdicts`);
process.exitCode = wrong.length ? 1 : 0;
