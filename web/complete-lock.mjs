// npm forgets, in the lock file, the builds for other systems that the registry at hand does not hold, and `npm ci`
// then refuses the file. This puts them back, by the version that their parent names: run it after `npm install`.
import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "openbsd", "sunos", "wasm32", "win32", "windows"];
const PROCESSORS = ["arm64", "arm", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const known = lock.packages;
for (const parent of Object.values(known)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const place = `node_modules/${name}`;
    const words = name.split(/[-/]/);
    const os = words.find((word) => SYSTEMS.includes(word));
    if (known[place] || !os || !/^\d/.test(version)) continue;
    const cpu = words.find((word) => PROCESSORS.includes(word)) ?? "x64";
    const libc = words.includes("musl") ? { libc: ["musl"] } : {};
    known[place] = { version, cpu: [cpu], ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, os: [os] };
  }
}
lock.packages = Object.fromEntries(Object.entries(known).sort(([one], [other]) => (one < other ? -1 : 1)));
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
