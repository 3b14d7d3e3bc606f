import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { makeSigningKeys, newTestKey, type TestSigningKeys } from '../testing/signingKeys.ts';
import { openSigningKeys, signingFileBeside } from './signingKeys.ts';

describe('the keys that sign access tokens', () => {
  let world: TestSigningKeys;
  let errors: unknown[];

  beforeEach(() => {
    world = makeSigningKeys();
    errors = [];
  });

  afterEach(() => world.remove());

  const open = (file = signingFileBeside(world.keysFile)) =>
    openSigningKeys(file, { error: (entry: unknown) => void errors.push(entry) });
  const kids = (keys: ReturnType<typeof open>): string[] => keys().map(({ kid }) => kid);

  it('are none where there is no file, which is no trouble', () => {
    assert.deepEqual(open(`${world.keysFile}.missing`)(), []);
    assert.deepEqual(errors, []);
  });

  it('are read again when the file changes', () => {
    const keys = open();
    assert.deepEqual(kids(keys), ['first']);
    world.write([newTestKey('second-key', 'current')]);
    assert.deepEqual(kids(keys), ['second-key']);
  });

  for (const [what, text] of [
    ['is cut off', '{"keys":['],
    ['has no key', '{"keys":[]}'],
    ['has a key that is too short', '{"keys":[{"kid":"a","state":"current","seed":"YWJj"}]}'],
  ] as const)
    it(`stay the last good ones while the file ${what}, and say so once`, () => {
      const keys = open();
      assert.deepEqual(kids(keys), ['first']);
      writeFileSync(signingFileBeside(world.keysFile), text);
      assert.deepEqual([kids(keys), kids(keys)], [['first'], ['first']]);
      assert.equal(errors.length, 1);
    });
});
