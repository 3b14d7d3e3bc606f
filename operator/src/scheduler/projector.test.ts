import assert from 'node:assert/strict';
import type { ProjectionResult } from '../../../services/core/contracts/projection.ts';
import { InternalCallError } from '../../../services/core/internal/client.ts';
import type { Body } from './client.ts';
import type { Reachability } from './feed.ts';
import { createProjector, type Projector } from './projector.ts';

const UID = '11111111-1111-4111-8111-111111111111';
const key = 'team/shop';
const at = { workspace: 'team', name: 'shop' };

describe('operator: projector', () => {
  let puts: Body<'monitors'>[] = [];
  let retired: string[] = [];
  let answer: () => ProjectionResult;
  let scheduler: Reachability;
  let projector: Projector<'monitors'>;
  beforeEach(() => {
    puts = [];
    retired = [];
    scheduler = { kind: 'reached' };
    answer = () => ({ outcome: 'configured', problems: [] });
    projector = createProjector(
      'monitors',
      {
        put: (_kind, _key, body) => {
          puts.push(body as Body<'monitors'>);
          // a scripted failure reaches the caller as one of the wire does
          return Promise.resolve().then(() => answer());
        },
        retire: (_kind, { workspace, name }, uid) => {
          retired.push(`${workspace}/${name} ${uid}`);
          return Promise.resolve();
        },
      },
      () => scheduler,
    );
  });
  const body = (patch: Partial<Body<'monitors'>> = {}): Body<'monitors'> => ({
    uid: UID,
    generation: 1,
    spec: {},
    labels: {},
    annotations: {},
    runRequest: null,
    workers: null,
    ...patch,
  });
  const fails = (problem: InternalCallError['problem']): void => {
    answer = () => {
      throw new InternalCallError(problem);
    };
  };

  it('sends each state once and remembers what was answered', async () => {
    const first = await projector.project(key, at, body());
    assert.deepEqual(await projector.project(key, at, body()), first);
    assert.equal(puts.length, 1);
    await projector.project(key, at, body({ runRequest: 'now' }));
    assert.equal(puts.length, 2);
  });

  it('does not repeat what was refused until it changes', async () => {
    answer = () => ({ outcome: 'refused', problems: [{ path: 'spec', message: 'no' }] });
    await projector.project(key, at, body());
    const again = await projector.project(key, at, body());
    assert.ok(again.kind === 'answered' && again.result.outcome === 'refused');
    assert.equal(puts.length, 1);
  });

  it('sends again what did not arrive', async () => {
    fails({ kind: 'unreachable', message: 'no route', maybeProcessed: true });
    const failed = await projector.project(key, at, body());
    assert.deepEqual(failed, { kind: 'failed', message: 'no route', conflict: false });
    answer = () => ({ outcome: 'created', problems: [] });
    await projector.project(key, at, body());
    assert.equal(puts.length, 2);
  });

  it('tells a name that another owner has from a scheduler that is away', async () => {
    fails({ kind: 'refused', message: 'managed by shop.yaml', status: 409 });
    const failed = await projector.project(key, at, body());
    assert.ok(failed.kind === 'failed' && failed.conflict);
    fails({ kind: 'refused', message: 'down', status: 503 });
    const away = await projector.project(key, at, body());
    assert.ok(away.kind === 'failed' && !away.conflict);
  });

  it('does not swallow an abort or a mistake of ours', async () => {
    answer = () => {
      throw new TypeError('a mistake');
    };
    await assert.rejects(projector.project(key, at, body()), TypeError);
    fails({ kind: 'timeout', message: 'late' });
    await assert.rejects(
      projector.project(key, at, body(), AbortSignal.abort()),
      InternalCallError,
    );
  });

  it('retires what it sent, by its uid, and once', async () => {
    await projector.retire(key);
    await projector.project(key, at, body());
    await projector.retire(key);
    await projector.retire(key);
    assert.deepEqual(retired, [`team/shop ${UID}`]);
  });

  it('retires the object under its old name when it is called otherwise', async () => {
    await projector.project(key, at, body());
    await projector.project(key, { workspace: 'u1', name: 'shop' }, body());
    assert.deepEqual(retired, [`team/shop ${UID}`]);
    await projector.retire(key);
    assert.deepEqual(retired, [`team/shop ${UID}`, `u1/shop ${UID}`]);
  });

  it('sends again what the scheduler has lost', async () => {
    await projector.project(key, at, body());
    projector.forget(key);
    await projector.project(key, at, body());
    assert.equal(puts.length, 2);
  });

  describe('while the scheduler is away', () => {
    const away: Reachability = { kind: 'unreachable', message: 'no route' };

    it('defect: sends nothing, and the object waits', async () => {
      scheduler = away;
      const failed = await projector.project(key, at, body());
      const told = { kind: 'failed', message: 'no route', conflict: false, waits: true };
      assert.deepEqual([failed, puts.length], [told, 0]);
      assert.deepEqual(projector.release(), [key]);
      assert.deepEqual(projector.release(), []);
    });

    it('knows what was answered before', async () => {
      await projector.project(key, at, body());
      scheduler = away;
      assert.equal((await projector.project(key, at, body())).kind, 'answered');
      assert.deepEqual(projector.release(), []);
    });

    it('puts a retirement off without an error, and does it later', async () => {
      await projector.project(key, at, body());
      scheduler = away;
      await projector.retire(key);
      assert.deepEqual([retired, projector.release()], [[], [key]]);
      scheduler = { kind: 'reached' };
      await projector.retire(key);
      assert.deepEqual([retired, projector.release()], [[`team/shop ${UID}`], []]);
    });
  });

  it('lets what did not arrive wait until it arrives', async () => {
    fails({ kind: 'unreachable', message: 'no route', maybeProcessed: true });
    await projector.project(key, at, body());
    assert.deepEqual(projector.release(), [key]);
    await projector.project(key, at, body());
    answer = () => ({ outcome: 'created', problems: [] });
    await projector.project(key, at, body());
    assert.deepEqual(projector.release(), []);
  });
});
