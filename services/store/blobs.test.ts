import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { blobHash, getBlob, getText, putBlob, releaseDocuments } from './blobs.ts';
import { getSnapshot } from './snapshots.ts';
import type { KeptDocument } from './sourceState.ts';
import { later, NOON, seedMonitor } from './testing/monitors.ts';
import { DAY, seedSnapshot } from './testing/rows.ts';
import { useDatabase } from './testing/suite.ts';

describe('blobs', () => {
  const suite = useDatabase();
  const put = (
    content: Uint8Array,
    mediaType = 'text/plain',
    keepUntil = NOON,
    workspace = 'team',
  ) =>
    suite.scheduler(
      (tx) => putBlob(tx, workspace, { content, mediaType, keepUntil }, NOON),
      workspace,
    );
  const row = async (hash: string) => {
    const { rows } = await suite.api((tx) =>
      tx.query<{ encoding: string; size: number; keep_until: Date }>(
        'SELECT encoding, size, keep_until FROM blobs WHERE hash = $1',
        [hash],
      ),
    );
    return rows[0];
  };

  it('gives back the very bytes', async () => {
    const content = randomBytes(3_000);
    const hash = await put(content, 'image/webp');
    const blob = await suite.api((tx) => getBlob(tx, 'team', hash));
    assert.deepEqual(blob, { mediaType: 'image/webp', content });
  });

  it('addresses by SHA-256', async () => {
    const content = Buffer.from('hello');
    assert.equal(
      await put(content),
      '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    );
    assert.equal(await put(content), blobHash(content));
  });

  it('compresses long texts and gives them back whole', async () => {
    const text = 'Grüße aus dem Shop. '.repeat(200);
    const hash = await put(Buffer.from(text), 'text/html; charset=utf-8');
    const stored = await row(hash);
    assert.deepEqual([stored?.encoding, stored?.size], ['gzip', Buffer.byteLength(text)]);
    assert.equal(await suite.api((tx) => getText(tx, 'team', hash)), text);
  });

  it('compresses neither short texts nor pictures', async () => {
    assert.equal((await row(await put(Buffer.from('short'))))?.encoding, 'identity');
    assert.equal((await row(await put(randomBytes(900), 'image/png')))?.encoding, 'identity');
  });

  it('stores an empty text', async () => {
    const hash = await put(Buffer.alloc(0));
    assert.equal(await suite.api((tx) => getText(tx, 'team', hash)), '');
  });

  it('keeps a blob as long as its longest user wants', async () => {
    const content = Buffer.from('kept');
    await put(content, 'text/plain', later(NOON, 5_000));
    const hash = await put(content, 'text/plain', later(NOON, 1_000));
    assert.deepEqual((await row(hash))?.keep_until, later(NOON, 5_000));
    await put(content, 'text/plain', later(NOON, 9_000));
    assert.deepEqual((await row(hash))?.keep_until, later(NOON, 9_000));
  });

  it('stores one when many put it at the same time', async () => {
    const content = Buffer.from('many at once');
    const hashes = await Promise.all(Array.from({ length: 6 }, () => put(content)));
    assert.equal(new Set(hashes).size, 1);
    assert.equal(await suite.api((tx) => getText(tx, 'team', hashes[0] ?? '')), 'many at once');
  });

  it('gives nothing for an address that was never stored', async () => {
    assert.equal(await suite.api((tx) => getBlob(tx, 'team', 'f'.repeat(64))), undefined);
  });

  describe('of documents', () => {
    before(() => suite.db.ensureDays(DAY));
    const keepUntil = later(NOON, 5_000);
    /** A snapshot with a document, as a source keeps it. */
    const keep = async (content: string): Promise<KeptDocument> => {
      const blob = await put(Buffer.from(content), 'application/gzip', keepUntil);
      const snapshotId = await suite.scheduler((tx) =>
        seedSnapshot(tx, { at: NOON, document_blob: blob }),
      );
      return { snapshotId, at: NOON.toISOString(), blob };
    };
    const documentOf = async ({ snapshotId }: KeptDocument): Promise<string | null> =>
      (await suite.api((tx) => getSnapshot(tx, 'team', snapshotId))).documentBlob;
    const release = (document: KeptDocument): Promise<void> =>
      suite.scheduler((tx) => releaseDocuments(tx, 'team', [document], NOON));

    it('are released with their snapshots, and may be collected', async () => {
      const document = await keep('released');
      await release(document);
      assert.equal(await documentOf(document), null);
      assert.deepEqual((await row(document.blob))?.keep_until, NOON);
    });

    it('are released once their snapshots are gone', async () => {
      const document = { ...(await keep('gone')), snapshotId: randomUUID() };
      await release(document);
      assert.deepEqual((await row(document.blob))?.keep_until, NOON);
    });

    it('stay while a source keeps the same one', async () => {
      const document = await keep('shared');
      await seedMonitor(suite.db.pool('postgres'), { name: 'still' });
      await suite.scheduler((tx) =>
        tx.query(
          `INSERT INTO source_states (workspace_id, monitor, source, spec_hash, updated_at, documents)
           VALUES ('team', 'still', 'page', 'h', $1, $2)`,
          [NOON, JSON.stringify([{ ...document, snapshotId: randomUUID() }])],
        ),
      );
      await release(document);
      assert.deepEqual((await row(document.blob))?.keep_until, keepUntil);
    });

    it('stay when somebody puts the same one meanwhile', async () => {
      const document = await keep('raced');
      const longer = later(keepUntil, 5_000);
      await suite.scheduler(async (tx) => {
        let isFirst = true;
        const racing = async (...query: Parameters<typeof tx.query>): Promise<unknown> => {
          const result = await tx.query(...query);
          if (isFirst) await put(Buffer.from('raced'), 'application/gzip', longer);
          isFirst = false;
          return result;
        };
        await releaseDocuments({ query: racing as typeof tx.query }, 'team', [document], NOON);
      });
      assert.deepEqual((await row(document.blob))?.keep_until, longer);
    });
  });

  it('E6 tells no workspace what another one saw', async () => {
    const hash = await put(Buffer.from('secret page'));
    assert.equal(await suite.api((tx) => getBlob(tx, 'other', hash), 'other'), undefined);
    assert.equal(await getBlob(suite.db.pool('postgres'), 'other', hash), undefined);
  });
});
