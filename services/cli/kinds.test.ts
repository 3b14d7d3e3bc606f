import assert from 'node:assert/strict';
import { CliError } from './exit.ts';
import { findKind, kindAndNames } from './kinds.ts';

const isUsage = (error: unknown): boolean => error instanceof CliError && error.exit === 2;

describe('kinds', () => {
  for (const [text, word] of [
    ['mj', 'monitorjob'],
    ['monitorjobs', 'monitorjob'],
    ['MonitorJob', 'monitorjob'],
    ['monitorjobs.mon.duckerhub.com', 'monitorjob'],
    ['monitors', 'monitorjob'],
    ['nch', 'notificationchannel'],
    ['channels', 'notificationchannel'],
    ['secrets', 'secret'],
    ['cm', 'configmap'],
    ['deliveries', 'delivery'],
  ] as const)
    it(`knows ${text} as ${word}`, () => {
      assert.equal(findKind(text).word, word);
    });
  it('lists the known kinds for an unknown one', () => {
    assert.throws(() => findKind('pods'), /unknown kind "pods"; known are monitorjob \(mj\)/);
    assert.throws(() => findKind('pods'), isUsage);
  });
  it('reads a kind and names', () => {
    const { kind, names } = kindAndNames(['mj', 'a', 'b']);
    assert.deepEqual([kind.word, names], ['monitorjob', ['a', 'b']]);
  });
  it('reads kind/name', () => {
    const { kind, names } = kindAndNames(['mj/a', 'monitorjob/b']);
    assert.deepEqual([kind.word, names], ['monitorjob', ['a', 'b']]);
  });
  for (const words of [['mj/a', 'nch/b'], ['mj/'], ['mj/a', 'b']])
    it(`refuses ${words.join(' ')}`, () => {
      assert.throws(() => kindAndNames(words), isUsage);
    });
});
