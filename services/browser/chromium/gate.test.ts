import assert from 'node:assert/strict';
import { ProtocolError } from './connection.ts';
import { gateFrames } from './gate.ts';

interface Call {
  readonly command: string;
  readonly params: { readonly requestId?: string };
  readonly answer: PromiseWithResolvers<object>;
}

describe('the gate of frames', () => {
  let calls: Call[];
  let pause: (requestId: string, frameId: string) => void;
  beforeEach(async () => {
    calls = [];
    const connection = {
      send: (command: string, params = {}): Promise<object> => {
        if (command === 'Fetch.enable') return Promise.resolve({});
        const answer = Promise.withResolvers<object>();
        calls.push({ command, params, answer });
        return answer.promise;
      },
      on: (_event: string, listener: (content: object) => void) => {
        pause = (requestId, frameId) => listener({ requestId, frameId, request: {} });
      },
    };
    await gateFrames(connection as never, (frameId) => frameId.startsWith('page'));
  });

  const sent = (): string[] =>
    calls.map(({ command, params }) => params.requestId ?? command.replace('Browser.', ''));
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const answer = async (): Promise<void> => {
    calls.at(-1)?.answer.resolve({});
    await turn();
  };

  it('C30 lets a frame in when the browser has told what the one before began', async () => {
    for (const name of ['a', 'b', 'c']) pause(name, `frame ${name}`);
    await turn();
    assert.deepEqual(sent(), ['a']);
    await answer();
    assert.deepEqual(sent(), ['a', 'getVersion']);
    await answer();
    assert.deepEqual(sent(), ['a', 'getVersion', 'b']);
    await answer();
    await answer();
    assert.deepEqual(sent(), ['a', 'getVersion', 'b', 'getVersion', 'c']);
  });

  it('lets the page of a tab in at once, whoever waits', async () => {
    pause('frame', 'frame 1');
    pause('document', 'page 1');
    await turn();
    assert.deepEqual(sent(), ['frame', 'document']);
  });

  it('opens again for what comes later', async () => {
    pause('a', 'frame 1');
    await answer();
    await answer();
    pause('b', 'frame 2');
    assert.deepEqual(sent(), ['a', 'getVersion', 'b']);
  });

  it('goes on when a frame has gone with its page', async () => {
    pause('a', 'frame 1');
    pause('b', 'frame 2');
    calls[0]?.answer.reject(new ProtocolError('Fetch.continueRequest: Invalid InterceptionId.'));
    await turn();
    await answer();
    assert.deepEqual(sent(), ['a', 'getVersion', 'b']);
  });
});
