import assert from 'node:assert/strict';
import { createClient, isAnswering, readReadiness } from './client.ts';
import { CliError } from './exit.ts';
import { type FakeApi, failure, startApi } from './testing/api.ts';

describe('the client', () => {
  let api: FakeApi;
  before(async () => {
    api = await startApi();
  });
  after(() => api.close());
  beforeEach(() => {
    api.script = {};
    api.seen.length = 0;
  });
  const client = (token?: string) => createClient({ url: api.url, token }, fetch);
  const errorOf = async (token?: string): Promise<CliError> => {
    try {
      await client(token).get('/x');
    } catch (error) {
      assert.ok(error instanceof CliError);
      return error;
    }
    throw new Error('the call succeeded');
  };

  it('sends the token as bearer', async () => {
    api.script['GET /x'] = { body: {} };
    await client('t').get('/x');
    assert.equal(api.seen[0]?.token, 't');
  });
  it('sends no header without a token', async () => {
    api.script['GET /x'] = { body: {} };
    await client().get('/x');
    assert.equal(api.seen[0]?.token, undefined);
  });
  it('leaves out a query that is not set', async () => {
    api.script['GET /x'] = { body: {} };
    await client().get('/x', { a: 'b c', d: undefined });
    assert.deepEqual(api.seen[0]?.query, { a: 'b c' });
  });
  it('follows the pages of a list', async () => {
    api.script['GET /x'] = ({ query }) =>
      query['cursor'] === 'next'
        ? { body: { items: [3], nextCursor: null } }
        : { body: { items: [1, 2], nextCursor: 'next' } };
    assert.deepEqual(await client().list('/x', {}, 10), [1, 2, 3]);
  });
  it('asks for no more than is wanted', async () => {
    api.script['GET /x'] = { body: { items: [1, 2, 3], nextCursor: 'more' } };
    assert.deepEqual(await client().list('/x', {}, 2), [1, 2]);
    assert.deepEqual(
      api.seen.map(({ query }) => query['limit']),
      ['2'],
    );
  });
  it('asks for pages that the API allows', async () => {
    api.script['GET /x'] = { body: { items: [], nextCursor: null } };
    await client().list('/x', {}, 100_000);
    assert.equal(api.seen[0]?.query['limit'], '100');
  });
  for (const [status, exit] of [
    [400, 1],
    [401, 4],
    [403, 4],
    [404, 3],
    [409, 1],
    [422, 1],
    [429, 1],
    [500, 1],
    [503, 1],
  ] as const)
    it(`ends with ${exit} for status ${status} and says the API's words`, async () => {
      api.script['GET /x'] = failure(status, 'the words');
      const { exit: code, message } = await errorOf('t');
      assert.equal(code, exit);
      assert.match(message, /^the words/);
    });
  it('says how to send a token when none was sent', async () => {
    api.script['GET /x'] = failure(401, 'Sign in');
    assert.match((await errorOf()).message, /no token was sent: set DUCKMON_TOKEN/);
  });
  it('says that a token was refused, without showing it', async () => {
    api.script['GET /x'] = failure(401, 'Sign in');
    const { message } = await errorOf('hunter2');
    assert.match(message, /the token was refused/);
    assert.doesNotMatch(message, /hunter2/);
  });
  it('lists the fields of a refusal', async () => {
    const fields = [
      { path: 'a', message: 'x' },
      { path: 'b', message: 'y' },
    ];
    api.script['GET /x'] = failure(422, 'not valid', fields);
    assert.equal((await errorOf('t')).message, 'not valid\n  a: x\n  b: y');
  });
  it('gives the correlation id of an internal error', async () => {
    api.script['GET /x'] = failure(500, 'An error');
    assert.match((await errorOf('t')).message, /correlation id corr-1/);
  });
  it('survives an error page that is no JSON', async () => {
    api.script['GET /x'] = { status: 502, body: '<html>' };
    assert.equal((await errorOf('t')).message, 'the API answered with status 502');
  });
  it('says that something else lives at the address', async () => {
    api.script['GET /x'] = { body: '<html>' };
    assert.match((await errorOf('t')).message, /is no duckmon API/);
  });
  it('takes an empty answer', async () => {
    api.script['DELETE /x'] = { status: 204, body: '' };
    assert.equal(await client().remove('/x'), undefined);
  });
  it('follows no redirect, which could carry the token away', async () => {
    api.script['GET /x'] = { status: 302, headers: { location: '/y' } };
    api.script['GET /y'] = { body: {} };
    assert.equal((await errorOf('t')).exit, 5);
    assert.deepEqual(
      api.seen.map(({ path }) => path),
      ['/x'],
    );
  });
  it('says the next step when nothing listens', async () => {
    const gone = await startApi();
    await gone.close();
    await assert.rejects(
      createClient({ url: gone.url, token: undefined }, fetch).get('/x'),
      (error) =>
        error instanceof CliError &&
        error.exit === 5 &&
        /^Service not responding: .*connection refused.*\.\/scripts\/up/.test(error.message),
    );
  });
  it('says that a name is unknown', async () => {
    const unknown: typeof fetch = async () => {
      throw new TypeError('fetch failed', {
        cause: Object.assign(new Error(), { code: 'ENOTFOUND' }),
      });
    };
    await assert.rejects(
      createClient({ url: 'http://nowhere', token: undefined }, unknown).get('/x'),
      /no such host/,
    );
  });
  it('says that an answer did not come in time', async () => {
    const slow: typeof fetch = async () => {
      throw new DOMException('late', 'TimeoutError');
    };
    await assert.rejects(
      createClient({ url: 'http://slow', token: undefined }, slow).get('/x'),
      /no answer in time/,
    );
  });

  it('reads what a service that is not ready says', async () => {
    api.script['GET /readyz'] = { status: 503, body: { problems: { postgres: 'is down' } } };
    assert.deepEqual(await readReadiness({ url: api.url, token: undefined }, fetch), {
      kind: 'notReady',
      problems: ['postgres: is down'],
    });
  });
  it('reads readiness', async () => {
    api.script['GET /readyz'] = { body: { status: 'ready' } };
    assert.deepEqual(await readReadiness({ url: api.url, token: undefined }, fetch), {
      kind: 'ready',
    });
  });
  it('takes any HTTP answer as a sign of life', async () => {
    assert.equal(await isAnswering(api.url, fetch), true);
  });
  it('takes a closed port as none', async () => {
    const gone = await startApi();
    await gone.close();
    assert.equal(await isAnswering(gone.url, fetch), false);
  });
});
