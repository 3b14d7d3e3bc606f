import assert from 'node:assert/strict';
import { requestOf } from '../testing/request.ts';
import {
  DEFAULT_USER_AGENT,
  hopHeaders,
  isAttachment,
  isSettable,
  monitorHeaders,
  retryAfterSeconds,
} from './headers.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const http = {
  method: 'GET' as const,
  headers: [
    { name: 'X-Key', value: 'secret' },
    { name: 'Host', value: 'other' },
    { name: 'Proxy-Authorization', value: 'stolen' },
  ],
};

describe('headers of a request', () => {
  it('names itself when the monitor sets no user agent', () => {
    assert.equal(hopHeaders(requestOf('http://a.test/'), true)['user-agent'], DEFAULT_USER_AGENT);
  });

  it('takes the user agent of the monitor', () => {
    const request = requestOf('http://a.test/', { userAgent: 'mine' });
    assert.equal(hopHeaders(request, true)['user-agent'], 'mine');
  });

  it("asks for the monitor's language", () => {
    assert.match(hopHeaders(requestOf('http://a.test/'), true)['accept-language'] ?? '', /^en-GB/);
  });

  it('sends the validators of the last snapshot', () => {
    const validators = { etag: '"v1"', lastModified: 'Mon, 05 Jan 2026 10:00:00 GMT' };
    const headers = hopHeaders(requestOf('http://a.test/', {}, { validators }), true);
    assert.equal(headers['if-none-match'], '"v1"');
    assert.equal(headers['if-modified-since'], validators.lastModified);
  });

  it("sends the monitor's headers to its own origin only", () => {
    const request = requestOf('http://a.test/', { http });
    assert.equal(hopHeaders(request, true)['x-key'], 'secret');
    assert.equal(hopHeaders(request, false)['x-key'], undefined);
  });

  it('never sends headers of the connection or the proxy', () => {
    assert.deepEqual(monitorHeaders(requestOf('http://a.test/', { http }).source), {
      'x-key': 'secret',
    });
  });

  for (const name of ['Content-Length', 'transfer-encoding', 'Proxy-Anything', 'UPGRADE'])
    it(`does not let a monitor set ${name}`, () => assert.equal(isSettable(name), false));

  it('lets a monitor set a cookie', () => assert.equal(isSettable('Cookie'), true));
});

describe('headers of an answer', () => {
  it('reads Retry-After in seconds', () => assert.equal(retryAfterSeconds('17', NOW), 17));

  it('reads Retry-After as a date', () => {
    assert.equal(retryAfterSeconds('Sun, 01 Mar 2026 12:01:00 GMT', NOW), 60);
  });

  it('takes a date in the past as no wait', () => {
    assert.equal(retryAfterSeconds('Sun, 01 Mar 2020 12:01:00 GMT', NOW), 0);
  });

  it('holds Retry-After to a day', () => {
    assert.equal(retryAfterSeconds('99999999', NOW), 86_400);
  });

  it('gives nothing for what cannot be read', () => {
    assert.equal(retryAfterSeconds('soon', NOW), undefined);
  });

  it('C28 knows a download by its disposition', () => {
    assert.equal(isAttachment({ 'content-disposition': 'Attachment; filename=x' }), true);
    assert.equal(isAttachment({ 'content-disposition': 'inline; filename=attachment' }), false);
  });
});
