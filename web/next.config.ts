import { readFileSync } from "node:fs";
import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

/** The API's paths, from the same file that CloudFront's behaviours and the local edge are made of. */
function apiPatterns(): string[] {
  const routes = JSON.parse(readFileSync("../infra/routes.json", "utf8")) as { behaviours: { api: string[] } };
  return routes.behaviours.api;
}

const common: NextConfig = {
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
