import assert from 'node:assert/strict';
import type { KeyTable } from '../../../services/core/contracts/keys.ts';
import { testDeps } from '../kube/testing/deps.ts';
import { watchReaders } from './table.ts';

const row = (kids: string[] | null): KeyTable['readers'] => [
  { reader: 'browser at a', service: 'browser', address: 'a', kids, signsWith: null },
];

describe("operator: the scheduler's table of readers", () => {
  async function read(...answers: (KeyTable['readers'] | Error)[]) {
    const { clock, log } = testDeps();
    const stopping = new AbortController();
    const seen: unknown[] = [];
    const table = watchReaders({
      client: {
        keyTable: async () => {
          const answer = answers.shift();
          if (answers.length === 0) stopping.abort();
          if (answer instanceof Error) throw answer;
          return { readers: answer ?? null };
        },
      },
      clock: { ...clock, sleep: async () => undefined },
      log,
      onChange: () => seen.push(table.readers()),
    });
    await table.run(stopping.signal);
    return seen;
  }
  const reader = (kids: string[] | undefined) => [
    { name: 'browser at a', kids, signsWith: undefined },
  ];

  it('is told when it changes, and only then', async () => {
    assert.deepEqual(await read(row(['1']), row(['1']), row(['1', '2']), null, []), [
      reader(['1']),
      reader(['1', '2']),
      undefined,
    ]);
  });
  it('is unknown while the scheduler does not answer, not as it was', async () => {
    assert.deepEqual(await read(row(null), new Error('away'), row(['1']), []), [
      reader(undefined),
      undefined,
      reader(['1']),
    ]);
  });
});
