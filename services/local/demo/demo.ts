/** The demo of a new installation: a page, a sample that watches it, and a first finding. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LocalApi } from '../api.ts';
import type { DataFolder } from '../dataFolder.ts';
import type { Shop } from './shop.ts';

export const DEMO_MONITOR = 'demo-shop';
const SAMPLE = path.resolve(import.meta.dirname, '../../../manifests/samples/demo-shop.yaml');
/** The address that stands in the sample. */
const SAMPLE_ADDRESS = '127.0.0.1:9180';
const PATIENCE_MS = 30_000;

/** Whether the sample was applied before: a person who deleted it does not want it back. */
export const demoWasMade = (folder: DataFolder): boolean => existsSync(folder.at('demo'));

/** The sample for the port that the shop listens on. */
export const sampleFor = (port: number): string =>
  readFileSync(SAMPLE, 'utf8').replaceAll(SAMPLE_ADDRESS, `127.0.0.1:${port}`);

/**
 * Applies the sample, takes the baseline, moves the price once, and checks again, so that the first
 * finding is there when a person looks.
 */
export async function makeDemo(
  folder: DataFolder,
  api: LocalApi,
  shop: Shop,
  say: (line: string) => void,
): Promise<void> {
  await api.apply('demo-shop.yaml', sampleFor(shop.port), false);
  const baseline = await api.run(DEMO_MONITOR, PATIENCE_MS);
  shop.movePrice();
  const found = baseline === undefined ? undefined : await api.run(DEMO_MONITOR, PATIENCE_MS);
  if (found === undefined)
    say('The demo has not finished its first check yet; look at the dashboard in a moment.');
  else say(`The demo watches ${shop.url}; its price was moved once, and the check says: ${found}`);
  writeFileSync(folder.at('demo'), '');
}
