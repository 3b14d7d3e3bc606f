import assert from 'node:assert/strict';
import type { KeyTable } from '../../../services/core/contracts/keys.ts';
import { testDeps } from '../kube/testing/deps.ts';
import { watchReaders, type Readers } from './table.ts';

const row = (kids: string[] | null): KeyTable['readers'] => [
  { reader: 'browser at a', service: 'browser', address: 'a', kids, signsWith: null },
];

describe("operator: the scheduler's table of readers", () => {
  async function tables(...answers: (KeyTable['readers'] | Error)[]) {
    const { clock, log } = testDeps();
    const stopping = new AbortController();
    const seen: Readers[] = [];
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
    });
    table.onChange(() => seen.push(table.readers()));
    await table.run(stopping.signal);
    return seen;
  }
  const read = async (...answers: Parameters<typeof tables>) =>
    (await tables(...answers)).map(({ internal }) => internal);
  const reader = (kids: string[] | undefined) => [
    { name: 'browser at a', service: 'browser', address: 'a', kids, signsWith: undefined },
  ];

  it('is told when it changes, and only then', async () => {
    assert.deepEqual(await read(row(['1']), row(['1']), row(['1', '2']), null, []), [
      reader(['1']),
      reader(['1', '2']),
      undefined,
    ]);
  });
  it('remembers when new keys were asked for, also while the scheduler does not answer', async () => {
    const asked = { urgent: '2026-11-25T12:00:00Z' };
    const { clock, log } = testDeps();
    const stopping = new AbortController();
    const answers: (KeyTable | undefined)[] = [{ readers: null, asked }, undefined];
    const table = watchReaders({
      client: {
        keyTable: async () => {
          const answer = answers.shift();
          if (answers.length === 0) stopping.abort();
          return answer ?? assert.fail('away');
        },
      },
      clock: { ...clock, sleep: async () => undefined },
      log,
    });
    await table.run(stopping.signal);
    assert.deepEqual(table.readers().asked?.urgent, new Date(asked.urgent));
  });
  it('is unknown while the scheduler does not answer, not as it was', async () => {
    assert.deepEqual(await read(row(null), new Error('away'), row(['1']), []), [
      reader(undefined),
      undefined,
      reader(['1']),
    ]);
  });

  it('tells those who say which keys of tokens they have apart, and nobody while none does', async () => {
    const plain = { reader: 'browser at a', service: 'browser', address: 'a' } as const;
    const api = { reader: 'api at b', service: 'api', address: 'b' } as const;
    const none = { kids: [], signsWith: null };
    const jwt = async (readers: KeyTable['readers']) => (await tables(readers, [])).at(0)?.jwt;
    assert.deepEqual(await jwt([{ ...plain, ...none }]), []);
    const tokens = { kids: ['1', '2'], signsWith: '1' };
    const told = { service: 'api', address: 'b', name: 'api at b' };
    assert.deepEqual(
      await jwt([
        { ...plain, ...none },
        { ...api, ...none, tokens },
      ]),
      [{ ...told, kids: ['1', '2'], signsWith: '1' }],
    );
    assert.deepEqual(await jwt([{ ...api, ...none, tokens: null }]), [
      { ...told, kids: undefined, signsWith: undefined },
    ]);
  });

  it('lets keys of tokens go by time until somebody tells of them, and then knows when nobody does', async () => {
    const tokens = { kids: ['1'], signsWith: null };
    const [told = assert.fail('no row')] = row(['1']) ?? [];
    const away = new Error('away');
    const seen = await tables(row(['1']), away, [{ ...told, tokens }], away, []);
    assert.deepEqual(
      seen.map(({ jwt }) => jwt?.length),
      [0, 0, 1, undefined],
    );
  });

  it('tells which data keys the schedulers have, also of one that does not say', async () => {
    const place = { service: 'scheduler', address: 'a' } as const;
    const told = { ...place, reader: 'scheduler at a', kids: [], signsWith: null };
    const data = { kids: ['1', '2'], signsWith: '1' };
    const other = { ...told, reader: 'scheduler at b' };
    const [seen] = await tables([{ ...told, data }, other, ...(row(['1']) ?? [])], []);
    assert.deepEqual(seen?.data, [
      { ...place, name: 'scheduler at a', kids: ['1', '2'], signsWith: '1' },
      { ...place, name: 'scheduler at b', kids: undefined, signsWith: undefined },
    ]);
  });

  it('goes by its own clock for when rows were counted, and a later count of the same is no news', async () => {
    const { clock, log } = testDeps();
    const stopping = new AbortController();
    const uses = [{ kind: 'workspace', dataKey: 'k', rows: 3 } as const];
    const answers = [5_000, 6_000, 100].map((ageMs) => ({ readers: [], sealed: { ageMs, uses } }));
    let changes = 0;
    const table = watchReaders({
      client: {
        keyTable: async () => {
          const answer = answers.shift();
          if (answers.length === 0) stopping.abort();
          return answer ?? assert.fail('asked too often');
        },
      },
      clock: { ...clock, sleep: async () => undefined },
      log,
    });
    table.onChange(() => (changes += 1));
    await table.run(stopping.signal);
    const at = new Date(clock.now().getTime() - 100);
    assert.deepEqual([table.readers().sealed, changes], [{ at, uses }, 1]);
  });
});
