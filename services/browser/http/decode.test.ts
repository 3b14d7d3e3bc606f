import assert from 'node:assert/strict';
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import * as fc from 'fast-check';
import { codingsOf, decodeBody } from './decode.ts';

const CAP = 1024 * 1024;
const PLAIN = Buffer.from('Unpacked text '.repeat(50));
const ZEROS = Buffer.alloc(8 * CAP);

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'decoded';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
};

describe('content codings', () => {
  const packers = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    deflate: deflateSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
  } as const;
  for (const [coding, pack] of Object.entries(packers))
    it(`undoes ${coding}`, async () => {
      assert.deepEqual(await decodeBody(pack(PLAIN), coding, CAP), PLAIN);
    });

  it('undoes raw deflate data under the name of zlib', async () => {
    assert.deepEqual(await decodeBody(deflateRawSync(PLAIN), 'deflate', CAP), PLAIN);
  });

  it('undoes codings in the reverse order', async () => {
    const body = brotliCompressSync(gzipSync(PLAIN));
    assert.deepEqual(await decodeBody(body, 'gzip, br', CAP), PLAIN);
  });

  it('leaves a body without a coding as it is', async () => {
    assert.equal(await decodeBody(PLAIN, undefined, CAP), PLAIN);
  });

  it('gives what can be decoded of a body that ends early', async () => {
    const decoded = await decodeBody(gzipSync(PLAIN).subarray(0, -6), 'gzip', CAP);
    assert.deepEqual(decoded, PLAIN);
  });

  it('accepts an empty body with a coding', async () => {
    assert.equal((await decodeBody(Buffer.alloc(0), 'gzip', CAP)).length, 0);
  });

  for (const [coding, pack] of Object.entries(packers))
    it(`C27 stops a ${coding} bomb at the cap`, async () => {
      assert.equal(await codeOf(decodeBody(pack(ZEROS), coding, CAP)), 'tooLarge');
    });

  it('C27 stops a bomb in a bomb', async () => {
    const body = gzipSync(gzipSync(ZEROS));
    assert.equal(await codeOf(decodeBody(body, 'gzip, gzip', CAP)), 'tooLarge');
  });

  it('C27 refuses more than two codings', async () => {
    assert.equal(await codeOf(decodeBody(PLAIN, 'gzip, gzip, gzip', CAP)), 'decodeFailed');
  });

  it('names broken data', async () => {
    assert.equal(await codeOf(decodeBody(PLAIN, 'gzip', CAP)), 'decodeFailed');
  });

  it('names an unknown coding', async () => {
    assert.equal(await codeOf(decodeBody(PLAIN, 'compress', CAP)), 'decodeFailed');
  });

  it('reads the header without identity and case', () => {
    assert.deepEqual(codingsOf(' GZip , identity,BR'), ['gzip', 'br']);
  });

  it('gives back any body that gzip packed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (data) => {
        assert.deepEqual(await decodeBody(gzipSync(data), 'gzip', CAP), Buffer.from(data));
      }),
      { numRuns: 50 },
    );
  });
});
