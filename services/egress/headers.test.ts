import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import * as fc from 'fast-check';
import { passedHeaders, refuseAmbiguous, requestHeaders } from './headers.ts';
import { Refusal } from './refusal.ts';

/** A message as Node's parser would give it. */
function messageOf(
  pairs: readonly (readonly [string, string])[],
  more: Partial<IncomingMessage> = {},
): IncomingMessage {
  const headers: Record<string, string> = {};
  for (const [name, value] of pairs) headers[name.toLowerCase()] ??= value;
  return {
    rawHeaders: pairs.flat(),
    headers,
    method: 'GET',
    httpVersion: '1.1',
    ...more,
  } as IncomingMessage;
}

describe('egress: headers of plain requests', () => {
  it('passes headers in their order and spelling', () => {
    const message = messageOf([
      ['X-B', '1'],
      ['x-a', '2'],
      ['X-B', '3'],
    ]);
    assert.deepEqual(passedHeaders(message), ['X-B', '1', 'x-a', '2', 'X-B', '3']);
  });

  it('B12 passes nothing that Connection names, and nothing of ours, however it is spelled', () => {
    const message = messageOf([
      ['Connection', 'close, X-Hop ,x-other'],
      ['x-HOP', '1'],
      ['X-Other', '2'],
      ['X-INTERNAL-API-KEY', 'k'],
      ['x-internal-nonce', 'n'],
      ['Proxy-Authorization', 'Basic x'],
    ]);
    assert.deepEqual(passedHeaders(message), []);
  });

  it('puts exactly one Host, that of the target', () => {
    const headers = requestHeaders(messageOf([['host', 'wrong.test']]), 'shop.test:81');
    assert.deepEqual(headers, ['Host', 'shop.test:81']);
  });

  for (const [what, pairs, method, expected] of [
    [
      'a chunked body',
      [['Transfer-Encoding', 'chunked']],
      'POST',
      ['Transfer-Encoding', 'chunked'],
    ],
    ['a body of known length', [['Content-Length', '5']], 'POST', ['Content-Length', '5']],
    ['no body where one is expected', [], 'POST', ['Content-Length', '0']],
    ['no body', [], 'GET', []],
  ] as const)
    it(`frames ${what}`, () => {
      const headers = requestHeaders(messageOf(pairs, { method }), 'a');
      assert.deepEqual(headers.slice(2), expected);
    });

  for (const [what, pairs, more] of [
    [
      'length with encoding',
      [
        ['Content-Length', '1'],
        ['Transfer-Encoding', 'chunked'],
      ],
      {},
    ],
    ['an encoding that is not chunked', [['Transfer-Encoding', 'gzip, chunked']], {}],
    ['chunks in HTTP/1.0', [['Transfer-Encoding', 'chunked']], { httpVersion: '1.0' }],
    [
      'two lengths',
      [
        ['Content-Length', '1'],
        ['content-length', '1'],
      ],
      {},
    ],
    [
      'two Hosts',
      [
        ['Host', 'a'],
        ['Host', 'a'],
      ],
      {},
    ],
    [
      'two credentials',
      [
        ['Proxy-Authorization', 'a'],
        ['proxy-authorization', 'b'],
      ],
      {},
    ],
  ] as const)
    it(`C16 refuses ${what}`, () => {
      assert.throws(
        () => refuseAmbiguous(messageOf(pairs, more)),
        (error) => error instanceof Refusal && error.reason === 'malformed',
      );
    });

  it('takes an ordinary request for unambiguous', () => {
    refuseAmbiguous(
      messageOf([
        ['Host', 'a'],
        ['Content-Length', '1'],
        ['Accept', 'x'],
        ['Accept', 'y'],
      ]),
    );
    assert.deepEqual(
      passedHeaders(
        messageOf([
          ['Accept', 'x'],
          ['Accept', 'y'],
        ]),
      ).length,
      4,
    );
  });

  it('never passes a header of one hop, whatever else there is', () => {
    const name = fc.constantFrom(
      'Connection',
      'TE',
      'Upgrade',
      'X-Page',
      'Accept',
      'Keep-Alive',
      'X-Internal-Y',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.constantFrom('close', 'x-page', 'v'))), (pairs) => {
        const passed = passedHeaders(messageOf(pairs)).filter((_, at) => at % 2 === 0);
        assert.deepEqual(
          passed.filter((one) => !['X-Page', 'Accept'].includes(one)),
          [],
        );
      }),
    );
  });
});
