// Fails when the JavaScript that a page's HTML names is heavier, compressed, than it may be, or when a page carries an
// inline script, which the content security policy forbids. Says too what is fetched after that, when it is needed.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const MOST_KB = { "ask.html": 250, "sign-in.html": 200, "index.html": 250 };
const kb = (file) => gzipSync(readFileSync(`out${file}`), { level: 9 }).length / 1000;

function scripts(page) {
  const tags = [...readFileSync(`out/${page}`, "utf8").matchAll(/<script\b([^>]*)>/g)].map(
    ([, attributes]) => attributes,
  );
  const inline = tags.filter((each) => !/\bsrc=/.test(each) && !/type="application\/json"/.test(each));
  const old = /nomodule/i; // for browsers that know no modules
  const named = tags.filter((each) => !old.test(each)).flatMap((each) => each.match(/\bsrc="([^"]+)"/)?.[1] ?? []);
  return { inline: inline.length, named: [...new Set(named)] };
}

function allChunks(folder = "/_next/static/chunks") {
  return readdirSync(`out${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? allChunks(path) : path.endsWith(".js") ? [path] : [];
  });
}

const sum = (files) => files.reduce((total, file) => total + kb(file), 0);
const everNamed = new Set();
let failed = false;
for (const [page, most] of Object.entries(MOST_KB)) {
  const { inline, named } = scripts(page);
  for (const file of named) everNamed.add(file);
  const total = sum(named);
  console.log(
    `${page.padEnd(13)} ${total.toFixed(1).padStart(6)} kB of compressed JavaScript at first, ${most} allowed`,
  );
  if (inline) console.error(`${page} has an inline script, which the content security policy forbids`);
  if (total > most) console.error(`${page} is heavier than it may be`);
  failed ||= inline > 0 || total > most;
}
const later = allChunks().filter((file) => !everNamed.has(file) && !file.includes("polyfills"));
console.log(
  `later, when needed: ${later
    .map((file) => kb(file).toFixed(1))
    .filter((size) => size > 1)
    .join(" + ")} kB`,
);
process.exit(failed ? 1 : 0);
