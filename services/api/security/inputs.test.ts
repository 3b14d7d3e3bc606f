import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { ask, forAll, type HeadersOf } from './testing/ask.ts';
import { ROUTES, rows } from './testing/routes.ts';
import { startWorld, state, type World } from './testing/world.ts';

interface Attack {
  readonly route: string;
  readonly what: string;
  readonly place?: string;
  readonly query?: string;
  readonly body?: unknown;
}

/** Without a key for it there is no such webhook, whatever is sent. */
const ABSENT = 'POST /webhooks/sendgrid';
/** Null is a limit that is taken away. */
const MAY_BE_NULL = new Set(['PUT /admin/workspaces/{id}/quotas']);
const known = rows.filter(([route]) => route !== ABSENT);
/** Providers add parameters of their own to the address that they send people back to. */
const OPEN_QUERY = 'GET /auth/callback';

const QUERIES: Readonly<Record<string, string>> = {
  'a parameter twice': 'id=1&id=2',
  'a parameter that there is not': 'workspaceId=team-b',
  'an operator for a parameter': 'id%5Bnot%5D=',
  'a parameter __proto__': '__proto__=x',
  'a parameter constructor': 'constructor%5Bprototype%5D=x',
  'two limits': 'limit=1&limit=2',
  'an operator for the limit': 'limit%5Bgt%5D=0',
};
const PLACES: Readonly<Record<string, string>> = {
  'the name undefined': 'undefined',
  'the name null': 'null',
  'the name __proto__': '__proto__',
  'an operator for the name': '%7B%22not%22%3A%22%22%7D',
  'a NUL in the name': 'a%00b',
  'a path in the name': '..%2F..%2Fme',
  'SQL in the name': "1'%20OR%20'1'%3D'1",
  'half an escape in the name': '%',
  'a long name': 'a'.repeat(300),
  'no name': '',
};
const ADDED: Readonly<Record<string, string>> = {
  'a workspace': '"workspaceId":"team-b"',
  'an owner': '"userId":"019aa000-0000-7000-8000-000000000000"',
  'an operator as id': '"id":{"not":""}',
  __proto__: '"__proto__":{"platformAdmin":true}',
  constructor: '"constructor":{"prototype":{"platformAdmin":true}}',
};

const queryAttacks = known
  .filter(([route]) => route !== OPEN_QUERY)
  .flatMap(([route, { query }]) =>
    Object.entries(QUERIES).map(([what, evil]): Attack => ({
      route,
      what,
      query: query === undefined ? evil : `${query}&${evil}`,
    })),
  );
const placeAttacks = known
  .filter(([, { thing }]) => thing)
  .flatMap(([route]) =>
    Object.entries(PLACES).map(([what, place]): Attack => ({ route, what, place })),
  )
  // Without a name a list is meant.
  .filter(({ route, place }) => place !== '' || !route.startsWith('GET '));
const bodyAttacks = known.flatMap(([route, { body }]) => (body ? bodiesOf(route, body) : []));

function bodiesOf(route: string, body: Readonly<Record<string, unknown>>): Attack[] {
  const text = JSON.stringify(body).slice(1, -1);
  const added = Object.entries(ADDED).map(([what, more]): Attack => ({
    route,
    what: `${what} in the body`,
    body: `{${[text, more].filter((part) => part !== '').join()}}`,
  }));
  const replaced = Object.keys(body).flatMap((field) =>
    [{ not: '' }, [body[field]], ...(MAY_BE_NULL.has(route) ? [] : [null])].map((evil): Attack => ({
      route,
      what: `${JSON.stringify(evil)} for ${field}`,
      body: { ...body, [field]: evil },
    })),
  );
  return [
    ...added,
    ...replaced,
    { route, what: 'a list', body: [body] },
    { route, what: 'a text', body: '"x"' },
    { route, what: 'half a body', body: `{${text}` },
  ];
}

describe('what no route takes', function () {
  this.timeout(60_000);
  let world: World;
  let headers: HeadersOf;

  before(async () => {
    world = await startWorld();
    headers = await world.session('root');
  });

  after(() => world.stop());

  /** As somebody who may do everything, about what there is: nothing else is wrong with it. */
  const answersTo = async (attacks: readonly Attack[]): Promise<string[]> => {
    const before_ = await state(world);
    const answers = await forAll(attacks, async ({ route, what, ...sent }) => {
      const thing = ROUTES[route]?.thing;
      const credential =
        ROUTES[route]?.needs === 'token'
          ? { authorization: `Bearer ${world.api.tokens.admin}` }
          : headers;
      const place = thing && world.things[thing];
      const asking = { headers: credential, ...(place ? { place } : {}), ...sent };
      const { status, text } = await ask(world.api.url, route, asking);
      return `${status} ${route} with ${what}: ${text}`;
    });
    const after_ = await state(world);
    return [...answers, ...(isDeepStrictEqual(after_, before_) ? [] : ['something was changed'])];
  };

  it('E5 is a parameter that no route has, or one twice', async () => {
    const answers = await answersTo(queryAttacks);
    assert.deepEqual(
      answers.filter((answer) => !answer.startsWith('400 ')),
      [],
    );
    assert.ok(answers.length >= 500);
  });

  it('E5 is a name or an id that can be none, or none at all', async () => {
    const answers = await answersTo(placeAttacks);
    assert.deepEqual(
      answers.filter((answer) => !/^4(00|04|22) /.test(answer)),
      [],
    );
    assert.ok(answers.length >= 200);
  });

  it('E5 is a field that no body has, an operator for a value, or half a body', async () => {
    const answers = await answersTo(bodyAttacks);
    assert.deepEqual(
      answers.filter((answer) => !/^4(00|22) /.test(answer)),
      [],
    );
    assert.ok(answers.length >= 350);
  });

  it('E5 leaves objects of the process as they are', () => {
    assert.equal(({} as { platformAdmin?: boolean }).platformAdmin, undefined);
  });
});
