import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Response } from 'express';
import { HttpError } from '../core/errors.ts';
import { createEventHub, type EventHub } from './events.ts';

const OFTEN = { heartbeatMs: 60_000, askEveryMs: 1, unsureForMs: 60_000 };

/** As much of a response as a stream needs. */
class FakeResponse extends EventEmitter {
  readonly written: string[] = [];
  writableLength = 0;
  writeHead(): void {}
  write(text: string): void {
    this.written.push(text);
  }
  destroy(): void {
    this.emit('close');
  }
}

describe('the streams of events', () => {
  let hub: EventHub;
  let response: FakeResponse;

  beforeEach(() => (response = new FakeResponse()));
  afterEach(() => hub.close());

  /** Opens a stream; resolves after so many answers to whether its caller stands. */
  const open = (answers: readonly (() => Promise<boolean>)[]): Promise<void> =>
    new Promise((resolve) => {
      let asked = 0;
      hub.stream('team', response as unknown as Response, () => {
        const answer = answers[asked];
        asked += 1;
        if (asked > answers.length) resolve();
        return answer ? answer() : Promise.resolve(true);
      });
    });
  const refuse = (code: 'unauthorized' | 'unavailable') => () =>
    Promise.reject(new HttpError(code, 'no'));

  it('go on while their caller stands', async () => {
    hub = createEventHub(OFTEN);
    await open([() => Promise.resolve(true), () => Promise.resolve(true)]);
    assert.equal(hub.open, 1);
  });

  for (const [what, answer] of [
    ['has ended', refuse('unauthorized')],
    ['is another', () => Promise.resolve(false)],
  ] as const)
    it(`A11 end when their caller ${what}`, async () => {
      hub = createEventHub(OFTEN);
      void open([() => Promise.resolve(true), answer]);
      await once(response, 'close');
      assert.equal(hub.open, 0);
    });

  it('outlive a database that is away for a moment', async () => {
    hub = createEventHub(OFTEN);
    await open([refuse('unavailable'), refuse('unavailable')]);
    assert.equal(hub.open, 1);
  });

  it('A12 end when nobody could say for too long whether their caller stands', async () => {
    hub = createEventHub({ ...OFTEN, unsureForMs: 20 });
    void open([() => new Promise(() => {})]);
    await once(response, 'close');
    assert.equal(hub.open, 0);
  });

  it('ask nobody about a caller whose stream they have just ended', async () => {
    hub = createEventHub({ ...OFTEN, unsureForMs: -1 });
    let asked = 0;
    hub.stream('team', response as unknown as Response, () => {
      asked += 1;
      return Promise.resolve(true);
    });
    await once(response, 'close');
    assert.equal(asked, 0);
  });

  it('are written to while they are open and not after', async () => {
    hub = createEventHub({ ...OFTEN, askEveryMs: 60_000 });
    void open([]);
    hub.publish({ workspace: 'team', kind: 'check', id: 'own' });
    hub.publish({ workspace: 'other', kind: 'check', id: 'foreign' });
    response.destroy();
    hub.publish({ workspace: 'team', kind: 'check', id: 'late' });
    assert.deepEqual(response.written, [
      'retry: 2000\nid: 0\n\n',
      'data: {"kind":"check","id":"own"}\n\n',
    ]);
  });

  it('say by an event that they live, which others do not take for one of theirs', async () => {
    hub = createEventHub({ ...OFTEN, heartbeatMs: 1 });
    const beat = new Promise<string>((resolve) => {
      response.write = (text) => text.startsWith('event') && resolve(text);
    });
    void open([]);
    assert.equal(await beat, 'event: beat\ndata: {}\n\n');
  });

  it('tell a caller who had a stream before that something may have been missed', () => {
    hub = createEventHub({ ...OFTEN, askEveryMs: 60_000 });
    hub.stream('team', response as unknown as Response, () => Promise.resolve(true), true);
    assert.match(response.written.join(''), /data: \{"kind":"gap"\}\n\n$/);
  });
});
