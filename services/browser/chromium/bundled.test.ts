import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { readableCache, unpackBundled } from './bundled.ts';

/** A tar archive of one small file. */
function tarOf(name: string, content: string): Buffer {
  const block = Buffer.alloc(1024);
  block.write(name, 0);
  block.write('0000644', 100);
  block.write(content.length.toString(8).padStart(11, '0'), 124);
  block.write('0', 156);
  block.write(content, 512);
  return Buffer.concat([block, Buffer.alloc(1024)]);
}

describe('Chromium of the npm package', () => {
  let folder: string;
  let bin: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'duckmon-bundled-'));
    bin = path.join(folder, 'package', 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(path.join(bin, '..', 'package.json'), '{"version":"1.2.3"}');
    writeFileSync(path.join(bin, 'chromium.br'), brotliCompressSync('the program'));
    writeFileSync(
      path.join(bin, 'swiftshader.tar.br'),
      brotliCompressSync(tarOf('libEGL.so', 'gl')),
    );
    writeFileSync(
      path.join(bin, 'al2023.tar.br'),
      brotliCompressSync(tarOf('lib/libnss3.so', 'nss')),
    );
    writeFileSync(path.join(bin, 'fonts.tar.br'), brotliCompressSync(tarOf('fonts/a.ttf', 'font')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const cache = (): string => path.join(folder, 'cache');
  const unpack = () => {
    mkdirSync(cache(), { recursive: true });
    return unpackBundled(bin, cache(), false);
  };

  it('is unpacked with its libraries and fonts', async () => {
    const program = await unpack();
    assert.equal(readFileSync(program.file, 'utf8'), 'the program');
    assert.equal(readFileSync(path.join(program.libraries ?? '', 'libnss3.so'), 'utf8'), 'nss');
    assert.match(readFileSync(program.fontConfig ?? '', 'utf8'), /chromium-1\.2\.3\/fonts/);
  });

  it('can be run by everybody and written by its owner only', async () => {
    const program = await unpack();
    assert.equal(statSync(program.file).mode & 0o777, 0o755);
    assert.equal(statSync(path.dirname(program.file)).mode & 0o777, 0o755);
  });

  it('is unpacked once', async () => {
    const { file } = await unpack();
    const { mtimeMs } = statSync(file);
    await unpack();
    assert.equal(statSync(file).mtimeMs, mtimeMs);
  });

  it('is unpacked by two at the same time without harm', async () => {
    const [first, second] = await Promise.all([unpack(), unpack()]);
    assert.deepEqual(first, second);
    assert.deepEqual(readdirSync(cache()), ['chromium-1.2.3']);
  });

  it('leaves nothing half-unpacked', async () => {
    writeFileSync(path.join(bin, 'fonts.tar.br'), 'broken');
    await assert.rejects(unpack());
    assert.deepEqual(readdirSync(cache()), []);
  });

  it("goes to the machine's cache when root's browser could not reach the wanted one", () => {
    assert.equal(readableCache(path.join(folder, 'x'), true), '/var/cache/duckmon');
    assert.equal(readableCache('/usr/share/x', true), '/usr/share/x');
    assert.equal(readableCache(path.join(folder, 'x'), false), path.join(folder, 'x'));
  });
});
