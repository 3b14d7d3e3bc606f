import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { systemClock } from './clock.ts';
import { ERROR_STATUS, HttpError, SetupError, messageOf } from './errors.ts';
import { noFailpoint } from './failpoint.ts';
import { newId } from './ids.ts';
import { createMetrics } from './metrics.ts';

describe('core: errors', () => {
  it('gives every code its own status, but for the one that is a kind of forbidden', () => {
    const { step_up_required: stepUp, ...others } = ERROR_STATUS;
    const statuses = Object.values(others);
    assert.equal(stepUp, others.forbidden);
    assert.equal(new Set(statuses).size, statuses.length);
    assert.equal(new HttpError('conflict', 'x').status, 409);
  });

  it('keeps the cause', () => {
    const cause = new Error('inner');
    assert.equal(new HttpError('internal', 'x', { cause }).cause, cause);
    assert.equal(new SetupError('x', { cause }).cause, cause);
  });

  it('has a text for anything that was thrown', () => {
    assert.deepEqual([new Error('a'), 'b', 3, undefined].map(messageOf), [
      'a',
      'b',
      '3',
      'undefined',
    ]);
  });
});

describe('core: clock', () => {
  it('sleeps, and rejects with the reason of an abort', async () => {
    await systemClock.sleep(1);
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(sleeping, (error: Error) => error.name === 'AbortError');
  });

  it('has a time that never goes back', () => {
    const first = systemClock.monotonic();
    assert.ok(systemClock.monotonic() >= first);
  });
});

describe('core: ids', () => {
  it('sort by the time at which they were made', () => {
    const ids = Array.from({ length: 1000 }, newId);
    assert.deepEqual(ids.toSorted(), ids);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('core: failpoint', () => {
  const runWith = async (spec: string): Promise<[number | null, NodeJS.Signals | null, string]> => {
    const file = JSON.stringify(path.join(import.meta.dirname, 'failpoint.ts'));
    const program = `
      import { killAt } from ${file};
      const failpoint = killAt(${JSON.stringify(spec)});
      for (const name of ['a', 'b', 'a', 'b']) { await failpoint(name); process.stdout.write(name); }
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    let out = '';
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    return [code, signal, out];
  };

  it('kills the process at the named place', async () => {
    assert.deepEqual(await runWith('b'), [null, 'SIGKILL', 'a']);
  });

  it('kills the process at the passing that was asked for', async () => {
    assert.deepEqual(await runWith('a:2'), [null, 'SIGKILL', 'ab']);
  });

  it('does nothing at other places, and nothing at all in production', async () => {
    assert.deepEqual(await runWith('c'), [0, null, 'abab']);
    assert.equal(noFailpoint('a'), undefined);
  });
});

describe('core: metrics', () => {
  it('keep the services of one process apart', async () => {
    const [one, two] = [createMetrics('one'), createMetrics('two')];
    one.counter({ name: 'mon_x_total', help: 'x', labelNames: ['kind'] }).inc({ kind: 'a' });
    assert.match(await one.registry.metrics(), /mon_x_total\{kind="a",service="one"\} 1/);
    assert.doesNotMatch(await two.registry.metrics(), /mon_x_total/);
  });

  it('read a gauge when somebody asks', async () => {
    const metrics = createMetrics('one');
    let open = 1;
    metrics.gauge('mon_open', 'open', () => open);
    open = 7;
    assert.match(await metrics.registry.metrics(), /mon_open\{service="one"\} 7/);
  });
});
