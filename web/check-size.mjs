// Fails when a first load brings more compressed JavaScript than it may, or when a page carries an inline script, which
// the content security policy forbids. A first load is everything that a browser fetches until the page can be used:
// what its HTML names, what its code always fetches after that, and, for nobody is signed in after a reload, the sign-in
// that stands before it. tests/browser/test_fast.py holds the lists against what a browser really fetches.
//
//     node check-size.mjs             prints the figures
//     node check-size.mjs --json      {"ask": ["/_next/…js", …], …}, for that test
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** kB, gzip; the pages through which one comes there; the code that each always fetches. */
const LOADS = {
  "sign-in": { most: 210, pages: ["sign-in"], fetched: ["lib/session.ts -> @/lib/cognito"] },
  ask: {
    most: 250,
    pages: ["ask", "sign-in"],
    fetched: ["lib/session.ts -> @/lib/cognito", "components/chat.tsx -> @/components/log"],
  },
};

const html = (page) => readFileSync(`out/${page}.html`, "utf8");
const tags = (page) => [...html(page).matchAll(/<script\b([^>]*)>/g)].map(([, attributes]) => attributes);
const kb = (file) => gzipSync(readFileSync(`out${file}`), { level: 9 }).length / 1000;

/** Without what only browsers fetch that know no modules. */
function named(page) {
  const modern = tags(page).filter((each) => !/nomodule/i.test(each));
  return modern.flatMap((each) => each.match(/\bsrc="([^"]+)"/)?.[1] ?? []);
}

const hasInline = (page) => tags(page).some((each) => !/\bsrc=/.test(each) && !/type="application\/json"/.test(each));

const dynamic = JSON.parse(readFileSync(".next/react-loadable-manifest.json", "utf8"));

function fetchedLater(name) {
  if (!dynamic[name]) throw new Error(`The build knows no import "${name}": LOADS in check-size.mjs is out of date.`);
  return dynamic[name].files.filter((file) => file.endsWith(".js")).map((file) => `/_next/${file}`);
}

/** A page's own chunk of a second page is fetched by the router: its HTML is never asked for. */
function filesOf({ pages, fetched }) {
  const [first, ...further] = pages;
  const chunks = further.flatMap((page) => named(page).filter((file) => !/_(build|ssg)Manifest\.js$/.test(file)));
  return [...new Set([...named(first), ...chunks, ...fetched.flatMap(fetchedLater)])].sort();
}

const lists = Object.fromEntries(Object.entries(LOADS).map(([name, load]) => [name, filesOf(load)]));
if (process.argv.includes("--json")) {
  console.log(JSON.stringify(lists));
  process.exit();
}
for (const page of ["index", "ask", "sign-in", "404"]) {
  if (!hasInline(page)) continue;
  console.error(`${page}.html has an inline script, which the content security policy forbids`);
  process.exitCode = 1;
}
for (const [name, { most }] of Object.entries(LOADS)) {
  const total = lists[name].reduce((sum, file) => sum + kb(file), 0);
  console.log(
    `/${name.padEnd(8)} ${total.toFixed(1).padStart(6)} kB of compressed JavaScript until it can be used, ${most} allowed`,
  );
  if (total <= most) continue;
  console.error(`The first load of /${name} is ${total.toFixed(1)} kB of compressed JavaScript; ${most} are allowed.`);
  process.exitCode = 1;
}
