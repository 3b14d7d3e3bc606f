import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ApplyDeps, MonitorInput } from './apply.ts';
import { deleteMonitor, listMonitorNames } from './monitors.ts';
import { hostOf, insertMonitors, takenNames } from './newMonitors.ts';
import { NOON, testSource, testSpec } from './testing/monitors.ts';
import { countStatements } from './testing/statements.ts';
import { useDatabase } from './testing/suite.ts';

const deps: ApplyDeps = { now: NOON, newUid: randomUUID, firstDue: () => NOON };
const inputs = (...names: readonly string[]): MonitorInput[] =>
  names.map((name) => ({ name, spec: testSpec() }));

describe('new monitors', () => {
  const suite = useDatabase();
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM monitors'));
  const insert = (...names: readonly string[]) =>
    suite.api((tx) => insertMonitors(tx, 'team', inputs(...names), 'shop.yaml', deps));
  const names = () => suite.api((tx) => listMonitorNames(tx, 'team'));

  it('are created together, each with its file', async () => {
    assert.deepEqual([...(await insert('a', 'b'))], ['a', 'b']);
    assert.deepEqual(await names(), [
      { name: 'a', managedBy: 'shop.yaml' },
      { name: 'b', managedBy: 'shop.yaml' },
    ]);
  });

  it('leave a name alone that is taken, be it by a deleted one or twice in the list', async () => {
    await insert('live', 'gone');
    await suite.api((tx) => deleteMonitor(tx, 'team', 'gone', NOON, { managedBy: 'shop.yaml' }));
    const taken = await suite.api((tx) => takenNames(tx, 'team', ['live', 'gone', 'new']));
    assert.deepEqual([...taken].toSorted(), ['gone', 'live']);
    assert.deepEqual([...(await insert('live', 'gone', 'new', 'new'))], ['new']);
  });

  it('take no more statements for many than for one', async () => {
    const statementsFor = (count: number): Promise<number> =>
      suite.api(async (tx) => {
        const counted = countStatements(tx);
        const many = inputs(...Array.from({ length: count }, (_, n) => `m${count}-${n}`));
        assert.equal((await insertMonitors(counted, 'team', many, null, deps)).size, count);
        return counted.statements();
      });
    assert.equal(await statementsFor(40), await statementsFor(1));
  });

  it('are due at once unless they are suspended', async () => {
    const suspended = { name: 'b', spec: testSpec({ suspend: true }) };
    await suite.api((tx) => insertMonitors(tx, 'team', [...inputs('a'), suspended], null, deps));
    const { rows } = await suite.db
      .pool('postgres')
      .query('SELECT name, active, next_due_at FROM monitors ORDER BY name');
    assert.deepEqual(rows, [
      { name: 'a', active: true, next_due_at: NOON },
      { name: 'b', active: false, next_due_at: null },
    ]);
  });

  it('have the host of their first source, if its url has one', () => {
    const hostAt = (url: string) => hostOf(testSpec({ sources: [testSource({ url })] }));
    assert.equal(hostAt('https://Shop.Example:8443/x'), 'shop.example');
    assert.equal(hostAt('nonsense'), '');
  });
});
