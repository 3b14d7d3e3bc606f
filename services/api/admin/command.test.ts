import assert from 'node:assert/strict';
import { SetupError } from '../../core/errors.ts';
import { parseAsked } from './command.ts';

const HASH = 'a'.repeat(64);

describe('the arguments of the entry point of administrators', () => {
  for (const [argv, command] of [
    [['sign-in'], { verb: 'sign-in' }],
    [['revoke-all'], { verb: 'revoke-all' }],
    [['users'], { verb: 'users', inactiveDays: undefined, csv: false }],
    [['users', '--inactive', '90d', '--csv'], { verb: 'users', inactiveDays: 90, csv: true }],
    [['disable', 'ann@example.org'], { verb: 'disable', user: 'ann@example.org' }],
    [['enable', 'ann@example.org'], { verb: 'enable', user: 'ann@example.org' }],
    [['grant-admin', 'ann@example.org'], { verb: 'grant-admin', user: 'ann@example.org' }],
    [['revoke-admin', 'ann'], { verb: 'revoke-admin', user: 'ann', force: false }],
    [['revoke-admin', 'ann', '--force'], { verb: 'revoke-admin', user: 'ann', force: true }],
    [['export', 'ann'], { verb: 'export', of: { kind: 'account', user: 'ann' } }],
    [
      ['export', '--workspace', 'team-a'],
      { verb: 'export', of: { kind: 'workspace', workspace: 'team-a' } },
    ],
    [
      ['erase', 'ann', '--dry-run'],
      { verb: 'erase', of: { kind: 'account', user: 'ann' }, dryRun: true },
    ],
    [
      ['erase', '--workspace', 'team-a', '--yes'],
      { verb: 'erase', of: { kind: 'workspace', workspace: 'team-a' }, dryRun: false },
    ],
    [
      ['audit', 'verify'],
      { verb: 'audit verify', chain: '_platform', against: undefined, heads: [] },
    ],
    [
      ['audit', 'verify', '--against', 'copy.jsonl', `--head=3:${HASH}`],
      {
        verb: 'audit verify',
        chain: '_platform',
        against: 'copy.jsonl',
        heads: [{ seq: 3, hash: HASH }],
      },
    ],
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
    [['users', '--workspace', 'a'], /--workspace does not belong to users/],
    [['users', '--force'], /--force does not belong to users/],
    [['users', '--nothing'], /--nothing/],
    [['users', '--inactive', '0d'], /--inactive 0d: must be days, such as 90d/],
    [['users', '--inactive', '2h'], /--inactive 2h: must be days/],
    [['grant-admin'], /"grant-admin" is no command/],
    [['grant-admin', 'a', '--force'], /--force does not belong to grant-admin/],
    [['export'], /name either a user or --workspace/],
    [['export', 'a', '--workspace', 'b'], /name either a user or --workspace/],
    [['erase', 'a'], /erase deletes for good: add --yes, or see what would go with --dry-run/],
    [['erase', 'a', '--yes', '--dry-run'], /erase deletes for good/],
    [['audit', 'verify', '--head', '3'], /--head 3: must be a row's number and hash/],
    [['audit', 'export', '--against', 'f'], /--against does not belong to audit export/],
    [['revoke-all', '--reason', 'x'.repeat(501)], /--reason has more than 500 characters/],
    [['revoke-all', '--asked-by', 'x'.repeat(501)], /--asked-by has more than 500 characters/],
  ] as const)
    it(`refuses ${argv.join(' ').slice(0, 40) || 'nothing'}, and says how it is written`, () =>
      assert.throws(
        () => parseAsked(argv),
        (error) => error instanceof SetupError && words.test(error.message),
      ));
});
