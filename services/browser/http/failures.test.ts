import assert from 'node:assert/strict';
import { EgressError } from '../../core/egress/transport.ts';
import { FetchFailure } from '../failure.ts';
import { failureOf } from './failures.ts';

const withCode = (code: string): Error => Object.assign(new Error('inner words'), { code });
const wrapped = (cause: Error): Error => new TypeError('fetch failed', { cause });

describe('failures on the wire', () => {
  const codes = {
    refused: 'addressForbidden',
    nameNotFound: 'nameNotFound',
    connectionRefused: 'connectionRefused',
    connectionReset: 'connectionReset',
    timeout: 'timeout',
    unreachable: 'connectionRefused',
    limited: 'limitExceeded',
    proxyDown: 'internal',
    unauthorized: 'internal',
  } as const;
  for (const [egress, expected] of Object.entries(codes))
    it(`calls ${egress} of the proxy ${expected}`, () => {
      const error = new EgressError(egress as keyof typeof codes, 'inner words');
      assert.equal(failureOf(wrapped(error)).code, expected);
    });

  for (const code of [
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])
    it(`calls ${code} a failure of TLS and names it`, () => {
      const failure = failureOf(wrapped(withCode(code)));
      assert.equal(failure.code, 'tls');
      assert.match(failure.message, new RegExp(code));
    });

  it('calls invalid HTTP by its name', () => {
    assert.equal(failureOf(withCode('HPE_INVALID_CONSTANT')).code, 'decodeFailed');
  });

  it('calls headers without end too large', () => {
    assert.equal(failureOf(withCode('UND_ERR_HEADERS_OVERFLOW')).code, 'tooLarge');
  });

  it('calls a cut body a closed connection', () => {
    assert.equal(
      failureOf(withCode('UND_ERR_RES_CONTENT_LENGTH_MISMATCH')).code,
      'connectionReset',
    );
  });

  it('keeps a failure that is typed already', () => {
    const failure = new FetchFailure('download', 'x');
    assert.equal(failureOf(failure), failure);
  });

  it('tells nothing of what it does not know', () => {
    const failure = failureOf(new Error('secret 10.0.0.1'));
    assert.equal(failure.code, 'internal');
    assert.doesNotMatch(failure.message, /10\.0\.0\.1/);
  });
});
