import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { captureLog } from './testing/log.ts';

const SECRET = 'canary-7f3a9b';

const logged = (fields: Record<string, unknown>): string => {
  const captured = captureLog();
  captured.log.info(fields, 'message');
  assert.equal(captured.lines().length, 1);
  return captured.text();
};

describe('core: log', () => {
  it('writes one JSON object a line with service, level and time', () => {
    const captured = captureLog('browser');
    captured.log.warn({ monitor: 'shop' }, 'slow');
    const [line] = captured.lines();
    const { service, level, monitor, msg } = line ?? {};
    assert.deepEqual(
      { service, level, monitor, msg },
      { service: 'browser', level: 'warn', monitor: 'shop', msg: 'slow' },
    );
    assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('takes an unknown level for info', () => {
    const captured = captureLog('x', 'verbose');
    captured.log.debug('a');
    captured.log.info('b');
    assert.deepEqual(
      captured.lines().map((line) => line['msg']),
      ['b'],
    );
  });

  it('H2 keeps one parseable line whatever a field or the message contains', () => {
    const evil = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\r\n{"level":"fatal"}', '\u001b[2J', '"}\n{"a":"', '\u2028\u2029', '\u0000'),
    );
    fc.assert(
      fc.property(evil, evil, evil, (name, value, message) => {
        const captured = captureLog();
        captured.log.info({ [`x${name}`]: value, nested: { value: 1, at: value } }, message);
        assert.equal(captured.text().split('\n').length, 2);
        assert.equal(captured.lines().length, 1);
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(captured.text().trimEnd(), /[\u0000-\u001f]/);
      }),
    );
  });

  const secretNames = [
    'authorization',
    'Authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'Set-Cookie',
    'password',
    'smtpPassword',
    'secret',
    'clientSecret',
    'client_secret',
    'token',
    'accessToken',
    'refresh_token',
    'apiKey',
    'api_key',
    'OPENAI_API_KEY',
    'x-internal-api-key',
    'X-Internal-API-Key',
    'egressCredential',
    'credential',
    'signingSecrets',
    'signingKey',
    'privateKey',
    'value',
    'key',
    'keys',
    'egressSeeds',
  ];
  for (const name of secretNames)
    it(`B5 shows no ${name} at any depth, in lists, in errors or in a child`, () => {
      const error = Object.assign(new Error('failed'), { config: { headers: { [name]: SECRET } } });
      const captured = captureLog();
      captured.log.info({ [name]: SECRET });
      captured.log.info({ a: { [name]: SECRET } });
      captured.log.info({ a: { b: { c: { d: { [name]: [SECRET, { x: SECRET }] } } } } });
      captured.log.info({ list: [{ [name]: SECRET }] });
      captured.log.info({ err: error });
      captured.log.info({ error: new Error('outer', { cause: error }) });
      captured.log.info({ headers: new Headers({ [name]: SECRET }) });
      captured.log.info({ map: new Map([[name, SECRET]]) });
      captured.log.info({ rawHeaders: ['host', 'a', name, SECRET] });
      assert.doesNotMatch(captured.text(), new RegExp(SECRET));
      assert.equal(captured.lines().length, 9);
    });

  for (const name of ['authorization', 'token', 'secret', 'password', 'credential', 'value'])
    it(`B5 shows no ${name} bound to a child`, () => {
      const captured = captureLog();
      captured.log.child({ [name]: SECRET }).info('x');
      captured.log.child({ a: { [name]: SECRET } }).info('y');
      assert.doesNotMatch(captured.text(), new RegExp(SECRET));
    });

  for (const text of [
    `Authorization: Bearer ${SECRET}`,
    `Proxy-Authorization: Basic ${Buffer.from(SECRET).toString('base64')}`,
    `redis://user:${SECRET}@redis:6379/0`,
    `postgresql://mon_api:${SECRET}@db/mon`,
    `sk-${SECRET}-abcdef`,
    `SG.${SECRET}.abcdef`,
  ])
    it(`B5 takes the secret out of ${text.replace(SECRET, '…')}, in message, field and error`, () => {
      const captured = captureLog();
      captured.log.info(text);
      captured.log.info({ detail: text }, 'x');
      captured.log.info({ err: new Error(text) });
      assert.doesNotMatch(captured.text(), new RegExp(SECRET));
      assert.doesNotMatch(captured.text(), new RegExp(Buffer.from(SECRET).toString('base64')));
      assert.equal(captured.lines().length, 3);
    });

  it('H2 writes out what a terminal would obey, and what hides or turns text', () => {
    const hidden = '\u007f\u0085\u009b2J\u2028\u202e\u2066\u200f';
    const text = logged({ title: `a${hidden}b` });
    assert.ok(text.includes(String.raw`"a\u007f\u0085\u009b2J\u2028\u202e\u2066\u200fb"`), text);
    assert.equal((JSON.parse(text) as { title: string }).title, `a${hidden}b`);
  });

  it('leaves numbers, flags and ordinary fields alone', () => {
    const line = JSON.parse(
      logged({ inputTokens: 12, value: 3, token: false, keyCount: 'two', kid: 'abc' }),
    ) as Record<string, unknown>;
    const { inputTokens, value, token, keyCount, kid } = line;
    assert.deepEqual(
      { inputTokens, value, token, keyCount, kid },
      { inputTokens: 12, value: 3, token: false, keyCount: 'two', kid: 'abc' },
    );
  });

  it('writes an error with type, message, stack and cause', () => {
    const captured = captureLog();
    captured.log.error({ err: new TypeError('outer', { cause: new Error('inner') }) }, 'failed');
    const err = captured.lines()[0]?.['err'] as Record<string, unknown>;
    assert.deepEqual([err['type'], err['message']], ['TypeError', 'outer']);
    assert.match(String(err['stack']), /log\.test\.ts/);
    assert.equal((err['cause'] as Record<string, unknown>)['message'], 'inner');
  });

  it('survives cycles, deep nesting, buffers, big numbers and broken dates', () => {
    const cycle: Record<string, unknown> = { name: 'a' };
    cycle['self'] = cycle;
    let deep: Record<string, unknown> = { end: 1 };
    for (let level = 0; level < 1000; level += 1) deep = { deep };
    const text = logged({
      cycle,
      deep,
      bytes: Buffer.alloc(9),
      big: 10n,
      date: new Date(Number.NaN),
      at: new Date(0),
    });
    assert.match(text, /"self":"\[nested\]"/);
    assert.match(text, /"bytes":"\[9 bytes\]"/);
    assert.match(text, /"big":"10"/);
    assert.match(text, /"at":"1970-01-01T00:00:00.000Z"/);
  });
});
