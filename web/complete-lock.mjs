// npm forgets, in the lock file, the builds for other systems that the registry at hand does not hold, and `npm ci`
// then refuses the file. This puts them back, by the version that their parent names: run it after `npm install`.
//
//     node complete-lock.mjs             completes package-lock.json
//     node complete-lock.mjs --check     changes nothing; fails when it is not complete, or holds a registry's address
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openbsd", "sunos", "wasm32", "win32", "windows"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

const isCheck = process.argv.includes("--check");
const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const known = lock.packages;
const missing = [];
const addressed = Object.keys(known).filter((place) => known[place].resolved);
for (const parent of Object.values(known)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const words = name.split(/[-/]/);
    const os = words.find((word) => SYSTEMS.includes(word));
    if (known[place] || !os || !/^\d/.test(version)) continue;
    missing.push(name);
    const cpu = words.find((word) => PROCESSORS.includes(word)) ?? "x64";
    const libc = words.includes("musl") ? { libc: ["musl"] } : {};
    known[place] = { version, cpu: [cpu], ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, os: [os] };
  }
}
if (isCheck) {
  if (missing.length) console.error(`package-lock.json lacks ${missing.join(", ")}: run node complete-lock.mjs`);
  if (addressed.length) console.error(`package-lock.json holds a registry's address of ${addressed.join(", ")}`);
  process.exit(missing.length + addressed.length ? 1 : 0);
}
lock.packages = Object.fromEntries(Object.entries(known).sort(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
