// Bundles the booth into ../static/booth/booth.js. The same source and lock give the same bytes (script/check).
import { readFileSync } from "node:fs";

import { build } from "esbuild";

// The licence of what is bundled goes with it, in full.
const licence = (name) => `/*! Holds ${name}.\n${readFileSync(`${import.meta.dirname}/node_modules/${name}/LICENSE`, "utf-8").trim()}\n*/`;

await build({
  absWorkingDir: import.meta.dirname,
  entryPoints: ["app.ts"],
  outfile: "../static/booth/booth.js",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  platform: "browser",
  charset: "ascii",
  legalComments: "none",
  banner: { js: "/*! The booth of Beffroi, AGPL-3.0-or-later. Source, lock and build: beffroi/web/booth */" },
  footer: { js: ["@noble/curves", "@noble/hashes"].map(licence).join("\n") },
  logLevel: "warning",
});
