import assert from 'node:assert/strict';
import { unpackTar } from './tar.ts';

interface Part {
  readonly name: string;
  readonly content?: string;
  readonly mode?: string;
  readonly type?: string;
}

/** A ustar archive of small entries. */
function tarOf(parts: readonly Part[]): Buffer {
  const blocks = parts.map(({ name, content = '', mode = '0000644', type = '0' }) => {
    const size = Buffer.byteLength(content);
    const block = Buffer.alloc(512 + Math.ceil(size / 512) * 512);
    block.write(name, 0);
    block.write(mode, 100);
    block.write(size.toString(8).padStart(11, '0'), 124);
    block.write(type, 156);
    block.write('ustar', 257);
    block.write(content, 512);
    return block;
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

describe('tar', () => {
  it('gives the files with their content', () => {
    const [first, second] = unpackTar(
      tarOf([
        { name: 'lib/a.so', content: 'x'.repeat(600) },
        { name: 'b', content: 'two' },
      ]),
    );
    assert.equal(first?.content.length, 600);
    assert.deepEqual([second?.name, second?.content.toString()], ['b', 'two']);
  });

  it('tells which files are programs', () => {
    const entries = unpackTar(tarOf([{ name: 'a', mode: '0000755' }, { name: 'b' }]));
    assert.deepEqual(
      entries.map(({ executable }) => executable),
      [true, false],
    );
  });

  it('leaves folders and links out', () => {
    const archive = tarOf([
      { name: 'dir/', type: '5' },
      { name: 'link', type: '2' },
    ]);
    assert.deepEqual(unpackTar(archive), []);
  });

  it('reads a long name', () => {
    const name = `deep/${'n'.repeat(150)}`;
    const archive = tarOf([
      { name: '././@LongLink', type: 'L', content: `${name}\0` },
      { name: 'cut' },
    ]);
    assert.deepEqual(
      unpackTar(archive).map((entry) => entry.name),
      [name],
    );
  });

  for (const name of ['../evil', '/etc/passwd', 'a/../../b'])
    it(`refuses ${name}`, () => {
      assert.throws(() => unpackTar(tarOf([{ name }])), /leaves its folder/);
    });

  it('refuses an archive that ends early', () => {
    const archive = tarOf([{ name: 'a', content: 'x'.repeat(700) }]);
    assert.throws(() => unpackTar(archive.subarray(0, 1100)), /ends early/);
  });
});
