import assert from 'node:assert/strict';
import { createLog } from '../../core/log.ts';
import type { Running } from '../../core/lifecycle.ts';
import { openPool } from '../../store/pool.ts';
import { ask, forAll } from './testing/ask.ts';
import { ROUTES, rows } from './testing/routes.ts';
import { startWorld, type World } from './testing/world.ts';

/** Line ends, colours of a terminal, and ends of JSON. */
const EVIL = 'a\r\n\u001b[31m\u0000"}\n{"level":"fatal","event":"auth.revoked_all"}';
const ENCODED = encodeURIComponent(EVIL);
/** What HTTP lets into a header. */
const EVIL_HEADER = '"}{"level":"fatal","event":"auth.revoked_all"}\t\\r\\n\\u001b';

/** The same body with the text wherever a text is. */
function spoiled(value: unknown): unknown {
  if (typeof value === 'string') return EVIL;
  if (Array.isArray(value)) return value.map(spoiled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, spoiled(each)]));
}

describe('the log of the api', function () {
  this.timeout(30_000);
  let world: World;
  let failing: Running;
  let lines: string[];

  before(async () => {
    world = await startWorld();
    ({ lines } = world.api);
    const log = createLog('api', 'trace', { write: (line) => void lines.push(line) });
    const pool = openPool(world.api.db.url('mon_api'), { applicationName: 'test', log, max: 8 });
    let isStarted = false;
    const connect = async () => {
      if (isStarted) throw new Error(`column "${EVIL}" does not exist`);
      isStarted = true;
      return pool.connect();
    };
    const broken = new Proxy(pool, {
      get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name, target)),
    });
    failing = await world.api.replica({}, { pool: broken, log });
  });

  after(async () => {
    await failing.stop();
    await world.stop();
  });

  it('H2 has one line an event that can be read, whatever stands in any part of any request', async () => {
    const before_ = lines.length;
    const session = await world.session('root');
    const evil = {
      'user-agent': EVIL_HEADER,
      referer: EVIL_HEADER,
      'idempotency-key': EVIL_HEADER,
    };
    const credentials = [
      { ...session, ...evil },
      { ...session, ...evil, origin: EVIL_HEADER },
      { ...evil, authorization: `Bearer ${EVIL_HEADER}` },
      { ...evil, cookie: `mon_sid=${EVIL_HEADER}; mon_login=${EVIL_HEADER}` },
      { ...session, ...evil, 'x-workspace': EVIL_HEADER, 'x-forwarded-for': EVIL_HEADER },
    ];
    const requests = rows.flatMap(([route]) =>
      credentials.flatMap((headers) =>
        [world.api.url, failing.url].map((url) => ({ url, route, headers })),
      ),
    );
    await forAll(requests, ({ url, route, headers }) =>
      ask(url, route, {
        headers,
        place: ENCODED,
        query: `${ENCODED}=${ENCODED}&token=${ENCODED}`,
        ...(ROUTES[route]?.body ? { body: spoiled(ROUTES[route].body) } : {}),
      }),
    );
    const written = lines.slice(before_);
    const wrong = written.filter((line) => !/^\{[\x20-\x7e]*\}\n$/.test(line));
    assert.deepEqual(wrong, []);
    const events = written.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(
      events.every(({ level, event }) => level !== 'fatal' && event !== 'auth.revoked_all'),
    );
    const failures = events.filter(({ level }) => level === 'error');
    assert.ok(failures.length > 150 && events.length > 500, `${failures.length}, ${events.length}`);
  });
});
