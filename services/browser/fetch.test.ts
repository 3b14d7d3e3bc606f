import assert from 'node:assert/strict';
import { systemClock } from '../core/clock.ts';
import { HttpError, SetupError } from '../core/errors.ts';
import type { FetchResult } from '../core/contracts/browser.ts';
import { FetchFailure } from './failure.ts';
import { runFetch, type Fetcher } from './fetch.ts';
import { codeIn, requestOf, silentLog } from './testing/request.ts';

const DONE: FetchResult = { kind: 'notModified', status: 304, timings: { totalMs: 1 } };
const done: Fetcher = async () => DONE;
const never: Fetcher = () => assert.fail('this way was not asked for');
/** Ends only by its signal. */
const hangs: Fetcher = (_request, signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

const run = (
  ways: { http?: Fetcher; browser?: Fetcher },
  rest: Parameters<typeof requestOf>[2] = {},
  gone = new AbortController().signal,
): Promise<FetchResult> =>
  runFetch(
    requestOf('http://a.test/', {}, rest),
    { clock: systemClock, log: silentLog, http: never, browser: never, ...ways },
    gone,
  );

describe('one fetch', () => {
  it('goes the way that was asked for', async () => {
    assert.equal(await run({ http: done }), DONE);
    assert.equal(await run({ browser: done }, { via: 'browser' }), DONE);
  });

  it('ends at its time with a typed result', async () => {
    assert.equal(codeIn(await run({ http: hangs }, { timeoutMs: 5 })), 'timeout');
  });

  it('turns a typed failure into a result', async () => {
    const busy = new FetchFailure('busy', 'later', { retryAfterSeconds: 9 });
    const result = await run({ http: () => Promise.reject(busy) });
    assert.ok(result.kind === 'failed');
    assert.deepEqual(result.error, { code: 'busy', message: 'later', retryAfterSeconds: 9 });
  });

  it('tells the next step when there is no browser', async () => {
    const missing = new SetupError('No Chromium was found; install it.');
    const result = await run({ browser: () => Promise.reject(missing) }, { via: 'browser' });
    assert.ok(result.kind === 'failed');
    assert.equal(result.error.message, missing.message);
  });

  it('says nothing of an unforeseen error', async () => {
    const result = await run({ http: () => Promise.reject(new Error('secret')) });
    assert.ok(result.kind === 'failed');
    assert.doesNotMatch(result.error.message, /secret/);
    assert.equal(result.error.code, 'internal');
  });

  it('lets a full worker answer for itself', async () => {
    const full = new HttpError('too_many_requests', 'full');
    await assert.rejects(run({ http: () => Promise.reject(full) }), full);
  });

  it('ends when the caller has gone', async () => {
    const gone = new AbortController();
    const result = run({ http: hangs }, {}, gone.signal);
    gone.abort(new Error('gone'));
    await assert.rejects(result, /gone/);
  });
});
