import assert from 'node:assert/strict';
import { FetchFailure } from '../failure.ts';
import { ProtocolError } from './connection.ts';
import { failureOfNavigation, failureOfVisit, needsProbe, refuseProxyAnswer } from './errors.ts';

const answer = (status: number, headers: Record<string, string> = {}) => ({
  url: 'http://a.test/',
  status,
  mimeType: 'text/plain',
  headers,
});

describe('network errors of Chromium', () => {
  const codes = {
    'net::ERR_CERT_AUTHORITY_INVALID': 'tls',
    'net::ERR_SSL_PROTOCOL_ERROR': 'tls',
    'net::ERR_TOO_MANY_REDIRECTS': 'tooManyRedirects',
    'net::ERR_UNSAFE_REDIRECT': 'redirectForbidden',
    'net::ERR_TIMED_OUT': 'timeout',
    'net::ERR_CONTENT_DECODING_FAILED': 'decodeFailed',
    'net::ERR_PROXY_CONNECTION_FAILED': 'internal',
    'net::ERR_CONNECTION_RESET': 'connectionReset',
    'net::ERR_SOMETHING_NEW': 'connectionReset',
  };
  for (const [text, code] of Object.entries(codes))
    it(`calls ${text} ${code}`, () => assert.equal(failureOfNavigation(text).code, code));

  it('asks the HTTP path what a refused tunnel means', () => {
    assert.equal(needsProbe('net::ERR_TUNNEL_CONNECTION_FAILED'), true);
    assert.equal(needsProbe('net::ERR_CERT_DATE_INVALID'), false);
  });

  it('never takes an answer of the proxy for one of the page', () => {
    assert.throws(() => refuseProxyAnswer(answer(403, { 'x-duckmon-egress-error': 'refused' })), {
      code: 'addressForbidden',
    });
    assert.throws(() => refuseProxyAnswer(answer(407)), { code: 'internal' });
    assert.doesNotThrow(() => refuseProxyAnswer(answer(403)));
  });

  it('counts the reason of an end more than what it brought about', () => {
    const reason = new FetchFailure('limitExceeded', 'x');
    const stopped = AbortSignal.abort(reason);
    assert.equal(failureOfVisit(new ProtocolError('closed', true), stopped), reason);
  });

  it('calls a browser that has gone crashed', () => {
    const failure = failureOfVisit(new ProtocolError('gone', true), new AbortController().signal);
    assert.equal((failure as FetchFailure).code, 'browserCrashed');
  });
});
