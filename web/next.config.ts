import { readFileSync } from "node:fs";
import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

/** The API's paths, from the same file that CloudFront's behaviours and the local edge are made of. */
function apiPatterns(): string[] {
  const routes = JSON.parse(readFileSync("../infra/routes.json", "utf8")) as { behaviours: { api: string[] } };
  return routes.behaviours.api;
}

const UNCHECKED = `${import.meta.dirname}/lib/unchecked.ts`;

/** What a dependency brings along and a page never uses is left out of it. */
const webpack: NextConfig["webpack"] = (config, { isServer }) => {
  if (isServer) return config;
  Object.assign(config.resolve.alias, { "zod/v3": UNCHECKED, "zod/v4": UNCHECKED });
  // Node's Buffer, 7 kB, for packages that ask whether there is one and do without.
  for (const plugin of config.plugins) delete plugin.definitions?.Buffer;
  return config;
};

const common: NextConfig = {
  webpack,
  reactStrictMode: true,
  poweredByHeader: false,
  turbopack: { root: import.meta.dirname },
  // `make check` runs the compiler over everything, tests of types included; the build need not do it again.
  typescript: { ignoreBuildErrors: true },
};

export default function config(phase: string): NextConfig {
  if (phase !== PHASE_DEVELOPMENT_SERVER) return { ...common, output: "export" };
  const service = process.env.SERVICE ?? "http://localhost:8000";
  return {
    ...common,
    compress: false, // it would hold tokens back
    rewrites: async () =>
      [...apiPatterns(), "/config.json"].map((pattern) => {
        const source = pattern.replace("*", ":path*");
        return { source, destination: `${service}${source}` };
      }),
  };
}
