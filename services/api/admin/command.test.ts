import assert from 'node:assert/strict';
import { SetupError } from '../../core/errors.ts';
import { parseAsked } from './command.ts';

describe('the arguments of the entry point of administrators', () => {
  for (const [argv, command] of [
    [['sign-in'], { verb: 'sign-in' }],
    [['revoke-all'], { verb: 'revoke-all' }],
    [['users'], { verb: 'users' }],
    [['disable', 'ann@example.org'], { verb: 'disable', user: 'ann@example.org' }],
    [['enable', 'ann@example.org'], { verb: 'enable', user: 'ann@example.org' }],
    [['audit', 'verify'], { verb: 'audit verify', chain: '_platform' }],
    [['audit', 'export', '--workspace', 'team-a'], { verb: 'audit export', chain: 'team-a' }],
  ] as const)
    it(`reads ${argv.join(' ')}`, () => assert.deepEqual(parseAsked(argv).command, command));

  it('reads who asks, and why', () => {
    const { json, reason, askedBy } = parseAsked([
      'revoke-all',
      '--json',
      '--reason=a leak',
      '--asked-by=ann',
    ]);
    assert.deepEqual([json, reason, askedBy], [true, 'a leak', 'ann']);
  });

  for (const [argv, words] of [
    [[], /"" is no command; usage:/],
    [['reboot'], /"reboot" is no command/],
    [['disable'], /"disable" is no command/],
    [['disable', ''], /is no command/],
    [['disable', 'a', 'b'], /"disable a b" is no command/],
    [['users', 'all'], /"users all" is no command/],
    [['audit', 'forge'], /"audit forge" is no command/],
    [['users', '--workspace', 'a'], /--workspace is for audit verify and audit export alone/],
    [['users', '--force'], /--force/],
    [['revoke-all', '--reason', 'x'.repeat(501)], /--reason has more than 500 characters/],
    [['revoke-all', '--asked-by', 'x'.repeat(501)], /--asked-by has more than 500 characters/],
  ] as const)
    it(`refuses ${argv.join(' ').slice(0, 40) || 'nothing'}, and says how it is written`, () =>
      assert.throws(
        () => parseAsked(argv),
        (error) => error instanceof SetupError && words.test(error.message),
      ));
});
