import assert from 'node:assert/strict';
import { newKeyEntry } from '../../core/keyring.ts';
import { captureLog } from '../../core/testing/log.ts';
import { createSeals, type KeyStates, type Seals } from '../secrets/tend.ts';
import { createWorld, MINUTE, NOON, type World } from '../testing/world.ts';
import { createSealChore } from './seals.ts';
import { createChores } from './sweep.ts';

describe('the chore of the data keys', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    await world.deps.secrets.put({
      workspace: 'team',
      kind: 'Secret',
      name: 'mail',
      data: { token: 'x' },
      managedBy: null,
    });
  });
  afterEach(() => world.close());
  const shown = (kind: string, key: string) => world.metric('mon_sealed_rows', { kind, key });

  it('G17 shows how many rows need which key', async () => {
    await createChores(world.deps).run();
    assert.deepEqual(
      [await shown('workspace', 'current'), await shown('workspace', 'previous')],
      [1, 0],
    );
    const other = { keys: [newKeyEntry(NOON)] };
    const deps = { ...world.deps, seals: createSeals(world.pool, () => other, world.clock) };
    await createChores(deps).run();
    assert.deepEqual(
      [await shown('workspace', 'current'), await shown('workspace', 'missing')],
      [0, 1],
    );
  });

  it('runs every minute', async () => {
    let turns = 0;
    const seals: Seals = {
      ...world.deps.seals,
      tend: async () => ((turns += 1), { workspaces: 0, unopened: 0 }),
    };
    const chores = createChores({ ...world.deps, seals });
    for (const step of [0, MINUTE - 1, 1]) {
      world.clock.advance(step);
      await chores.run();
    }
    assert.equal(turns, 2);
  });

  it('says that something does not open when that begins, not every minute', async () => {
    const captured = captureLog();
    const counted: KeyStates = await world.deps.seals.count();
    const run = createSealChore();
    for (const unopened of [0, 2, 2, 3]) {
      const seals: Seals = {
        ...world.deps.seals,
        tend: async () => ({ workspaces: unopened, unopened }),
        count: async () => counted,
      };
      await run({ seals, metrics: world.deps.metrics, log: captured.log }, NOON);
    }
    assert.deepEqual(
      captured.lines().map(({ event, workspaces }) => [event, workspaces]),
      [
        ['seals.unopened', 2],
        ['seals.unopened', 3],
      ],
    );
  });
});
