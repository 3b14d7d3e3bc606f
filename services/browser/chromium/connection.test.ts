import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { connect, type Connection } from './connection.ts';

interface Wire {
  readonly connection: Connection;
  /** Messages that the browser was sent. */
  readonly sent: () => { id: number; method: string; sessionId?: string }[];
  /** Text as it comes from the browser. */
  readonly input: PassThrough;
}

function makeWire(): Wire {
  const output = new PassThrough();
  const input = new PassThrough();
  const sent = (): { id: number; method: string; sessionId?: string }[] =>
    String(output.read() ?? '')
      .split('\0')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text));
  return { connection: connect(output, input), sent, input };
}

const pass = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('DevTools connection', () => {
  it('gives each answer to its command', async () => {
    const { connection, input } = makeWire();
    const version = connection.send('Browser.getVersion');
    const context = connection.send('Target.setDiscoverTargets', { discover: true });
    input.write('{"id":2,"result":{}}\0{"id":1,"result":{"product":"p","userAgent":"u"}}\0');
    assert.deepEqual(await version, { product: 'p', userAgent: 'u' });
    assert.deepEqual(await context, {});
  });

  it('puts messages together that come in pieces', async () => {
    const { connection, input } = makeWire();
    const version = connection.send('Browser.getVersion');
    for (const piece of ['{"id":1,"res', 'ult":{"product":"', 'ä"}}', '\0']) input.write(piece);
    assert.equal((await version).product, 'ä');
  });

  it('rejects a command that the browser refuses', async () => {
    const { connection, input } = makeWire();
    const answer = connection.send('Browser.getVersion');
    input.write('{"id":1,"error":{"message":"no such thing"}}\0');
    await assert.rejects(answer, /Browser.getVersion: no such thing/);
  });

  it('hears events of its own session only', async () => {
    const { connection, input } = makeWire();
    const heard: string[] = [];
    connection.session('s1').on('Page.frameNavigated', ({ frame }) => heard.push(frame.url));
    input.write(
      '{"method":"Page.frameNavigated","params":{"frame":{"url":"two"}},"sessionId":"s2"}\0',
    );
    input.write(
      '{"method":"Page.frameNavigated","params":{"frame":{"url":"one"}},"sessionId":"s1"}\0',
    );
    await pass();
    assert.deepEqual(heard, ['one']);
  });

  it('sends the commands of one turn with one write, in their order', async () => {
    const writes: string[] = [];
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => done(void writes.push(String(chunk))),
      writev: (chunks, done) => done(void writes.push(chunks.map(({ chunk }) => chunk).join(''))),
    });
    const connection = connect(output, new PassThrough());
    for (let n = 0; n < 3; n += 1) void connection.send('Browser.getVersion');
    await pass();
    void connection.send('Browser.getVersion');
    await pass();
    const ids = writes.map((text) => [...text.matchAll(/"id":(\d)/g)].map(([, id]) => id).join(''));
    assert.deepEqual(ids, ['123', '4']);
  });

  it('names the session in its commands', async () => {
    const { connection, sent } = makeWire();
    void connection.session('s1').send('Page.enable');
    await pass();
    assert.equal(sent()[0]?.sessionId, 's1');
  });

  it('fails what is not answered when the browser goes', async () => {
    const { connection, input } = makeWire();
    const answer = connection.send('Browser.getVersion');
    input.destroy();
    await assert.rejects(answer, { name: 'ProtocolError', closed: true });
    await connection.closed;
  });

  it('refuses commands after the browser has gone', async () => {
    const { connection, input } = makeWire();
    input.destroy();
    await connection.closed;
    await assert.rejects(connection.send('Browser.getVersion'), { closed: true });
  });

  it('fails the commands of a session that is detached, and no others', async () => {
    const { connection, input } = makeWire();
    const session = connection.session('s1');
    const lost = session.send('Page.enable');
    const kept = connection.send('Browser.getVersion');
    session.detach();
    input.write('{"id":2,"result":{"product":"p"}}\0');
    await assert.rejects(lost, { closed: true });
    assert.equal((await kept).product, 'p');
  });
});
