import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import {
  REPLAY_WINDOW_SECONDS,
  signWebhook,
  verifyWebhook,
  type WebhookCheck,
} from './signature.ts';

const now = new Date('2026-11-20T12:00:00Z');
const stamp = String(now.getTime() / 1000);
const body = '{"id":"a"}';
const headersOf = (secrets: readonly string[], timestamp = stamp): Record<string, string> => ({
  'x-duckmon-timestamp': timestamp,
  'x-duckmon-delivery': 'd1',
  'x-duckmon-signature': signWebhook(secrets, timestamp, body),
});
const whyOf = (check: WebhookCheck): string => (check.ok ? 'ok' : check.why);
const secondsLater = (seconds: number): Date => new Date(now.getTime() + seconds * 1000);

describe('the signature of webhooks', () => {
  it('is the HMAC-SHA-256 of time stamp, dot and body', () => {
    const expected = createHmac('sha256', 's3cret').update(`${stamp}.${body}`).digest('hex');
    assert.equal(signWebhook(['s3cret'], stamp, body), `v1=${expected}`);
  });

  it('holds for what was signed, and tells delivery and time', () => {
    assert.deepEqual(verifyWebhook('s', headersOf(['s']), body, now), {
      ok: true,
      deliveryId: 'd1',
      at: now,
    });
  });

  it('holds for either secret while one replaces the other', () => {
    const headers = headersOf(['new', 'old']);
    assert.deepEqual(
      ['new', 'old'].map((secret) => whyOf(verifyWebhook(secret, headers, body, now))),
      ['ok', 'ok'],
    );
  });

  it('reads header names in any case and the first of several values', () => {
    const headers = headersOf(['s']);
    const spelled = {
      'X-Duckmon-Timestamp': [stamp],
      'X-DUCKMON-DELIVERY': 'd1',
      'X-Duckmon-Signature': headers['x-duckmon-signature'],
    };
    assert.equal(whyOf(verifyWebhook('s', spelled, Buffer.from(body), now)), 'ok');
  });

  it('does not hold for another secret', () => {
    assert.equal(whyOf(verifyWebhook('t', headersOf(['s']), body, now)), 'mismatch');
  });

  it('does not hold for another body', () => {
    assert.equal(whyOf(verifyWebhook('s', headersOf(['s']), `${body} `, now)), 'mismatch');
  });

  it('does not hold for another time stamp', () => {
    const headers = { ...headersOf(['s']), 'x-duckmon-timestamp': String(Number(stamp) + 1) };
    assert.equal(whyOf(verifyWebhook('s', headers, body, now)), 'mismatch');
  });

  it('holds to the end of the replay window and no second longer', () => {
    const at = (seconds: number): string =>
      whyOf(verifyWebhook('s', headersOf(['s']), body, secondsLater(seconds)));
    assert.deepEqual(
      [REPLAY_WINDOW_SECONDS, REPLAY_WINDOW_SECONDS + 1, -REPLAY_WINDOW_SECONDS - 1].map(at),
      ['ok', 'outsideWindow', 'outsideWindow'],
    );
  });

  for (const name of ['x-duckmon-timestamp', 'x-duckmon-delivery', 'x-duckmon-signature'])
    it(`does not hold without ${name}`, () => {
      const headers = { ...headersOf(['s']), [name]: undefined };
      assert.equal(whyOf(verifyWebhook('s', headers, body, now)), 'missing');
    });

  for (const timestamp of ['now', '-1', '1e9', ' ', '99999999999999'])
    it(`does not hold for the time stamp "${timestamp}"`, () => {
      assert.equal(whyOf(verifyWebhook('s', headersOf(['s'], timestamp), body, now)), 'malformed');
    });

  for (const signature of ['v1=', 'v1=zz', 'v2=00', 'sha256=00', ',', 'v1'])
    it(`does not hold for the signature "${signature}"`, () => {
      const headers = { ...headersOf(['s']), 'x-duckmon-signature': signature };
      assert.equal(whyOf(verifyWebhook('s', headers, body, now)), 'mismatch');
    });

  it('holds for every secret and body that were signed, and for no changed byte', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string(),
        fc.string({ minLength: 1 }),
        (secret, text, extra) => {
          const headers = {
            ...headersOf([]),
            'x-duckmon-signature': signWebhook([secret], stamp, text),
          };
          assert.equal(whyOf(verifyWebhook(secret, headers, text, now)), 'ok');
          assert.equal(whyOf(verifyWebhook(secret, headers, text + extra, now)), 'mismatch');
        },
      ),
    );
  });
});
