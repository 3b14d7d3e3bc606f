import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readRoot } from '../../operator/src/keys/ring.ts';
import { SetupError } from '../../services/core/errors.ts';
import { generateKeys } from './keys.ts';
import { fakeDeps, PLACE, WHERE } from './testing.ts';

const COMMAND = { kind: 'generate-keys', where: WHERE, dryRun: false } as const;

interface Made {
  readonly items: readonly { readonly stringData: Readonly<Record<string, string>> }[];
}

describe('generate-keys --cluster', () => {
  it('makes two different keys that the operator adopts, and shows neither', async () => {
    const deps = fakeDeps(({ line }) => (line.startsWith('create') ? 'secret/a\nsecret/b\n' : ''), {
      randomBytes,
    });
    assert.equal(await generateKeys(COMMAND, PLACE, deps), 0);
    const { items } = JSON.parse(deps.calls.at(-1)?.input ?? '') as Made;
    const given = Object.assign({}, ...items.map(({ stringData }) => stringData)) as Record<
      string,
      string
    >;
    assert.deepEqual(Object.keys(given), ['INTERNAL_API_KEY', 'JWT_SECRET']);
    const { INTERNAL_API_KEY = '', JWT_SECRET = '' } = given;
    assert.notEqual(INTERNAL_API_KEY, JWT_SECRET);
    for (const [ring, name, value] of [
      ['internal', 'INTERNAL_API_KEY', INTERNAL_API_KEY],
      ['jwt', 'JWT_SECRET', JWT_SECRET],
    ] as const) {
      const data = { [name]: Buffer.from(value).toString('base64') };
      assert.equal(readRoot(ring, { data }).kind, 'adopted');
      assert.ok([...deps.said, ...deps.printed].every((line) => !line.includes(value)));
      assert.ok(
        deps.calls.every(({ line }) => !line.includes(value)),
        'not on a command line',
      );
    }
  });

  it('says that the operator does without', async () => {
    const deps = fakeDeps();
    await generateKeys({ ...COMMAND, dryRun: true }, PLACE, deps);
    assert.match(deps.said.join('\n'), /the operator makes the keys itself and rotates them/);
    assert.deepEqual(deps.calls, []);
    assert.match(deps.printed.join('\n'), /duckmon-jwt-secret[^]*made when it is run/);
  });

  it('never replaces a key that is there', async () => {
    const deps = fakeDeps(() => 'secret/duckmon-jwt-secret\n');
    await assert.rejects(
      generateKeys(COMMAND, PLACE, deps),
      (error) =>
        error instanceof SetupError && /secret\/duckmon-jwt-secret already/.test(error.message),
    );
    assert.equal(deps.calls.length, 1);
  });
});
