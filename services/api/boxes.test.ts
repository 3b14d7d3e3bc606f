import assert from 'node:assert/strict';
import type { PictureBoxes } from '../core/contracts/browser.ts';
import { putBlob } from '../store/blobs.ts';
import { seedCheck, seedSnapshot } from '../store/testing/rows.ts';
import { withWorkspace } from '../store/workspace.ts';
import { startTestApi, type Answer, type TestApi } from './testing/api.ts';

describe('the boxes of a screenshot', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi();
    api.time.now = new Date('2026-03-10T13:00:00Z');
    await api.db.ensureDays('2026-03-10');
  });
  after(() => api.stop());

  const kept: PictureBoxes = {
    width: 1280,
    height: 900,
    words: [
      ['<img', 10, 20, 40, 12],
      ['src=x>', 55, 20, 50, 12],
    ],
  };
  const seed = (boxes: string | null, check?: string): Promise<string> =>
    withWorkspace(api.db.pool('duckmon_owner'), 'team-a', async (tx) => {
      const content = Buffer.from(boxes ?? '');
      const keepUntil = new Date('2027-01-01T00:00:00Z');
      const blob = { content, mediaType: 'application/json', keepUntil };
      const boxes_blob = boxes === null ? null : await putBlob(tx, 'team-a', blob, api.time.now);
      const about = check === undefined ? {} : { check_id: check };
      return seedSnapshot(tx, { screenshot_blob: 'x', boxes_blob, ...about });
    });
  const get = (path: string, token = api.tokens.read): Promise<Answer> =>
    api.call('GET', `/api/v1${path}`, { token });

  it('are given to whoever may see the screenshot, as text and numbers', async () => {
    const id = await seed(JSON.stringify(kept));
    const { status, json, headers } = await get(`/snapshots/${id}/boxes`);
    assert.deepEqual([status, json], [200, kept]);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
  });

  it('E1 are not found by another workspace', async () => {
    const id = await seed(JSON.stringify(kept));
    const { status, text } = await get(`/snapshots/${id}/boxes`, api.tokens.other);
    assert.equal(status, 404);
    assert.ok(!text.includes('<img'));
  });

  it('are not found where none were measured, or once they are gone', async () => {
    assert.equal((await get(`/snapshots/${await seed(null)}/boxes`)).status, 404);
    const id = await seed(JSON.stringify({ ...kept, height: 901 }));
    await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      tx.query('DELETE FROM blobs WHERE hash = (SELECT boxes_blob FROM snapshots WHERE id = $1)', [
        id,
      ]),
    );
    assert.equal((await get(`/snapshots/${id}/boxes`)).status, 404);
  });

  it('are named by the snapshots that have them', async () => {
    const check = await withWorkspace(api.db.pool('duckmon_owner'), 'team-a', (tx) =>
      seedCheck(tx, {}),
    );
    await seed(JSON.stringify(kept), check);
    const { json } = await get(`/checks/${check}`);
    const flags = (json.snapshots as unknown as { hasBoxes: boolean }[]).map(
      ({ hasBoxes }) => hasBoxes,
    );
    assert.deepEqual(flags, [true]);
  });
});
