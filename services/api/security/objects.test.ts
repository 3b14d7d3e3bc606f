import assert from 'node:assert/strict';
import type { Answer } from '../testing/api.ts';
import { type Answered, ask, forAll, type HeadersOf, idOfNobody } from './testing/ask.ts';
import { ROUTES, rows, type Needs } from './testing/routes.ts';
import { MARK, startWorld, state, type World } from './testing/world.ts';

/** Things of the workspace and of its people, whose names strangers may know or guess. */
const ABOUT_THINGS = rows.filter(([, { thing, needs }]) => thing && needs !== 'platform');
const PERSONS_ALONE: ReadonlySet<Needs> = new Set(['own', 'factor', 'ownerFactor']);
const LISTS = rows.filter(
  ([route, { thing, needs }]) =>
    route.startsWith('GET ') && !thing && (needs === 'read' || needs === 'own'),
);

describe('what one workspace gets of another', function () {
  this.timeout(30_000);
  let world: World;

  before(async () => {
    world = await startWorld();
  });

  after(() => world.stop());

  const placeOf = (route: string): string => {
    const thing = ROUTES[route]?.thing;
    return thing ? world.things[thing] : assert.fail(route);
  };
  /** An answer without what differs in each, and without the name that was asked for. */
  const told = ({ status, text }: Answered, place: string): string =>
    `${status} ${text.replace(/"correlationId":"[^"]*"/, '').replaceAll(place, '…')}`;

  const strangers = async (): Promise<Record<string, HeadersOf>> => ({
    session: await world.session('stranger'),
    token: { authorization: `Bearer ${world.api.tokens.other}` },
  });

  for (const kind of ['session', 'token'])
    it(`E1 is the same as if there were nothing, for each name and id, by a ${kind}`, async () => {
      const headers = (await strangers())[kind] ?? {};
      const before_ = await state(world);
      const wrong = await forAll(ABOUT_THINGS, async ([route, { needs }]) => {
        if (kind === 'token' && PERSONS_ALONE.has(needs)) return '';
        const place = placeOf(route);
        const nobodys = idOfNobody(route);
        // A name of one's own request must fit the path.
        const body = route.startsWith('PUT ')
          ? JSON.stringify(ROUTES[route]?.body).replace('"target"', `"${nobodys}"`)
          : undefined;
        const real = await ask(world.api.url, route, { headers, place });
        const none = await ask(world.api.url, route, { headers, ...(body ? { body } : {}) });
        const isSame = told(real, place) === told(none, nobodys);
        return isSame && real.status === 404 ? '' : `${route}: ${real.status} ${real.text}`;
      });
      assert.deepEqual(
        wrong.filter((line) => line !== ''),
        [],
      );
      assert.deepEqual(await state(world), before_);
      assert.ok(ABOUT_THINGS.length >= 25);
    });

  it('E1 is nothing in lists, nor by naming the workspace', async () => {
    const headers = await world.session('stranger');
    for (const [route, { query = '' }] of LISTS) {
      const own = await ask(world.api.url, route, { headers });
      assert.ok(own.status === 200 && !own.text.includes(MARK), `${route}: ${own.text}`);
      if (ROUTES[route]?.needs === 'own' || route === 'GET /workspaces') continue;
      for (const named of [
        { headers: { ...headers, 'x-workspace': 'team-a' } },
        { headers, query: `${query}&workspace=team-a` },
      ])
        assert.equal((await ask(world.api.url, route, named)).status, 404, route);
    }
    assert.ok(LISTS.length >= 15);
  });

  it('E1 is there for those whose it is, by the same requests', async () => {
    const wrong: string[] = [];
    for (const [route] of ABOUT_THINGS) {
      const headers = await world.session('root');
      const answer = await ask(world.api.url, route, { headers, place: placeOf(route) });
      if (answer.status >= 300) wrong.push(`${route}: ${answer.status} ${answer.text}`);
    }
    assert.deepEqual(wrong, []);
  });

  it('E17 is no snapshot that a browser or proxy kept for somebody else', async () => {
    const headers = await world.session('root');
    const asked = (part: string): Promise<Answer> =>
      world.api.call('GET', `/api/v1/snapshots/${world.things.snapshot}/${part}`, { headers });
    for (const [part, type] of [
      ['text', 'text/plain; charset=utf-8'],
      ['screenshot', 'image/webp'],
    ] as const) {
      const answer = await asked(part);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), type);
      assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.match(answer.headers.get('content-security-policy') ?? '', /sandbox/);
      assert.match(answer.headers.get('cache-control') ?? '', /^private/);
      assert.match(answer.headers.get('vary') ?? '', /cookie.*authorization.*x-workspace/i);
    }
  });
});
