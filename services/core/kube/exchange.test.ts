import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NoAnswerError } from './errors.ts';
import { linesOf, open, textOf, type Request } from './exchange.ts';

const request: Request = { method: 'GET', path: '/x?limit=1' };
const never = new AbortController().signal;

describe('kube: exchange', () => {
  const server = createServer((_request, response) => response.end('one\ntwo\nthree and more'));
  const agent = new Agent();
  let response: IncomingMessage;
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    agent.destroy();
    server.close();
  });
  beforeEach(async () => {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    response = await open(url, { agent, headers: {} }, request, never);
  });
  const isTooLong = (error: unknown): boolean =>
    error instanceof NoAnswerError &&
    error.message === 'GET /x: the answer is longer than 10 bytes';

  it('reads no more of a body than it may', async () => {
    await assert.rejects(textOf(response, request, never, 10), isTooLong);
    assert.equal(response.destroyed, true);
  });

  it('reads no more of a line than it may', async () => {
    const lines: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const line of linesOf(response, request, never, 10)) lines.push(line);
    };
    await assert.rejects(reading, isTooLong);
    assert.deepEqual([lines, response.destroyed], [['one', 'two'], true]);
  });
});
