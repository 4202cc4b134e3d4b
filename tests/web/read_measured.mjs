// How the page reads a CSV of measured power: node read_measured.mjs FOLDER, which holds the page's modules and input.json,
// a list of {text, card}. Prints for each the hours as [event start in milliseconds, power].
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${folder}/${name}`));
const [{ readMeasured }, { SiteClock }] = [await load("measured.js"), await load("site_clock.js")];
const files = JSON.parse(readFileSync(`${folder}/input.json`));
console.log(JSON.stringify(files.map(({ text, card }) => [...readMeasured(text, card, new SiteClock(card))])));
