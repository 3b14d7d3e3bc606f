import assert from 'node:assert/strict';
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { createRunner, temporaryFolder } from '../testing/api.ts';
import { withValues } from './keys.ts';

describe('duckmon generate-keys', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const at = (name: string): string => path.join(folder.path, name);
  const read = (name = '.env'): string => readFileSync(at(name), 'utf8');
  const generate = (...args: string[]) =>
    createRunner(folder.path)(['generate-keys', ...args], { randomBytes });

  it('begins from .env.example', async () => {
    writeFileSync(at('.env.example'), '# words\nOPENAI_API_KEY=\nJWT_SECRET=\nINTERNAL_API_KEY=\n');
    await generate();
    assert.match(
      read(),
      /^# words\nOPENAI_API_KEY=\nJWT_SECRET=[\w+/]{43}=\nINTERNAL_API_KEY=[\w+/]{43}=\n$/,
    );
  });
  it('leaves the example as it is', async () => {
    writeFileSync(at('.env.example'), 'JWT_SECRET=\n');
    await generate();
    assert.equal(read('.env.example'), 'JWT_SECRET=\n');
  });
  it('writes a file when there is neither', async () => {
    await generate();
    assert.equal(read().split('\n').length, 3);
  });
  it('makes keys of 256 bits that differ', async () => {
    await generate();
    const keys = [...read().matchAll(/=(.*)$/gm)].map(([, key]) => key ?? '');
    assert.deepEqual(
      keys.map((key) => Buffer.from(key, 'base64').length),
      [32, 32],
    );
    assert.notEqual(keys[0], keys[1]);
  });
  it('keeps every other line', async () => {
    writeFileSync(at('.env'), 'A=1\n\n# c\nJWT_SECRET=old\nB="x=y"\n');
    await generate();
    assert.match(read(), /^A=1\n\n# c\nJWT_SECRET=.{44}\nB="x=y"\nINTERNAL_API_KEY=.{44}\n$/);
  });
  it('rotates keys that are set', async () => {
    await generate();
    const first = read();
    await generate();
    assert.notEqual(read(), first);
  });
  it('lets only this user read the file, also when others could before', async () => {
    writeFileSync(at('.env'), 'A=1\n', { mode: 0o644 });
    await generate();
    assert.equal(statSync(at('.env')).mode & 0o777, 0o600);
  });
  it('never prints a key', async () => {
    const { out, err, code } = await generate();
    for (const [, key] of read().matchAll(/=(.*)$/gm))
      assert.equal((out + err).includes(key ?? ''), false);
    assert.equal(code, 0);
  });
  it('says that a rotation counts from the next start', async () => {
    writeFileSync(at('.env'), 'A=1\n');
    assert.match((await generate()).out, /scripts\/down && \.\/scripts\/up/);
  });
  it('writes another file when it is named', async () => {
    await generate('--file', 'prod.env');
    assert.deepEqual([existsSync(at('prod.env')), existsSync(at('.env'))], [true, false]);
  });
  it('leaves no draft behind', async () => {
    await generate();
    assert.deepEqual(readdirSync(folder.path), ['.env']);
  });
  it('writes through a link instead of replacing it', async () => {
    writeFileSync(at('real'), 'A=1\n');
    symlinkSync(at('real'), at('.env'));
    await generate();
    assert.equal(lstatSync(at('.env')).isSymbolicLink(), true);
    assert.match(read('real'), /JWT_SECRET=/);
  });
  it('says when the file cannot be written', async () => {
    const { code, err } = await generate('--file', 'no/such/folder/.env');
    assert.equal(code, 1);
    assert.match(err, /cannot be written \(its folder does not exist\)/);
  });
});

describe('withValues', () => {
  it('keeps the line ends of Windows', () => {
    assert.equal(withValues('A=1\r\nK=\r\n', { K: 'x' }), 'A=1\r\nK=x\r\n');
  });
  it('changes an exported variable in place', () => {
    assert.equal(withValues('export K = old\n', { K: 'x' }), 'export K =x\n');
  });
  it('leaves a variable whose name only begins alike', () => {
    assert.equal(withValues('K_OLD=1\n', { K: 'x' }), 'K_OLD=1\nK=x\n');
  });
  it('leaves a comment', () => {
    assert.equal(withValues('# K=1\n', { K: 'x' }), '# K=1\nK=x\n');
  });
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[A-Z]{1,3}=[a-z$&]{0,5}$/)), (lines) => {
        const once = withValues(lines.join('\n'), { K: '$&x' });
        assert.equal(withValues(once, { K: '$&x' }), once);
      }),
    );
  });
});
