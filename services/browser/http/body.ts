/** Reads an answer's body up to a cap. */
import type { Readable } from 'node:stream';
import { FetchFailure } from '../failure.ts';

export const tooLarge = (cap: number): FetchFailure =>
  new FetchFailure(
    'tooLarge',
    `The document is larger than ${Math.round(cap / 1024 / 1024)} MB; watch a smaller page.`,
  );

/**
 * Collects a body as it comes over the wire; the rest is not read once the cap is passed.
 * @throws FetchFailure `tooLarge`; whatever the stream fails with.
 */
export async function collectBody(body: Readable, cap: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > cap) {
      reject(tooLarge(cap));
      body.destroy();
      return;
    }
    chunks.push(chunk);
  });
  body.on('end', resolve);
  body.on('error', reject);
  await promise;
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes);
}
