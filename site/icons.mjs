// Draws public/icons anew from src/look/Logo.svelte, with the Chromium of the tests: make icons.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { installed } from '../test/browser/browsers.mjs';

const { chromium } = createRequire(new URL('../test/package.json', import.meta.url))('@playwright/test');

const [ink, paper] = ['#0d6b5e', '#fdfcfa'];
const looks = {
  string: `fill="none" stroke="${ink}" stroke-width="1.8" stroke-linecap="round"`,
  can: `fill="${ink}"`,
  rib: `fill="none" stroke="${paper}" stroke-linecap="round" opacity=".5"`,
  rim: `fill="${paper}" stroke="${ink}" stroke-width="1.8"`,
};
const cans = /<svg[^>]*>(.*)<\/svg>/s
  .exec(readFileSync(new URL('src/look/Logo.svelte', import.meta.url), 'utf8'))[1]
  .replace(/class="(\w+)"/g, (_, name) => looks[name])
  .trim();

/** The logo on a square, as wide as this part of it. */
function icon(part, corner = 0) {
  const side = 64 / part;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}">
  <rect width="${side}" height="${side}" rx="${side * corner}" fill="${paper}" />
  <g transform="translate(${(side - 64) / 2} ${side / 2 - 19})">
  ${cans}
  </g>
</svg>
`;
}

const folder = new URL('public/icons/', import.meta.url);
writeFileSync(new URL('icon.svg', folder), icon(0.8, 0.22));

const browser = await chromium.launch({
  executablePath: installed('chromium'),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
for (const [name, size, svg] of [
  ['icon-192', 192, icon(0.68)],
  ['icon-512', 512, icon(0.68)],
  // Whatever shape it is cut to, a circle of 80 % of the width stays.
  ['maskable-512', 512, icon(0.62)],
  ['apple-touch-180', 180, icon(0.68)],
]) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body { margin: 0 } svg { display: block; width: ${size}px }</style>${svg}`);
  writeFileSync(new URL(`${name}.png`, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
