// Bundles the booth into ../static/booth/booth.js. The same source and lock give the same bytes (script/check).
import { readFileSync } from "node:fs";

import { build } from "esbuild";

// The licence of what is bundled goes with it, in full: once for those that have the same, word for word.
const bundled = ["@noble/curves", "@noble/hashes"];
const text = (name) => readFileSync(`${import.meta.dirname}/node_modules/${name}/LICENSE`, "utf-8").trim();
const licences = [...new Set(bundled.map(text))].map(
  (licence) => `/*! Holds ${bundled.filter((name) => text(name) === licence).join(" and ")}.\n${licence}\n*/`,
);

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
  footer: { js: licences.join("\n") },
  logLevel: "warning",
});
