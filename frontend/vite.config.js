// Builds the browser side into the web app's static folder. Django reads `manifest.json` (which file an
// entry became) and `icons.json` (the drawing of each icon named in src/icons.txt).
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const here = import.meta.dirname;
const entries = ["theme", "app", "charts", "board", "giving", "signature", "damage", "photo"];

/** The inner drawing of one Tabler icon, without its frame and without the invisible square in it. */
function drawing(name) {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -"-filled".length)}` : `outline/${name}`;
  const svg = readFileSync(resolve(here, `node_modules/@tabler/icons/icons/${file}.svg`), "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return body.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "").replace(/\s+/g, " ").trim();
}

/** Emits icons.json with only the icons listed in src/icons.txt; a name Tabler does not have fails the build. */
function iconDrawings() {
  const list = resolve(here, "src/icons.txt");
  return {
    name: "icon-drawings",
    buildStart() {
      this.addWatchFile(list);
    },
    generateBundle() {
      const names = readFileSync(list, "utf8").split("\n").filter(Boolean);
      const source = JSON.stringify(Object.fromEntries(names.map((name) => [name, drawing(name)])));
      this.emitFile({ type: "asset", fileName: "icons.json", source });
    },
  };
}

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [iconDrawings()],
  build: {
    outDir: resolve(here, "../src/aftersales/web/static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsDir: "assets",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 800,
    rollupOptions: { input: Object.fromEntries(entries.map((name) => [name, resolve(here, `src/${name}.js`)])) },
  },
});
