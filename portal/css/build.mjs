// Copies the vendored files and makes the icon sprite. Checksums guard the copies: see static/SHA256SUMS.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const out = "../../static/";
const vendored = {
  "htmx-2.0.11.min.js": "node_modules/htmx.org/dist/htmx.min.js",
  "inter-latin-wght-5.3.0.woff2": "node_modules/@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
};

for (const line of readFileSync(out + "SHA256SUMS", "utf8").trim().split("\n")) {
  const [expected, name] = line.split(/\s+/);
  const found = createHash("sha256").update(readFileSync(vendored[name])).digest("hex");
  if (found !== expected) throw new Error(`${name}: checksum is ${found}, expected ${expected}`);
  copyFileSync(vendored[name], out + name);
}

// One meaning per icon. Stroke and size come from the element that uses a symbol, so the sprite holds only shapes.
const symbols = readFileSync("icons.txt", "utf8")
  .split("\n")
  .map((line) => line.replace(/#.*/, "").trim())
  .filter(Boolean)
  .map((name) => {
    const shapes = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8")
      .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
      .replace(/<\/svg>[\s\S]*$/, "")
      .replace(/<path stroke="none"[^>]*>/, "")
      .replace(/\s*\n\s*/g, "")
      .replace(/ \/>/g, "/>");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
writeFileSync(out + "icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
