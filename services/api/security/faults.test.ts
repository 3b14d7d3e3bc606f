import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import { systemClock } from '../../core/clock.ts';
import type { Running } from '../../core/lifecycle.ts';
import { createLog } from '../../core/log.ts';
import { testKeys } from '../../core/testing/keys.ts';
import { openPool } from '../../store/pool.ts';
import { createSchedulerClient } from '../schedulerClient.ts';
import { makeSigningKeys, type TestSigningKeys } from '../testing/signingKeys.ts';
import { type Answered, ask, forAll } from './testing/ask.ts';
import { ROUTES, rows } from './testing/routes.ts';
import { startWorld, type World } from './testing/world.ts';

/** What an error may carry and nobody may see. */
const INSIDE = 'SELECT sealed FROM authenticator_apps at /srv/duckmon/store.js:12 password=hunter2';
/** Routes that answer with a stream. */
const COPIES = /^GET .*\/export$/;
const LEAK = /SELECT|sealed|\/srv|\.[jt]s:\d|hunter2|mon_api|postgres|ECONN|127\.0\.0\.1:\d/i;

/** Breaks the database at one of the times that it is asked. */
interface Breaker {
  /** Which connection from now on; none when absent. */
  at: number | undefined;
  asked: number;
  error: () => Error;
}

function breakable(pool: Pool, breaker: Breaker): Pool {
  const connect = async () => {
    breaker.asked += 1;
    if (breaker.asked === breaker.at) throw breaker.error();
    return pool.connect();
  };
  return new Proxy(pool, {
    get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name, target)),
  });
}

describe('what goes wrong inside', function () {
  this.timeout(60_000);
  let world: World;
  let keys: TestSigningKeys;
  let scheduler: Server;
  let broken: Running;
  let gone: Running;
  let alone: Running;
  const breaker: Breaker = { at: undefined, asked: 0, error: () => new Error(INSIDE) };

  before(async () => {
    keys = makeSigningKeys();
    world = await startWorld({ KEYS_FILE: keys.keysFile });
    const { api } = world;
    const log = createLog('api', 'info', { write: (line) => void api.lines.push(line) });
    const options = { applicationName: 'test', log, max: 8 };
    const real = openPool(api.db.url('mon_api'), options);
    broken = await api.replica({}, { pool: breakable(real, breaker) });
    const nowhere = openPool('postgresql://mon_api:hunter2@127.0.0.1:1/nothing', options);
    gone = await api.replica({}, { pool: goneAfterStart(nowhere, real) });
    scheduler = createServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'internal', message: INSIDE } }));
    }).listen(0, '127.0.0.1');
    await once(scheduler, 'listening');
    const KEYS_FILE = keys.keysFile;
    writeFileSync(KEYS_FILE, JSON.stringify(testKeys().of('api')()));
    const { port } = scheduler.address() as AddressInfo;
    const SCHEDULER_URL = `http://127.0.0.1:${port}`;
    const config = { KEYS_FILE, SCHEDULER_URL, WORKLOAD_TOKENS: undefined };
    const client = createSchedulerClient(config, { clock: systemClock, log });
    alone = await api.replica({}, { scheduler: client });
  });

  after(async () => {
    await Promise.all([broken.stop(), gone.stop(), alone.stop()]);
    scheduler.closeAllConnections();
    scheduler.close();
    await world.stop();
    keys.remove();
  });

  /** A database that went away once the api had started. */
  function goneAfterStart(nowhere: Pool, real: Pool): Pool {
    let isStarted = false;
    const start = async () => {
      const pool = isStarted ? nowhere : real;
      isStarted = true;
      return pool.connect();
    };
    return new Proxy(nowhere, {
      get: (target, name) => (name === 'connect' ? start : Reflect.get(target, name, target)),
    });
  }

  const send = async ({ url }: Running, route: string): Promise<Answered> => {
    const { needs, thing } = ROUTES[route] ?? assert.fail(route);
    const headers =
      needs === 'token'
        ? { authorization: `Bearer ${world.api.tokens.admin}` }
        : await world.session('root');
    return ask(url, route, { headers, ...(thing ? { place: world.things[thing] } : {}) });
  };

  /** What is wrong with an answer of 500 or 503; '' for nothing. */
  const wrongWith = ({ status, text, headers }: Answered): string => {
    const { error, ...rest } = JSON.parse(text) as { error: Record<string, unknown> };
    const isOne =
      Object.keys(error).toSorted().join() === 'code,correlationId,message' &&
      Object.keys(rest).length === 0 &&
      error['correlationId'] === headers.get('x-correlation-id') &&
      error['code'] === (status === 500 ? 'internal' : 'unavailable') &&
      (status === 500 || Number(headers.get('retry-after')) > 0);
    return isOne && !LEAK.test(text) ? '' : `${status} ${text}`;
  };

  it('H3 passes on nothing that the scheduler says when it fails', async () => {
    const all: { route: string; status: number; text: string; problem: string }[] = [];
    for (const [route] of rows) {
      // What is deleted is of use to other tests.
      if (route.startsWith('DELETE ') || route === 'POST /admin/revoke-all') continue;
      const answer = await send(alone, route);
      const problem = answer.status >= 500 ? wrongWith(answer) : '';
      all.push({ route, problem, status: answer.status, text: answer.text });
    }
    assert.deepEqual(
      all.filter(({ problem, text }) => problem !== '' || text.includes('hunter2')),
      [],
    );
    const failed = all.filter(({ status }) => status === 503).map(({ route }) => route);
    assert.deepEqual(failed.toSorted(), [
      'POST /apply',
      'POST /backtest',
      'POST /channels/{name}/test',
      'POST /checks/{id}/rejudge',
      'POST /preview',
      'POST /second-factors/totp',
      'POST /verdicts/{id}/tell',
    ]);
  });

  it('H3 tells nothing but a correlation id when the database fails in the middle of any route', async () => {
    const wrong: string[] = [];
    let failures = 0;
    for (const [route] of rows)
      for (let at = 1; at <= 12; at += 1) {
        Object.assign(breaker, { at, asked: 0 });
        const answer = await send(broken, route).catch((error: unknown) => {
          // A copy that has begun is cut off, which tells nothing.
          if (COPIES.test(route) && /terminated|fetch failed/.test(String(error))) return undefined;
          throw error;
        });
        const wasBroken = breaker.asked >= at;
        breaker.at = undefined;
        if (!wasBroken) break;
        failures += 1;
        if (!answer) continue;
        const problem =
          answer.status >= 500 ? wrongWith(answer) : `${answer.status} ${answer.text}`;
        if (problem !== '') wrong.push(`${route}, the ${at}. time: ${problem}`);
      }
    assert.deepEqual(wrong, []);
    assert.ok(failures > 130, String(failures));
  });

  it('H3 is not available, and tells nothing more, while the database is gone', async () => {
    const all = await forAll(rows, async ([route]) => {
      const answer = await send(gone, route);
      const problem = answer.status >= 500 ? wrongWith(answer) : '';
      return { route, status: answer.status, problem };
    });
    assert.deepEqual(
      all.filter(({ problem }) => problem !== ''),
      [],
    );
    assert.deepEqual(
      all.filter(({ route, status }) => ROUTES[route]?.needs !== 'nothing' && status !== 503),
      [],
    );
  });

  it('H3 keeps in the log what the operator needs, with the same id', async () => {
    Object.assign(breaker, { at: 2, asked: 0 });
    const answer = await send(broken, 'GET /monitors');
    const { error } = JSON.parse(answer.text) as { error: { correlationId: string } };
    const line = world.api.lines.findLast((each) => each.includes(error.correlationId));
    assert.match(line ?? '', /authenticator_apps/);
  });
});
