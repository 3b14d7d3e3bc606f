import assert from 'node:assert/strict';
import type { MonitorJobSpec } from '../../crds/types/monitorjob.ts';
import { listLastChecks } from './checks.ts';
import { countMonitors, listMonitors, type MonitorRequest } from './monitorsListed.ts';
import { later, NOON, seedMonitor, testSpec } from './testing/monitors.ts';
import { at, seedCheck, seedFinding } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';

const FAILING = '[{"type": "Healthy", "status": "False"}]';

describe('lists of monitors', () => {
  const suite = useDatabase();
  before(() => suite.db.ensureDays('2026-03-10'));
  beforeEach(async () => {
    await suite.db.pool('postgres').query('DELETE FROM monitors');
    await suite.db.pool('postgres').query('DELETE FROM findings');
  });

  const add = (name: string, spec: Partial<MonitorJobSpec> = {}) =>
    suite.scheduler((tx) => seedMonitor(tx, { name, spec: { ...testSpec(), ...spec } }));
  const set = (name: string, sql: string, ...values: unknown[]) =>
    suite.db
      .pool('postgres')
      .query(`UPDATE monitors SET ${sql} WHERE name = $1`, [name, ...values]);
  const page = (request: MonitorRequest) => suite.api((tx) => listMonitors(tx, 'team', request));
  const names = async (request: MonitorRequest): Promise<string[]> =>
    (await page(request)).items.map(({ name }) => name);
  const walk = async (request: MonitorRequest): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page({ ...request, cursor });
      found.push(...items.map(({ name }) => name));
      cursor = nextCursor;
    } while (cursor !== undefined);
    return found;
  };

  it('find words in names, descriptions, goals and addresses, whatever their case', async () => {
    const [source] = testSpec().sources;
    assert.ok(source);
    await add('by-duck-name');
    await add('by-description', { description: 'All DUCKS' });
    await add('by-goal', { goal: { ...testSpec().goal, prompt: 'a duck appears' } });
    await add('by-address', { sources: [{ ...source, url: 'https://duck.example/' }] });
    await add('other');
    const found = ['by-address', 'by-description', 'by-duck-name', 'by-goal'];
    assert.deepEqual(await names({ search: ' Duck ' }), found);
  });

  it('E7 take what is searched for as words, never as a pattern', async () => {
    await add('a-b');
    for (const search of ['%', '_', 'a_b', '.*', "' OR true --", '\\'])
      assert.deepEqual(await names({ search }), [], search);
  });

  it('do not find the words that every manifest is made of', async () => {
    await add('shop');
    assert.deepEqual(await names({ search: '"url"' }), []);
  });

  it('keep to a tag', async () => {
    await add('none');
    await add('one', { tags: ['shop'] });
    await add('both', { tags: ['home', 'shop'] });
    assert.deepEqual(await names({ tag: 'shop' }), ['both', 'one']);
    assert.deepEqual(await names({ tag: 'sho' }), []);
  });

  it('put each monitor into one state, and count them', async () => {
    await add('well');
    await add('failing');
    await set('failing', 'conditions = $2', FAILING);
    await add('paused', { suspend: true });
    await set('paused', 'conditions = $2', FAILING);
    await suite.scheduler((tx) => seedFinding(tx, { monitor: 'paused' }));
    await suite.scheduler((tx) => seedFinding(tx, { monitor: 'well', state: 'resolved' }));
    for (const [state, name] of [
      ['watching', 'well'],
      ['failing', 'failing'],
      ['paused', 'paused'],
      ['findings', 'paused'],
    ] as const)
      assert.deepEqual(await names({ state }), [name], state);
    assert.deepEqual(await suite.api((tx) => countMonitors(tx, 'team')), {
      all: 3,
      watching: 1,
      failing: 1,
      paused: 1,
      findings: 1,
    });
  });

  it('count only what is searched for', async () => {
    for (const name of ['duck-1', 'duck-2', 'goose']) await add(name);
    const counts = await suite.api((tx) => countMonitors(tx, 'team', { search: 'duck' }));
    assert.deepEqual([counts.all, counts.watching], [2, 2]);
  });

  it('E1 count and list nothing of another workspace', async () => {
    await add('shop');
    const [counts, listed] = await suite.api(
      async (tx) => [await countMonitors(tx, 'other'), await listMonitors(tx, 'other')] as const,
      'other',
    );
    assert.deepEqual([counts.all, listed.items], [0, []]);
  });

  for (const [sort, column, order] of [
    ['lastCheck', 'last_check_at', ['late', 'a-tie', 'b-tie', 'never', 'never-too']],
    ['lastChange', 'last_change_at', ['late', 'a-tie', 'b-tie', 'never', 'never-too']],
    ['nextCheck', 'next_due_at', ['a-tie', 'b-tie', 'late', 'never', 'never-too']],
  ] as const)
    it(`come in the order of ${sort}, page by page, each once`, async () => {
      for (const name of ['never-too', 'late', 'b-tie', 'a-tie', 'never']) await add(name);
      await set('late', `${column} = $2`, later(NOON, 1));
      for (const name of ['a-tie', 'b-tie']) await set(name, `${column} = $2`, NOON);
      for (const name of ['never', 'never-too']) await set(name, `${column} = NULL`);
      for (const limit of [1, 2, 3, 5]) assert.deepEqual(await walk({ sort, limit }), order);
    });

  it('refuse a cursor of another order', async () => {
    for (const name of ['a', 'b']) await add(name);
    const { nextCursor } = await page({ limit: 1 });
    await assert.rejects(page({ sort: 'lastCheck', cursor: nextCursor }), storeError('invalid'));
  });

  it('show the last two dozen checks of each, newest first', async () => {
    for (let second = 10; second < 40; second += 1)
      await suite.scheduler((tx) => seedCheck(tx, { monitor: 'a', at: at(`12:00:${second}`) }));
    await suite.scheduler((tx) => seedCheck(tx, { monitor: 'b', outcome: 'Failed' }));
    await suite.scheduler((tx) => seedCheck(tx, { monitor: 'b', at: at('11:00:00') }));
    const found = await suite.api((tx) =>
      listLastChecks(tx, 'team', ['a', 'b', 'c'], at('11:30:00')),
    );
    const ofA = found.filter(({ monitor }) => monitor === 'a').map((check) => check.at);
    assert.equal(ofA.length, 24);
    assert.deepEqual([ofA[0], ofA[23]], [at('12:00:39'), at('12:00:16')]);
    const ofB = found.filter(({ monitor }) => monitor === 'b').map(({ outcome }) => outcome);
    assert.deepEqual(ofB, ['Failed']);
  });
});
