import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MAX_DOCUMENT_BYTES } from '../../core/contracts/browser.ts';
import { getBlob } from '../../store/blobs.ts';
import type { KeptDocument } from '../../store/sourceState.ts';
import { collectBlobs } from '../../store/sweep.ts';
import { testSource } from '../../store/testing/monitors.ts';
import { withWorkspace } from '../../store/workspace.ts';
import { FORTY, THIRTY_FIVE, useLine } from '../testing/line.ts';
import { noMatch } from '../testing/neighbours.ts';
import { SHOP, later, type Row, type World } from '../testing/world.ts';
import { droppedDocuments } from './documents.ts';
import { KEPT_DOCUMENTS } from './memory.ts';
import { previewJob } from './preview.ts';

const DAY = 86_400_000;
/** Texts that differ, of a page that is read by none but the judge. */
const texts = Array.from(
  { length: KEPT_DOCUMENTS + 2 },
  (_, index) => `Shop\nItem ${index} for all`,
);

describe('the raw document of a snapshot', () => {
  const line = useLine();
  let world: World;
  beforeEach(async () => {
    world = line.world;
    world.llm.answer(noMatch());
    await world.monitor('shop');
    await world.check();
  });

  const snapshots = (): Promise<Row[]> => world.rows('snapshots', 'at, id');
  const blobsOfDocuments = async (): Promise<Row[]> =>
    (await world.rows('blobs')).filter((blob) => blob['media_type'] === 'application/gzip');
  const documentOf = async (snapshot: Row | undefined): Promise<string | undefined> => {
    const hash = snapshot?.['document_blob'];
    if (typeof hash !== 'string') return undefined;
    const blob = await withWorkspace(world.pool, 'team', (tx) => getBlob(tx, 'team', hash));
    return blob && gunzipSync(blob.content).toString();
  };
  const collect = (ms: number): Promise<number> =>
    collectBlobs(world.pool, later(world.clock.now(), ms), 1000);

  it('is kept with the baseline', async () => {
    assert.equal(await documentOf((await snapshots())[0]), `<html><body>${FORTY}</body></html>`);
  });

  it('is kept with a change', async () => {
    await world.step({ text: THIRTY_FIVE, document: '<p hidden>raw</p>' });
    assert.equal(await documentOf((await snapshots())[1]), '<p hidden>raw</p>');
  });

  it('is not asked for while the text is the known one', async () => {
    const [baseline] = await world.rows('baselines');
    await world.step();
    assert.equal(world.browser.requests.at(-1)?.knownText, baseline?.['text_blob']);
    assert.equal((await blobsOfDocuments()).length, 1);
  });

  it('is stored once for two monitors that see the same', async () => {
    await world.monitor('copy');
    await world.check();
    const [first, second] = await snapshots();
    assert.equal(second?.['document_blob'], first?.['document_blob']);
    assert.equal((await blobsOfDocuments()).length, 1);
  });

  it('is not kept with a page that cannot be judged', async () => {
    await world.step({ text: 'Please verify you are a human', status: 403 });
    assert.equal((await snapshots())[1]?.['document_blob'], null);
  });

  it('is never kept over the bound', async () => {
    await world.step({ text: THIRTY_FIVE, document: randomBytes(MAX_DOCUMENT_BYTES + 1) });
    assert.equal((await snapshots())[1]?.['document_blob'], null);
  });

  it('is kept for the last few snapshots only', async () => {
    for (const text of texts) await world.step(text);
    const kept = (await snapshots()).map((row) => row['document_blob'] !== null);
    assert.deepEqual(kept, [false, false, false, ...Array<boolean>(KEPT_DOCUMENTS).fill(true)]);
  });

  it('is collected when newer ones took its place; text and picture stay', async () => {
    for (const text of texts) await world.step(text);
    assert.equal(await collect(1), 3);
    assert.equal((await blobsOfDocuments()).length, KEPT_DOCUMENTS);
    assert.equal((await world.rows('blobs')).length, KEPT_DOCUMENTS + texts.length + 1);
  });

  it('stays while another monitor keeps the same one', async () => {
    await world.monitor('still', { sources: [testSource({ url: 'https://shop.example/p/2' })] });
    world.browser.show('https://shop.example/p/2', FORTY);
    await world.check();
    for (const text of texts) await world.step(text);
    await collect(1);
    const still = (await snapshots()).find((row) => row['monitor'] === 'still');
    assert.equal(await documentOf(still), `<html><body>${FORTY}</body></html>`);
  });

  it('stays when the selector is edited: it is what the new one is tried on', async () => {
    await world.edit('shop', (spec) => ({
      ...spec,
      sources: [testSource({ select: { include: ['main'] } })],
    }));
    await world.step(THIRTY_FIVE);
    const kept = (await snapshots()).filter((row) => row['document_blob'] !== null);
    assert.equal(kept.length, 2);
  });

  it('goes with its snapshot at the end of the retention', async () => {
    await world.step(THIRTY_FIVE);
    await collect(30 * DAY);
    assert.equal((await blobsOfDocuments()).length, 2);
    await collect(32 * DAY);
    assert.deepEqual(await blobsOfDocuments(), []);
  });

  it('is not asked for by a preview', async () => {
    const [monitor] = await world.rows('monitors');
    const request = { workspace: 'team', name: 'new', judge: false };
    const spec = monitor?.['spec'] as Record<string, unknown>;
    await previewJob({ ...request, spec }, world.deps, new AbortController().signal);
    assert.equal(world.browser.requests.at(-1)?.keepDocument, false);
    assert.equal(world.browser.requests.at(-1)?.source.url, SHOP);
  });
});

describe('documents that are dropped', () => {
  const documents = (...ids: string[]): KeptDocument[] =>
    ids.map((snapshotId) => ({ snapshotId, at: '2026-03-10T12:00:00.000Z', blob: 'b' }));

  it('are those of a source that was looked at', () => {
    const before = [
      { source: 'a', documents: documents('1', '2') },
      { source: 'b', documents: documents('9') },
    ];
    const after = [{ source: 'a', documents: documents('3', '1') }];
    assert.deepEqual(droppedDocuments(before, after), documents('2'));
  });
});
