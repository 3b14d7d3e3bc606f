import assert from 'node:assert/strict';
import { imageOf, indexDocument } from './document.ts';

const blob = { digest: `sha256:${'a'.repeat(64)}`, size: 3 };

describe('images: documents', () => {
  it('finds the image again that an index names, with the port of its registry', () => {
    const index = indexDocument('localhost:5000/app:1', blob);
    assert.deepEqual(imageOf(index), { name: 'localhost:5000/app:1', digest: blob.digest });
    assert.match(JSON.stringify(index), /"org.opencontainers.image.ref.name":"1"/);
  });

  it('finds none where there is none, several, or one without a name', () => {
    const { manifests } = indexDocument('a/b:1', blob) as { manifests: object[] };
    for (const index of [
      {},
      { manifests: [] },
      { manifests: [...manifests, ...manifests] },
      { manifests: [blob] },
    ])
      assert.equal(imageOf(index), undefined);
  });
});
