/** Looks at the pixels of a picture with a browser of the test's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../chromium/find.ts';

export type Place = readonly [left: number, top: number, width: number, height: number];

export interface Pixels {
  /** Where a WebP shows something of this colour. */
  placeOf(base64: string, colour: 'red' | 'green' | 'blue'): Promise<Place>;
  close(): Promise<void>;
}

/** Runs in the page. */
const LOOK = `async ([base64, strong]) => {
  const image = new Image();
  image.src = 'data:image/webp;base64,' + base64;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let at = 0; at < data.length; at += 4) {
    if (![0, 1, 2].every((part) => (part === strong ? data[at + part] > 200 : data[at + part] < 60))) continue;
    const x = (at / 4) % image.width;
    const y = Math.floor(at / 4 / image.width);
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  return [left, top, right - left + 1, bottom - top + 1];
}`;

export async function openPixels(): Promise<Pixels> {
  const folder = mkdtempSync(path.join(tmpdir(), 'duckmon-pixels-'));
  const found = await findChromium(process.env, folder);
  const browser = await chromium.launch({
    executablePath: found.file,
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: found.libraries ?? '' },
  });
  const page = await browser.newPage();
  return {
    placeOf: (base64, colour) =>
      page.evaluate<Place>(
        `(${LOOK})(${JSON.stringify([base64, ['red', 'green', 'blue'].indexOf(colour)])})`,
      ),
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
