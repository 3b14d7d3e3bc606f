import assert from 'node:assert/strict';
import { DEFAULT_CAPS } from '../caps.ts';
import type { FetchFailure } from '../failure.ts';
import { ProtocolError } from './connection.ts';
import { fence } from './fence.ts';
import type { Tab } from './tab.ts';

/** A fenced tab whose browser answers as told. */
function fenced(answer: () => Promise<unknown> = async () => ({})) {
  const handlers = new Map<string, (event: unknown) => void>();
  const bounded: unknown[] = [];
  const failures: FetchFailure[] = [];
  const session = {
    on: (event: string, handler: (event: unknown) => void) => void handlers.set(event, handler),
    send: (_command: string, what: unknown) => {
      bounded.push(what);
      return answer();
    },
  };
  const counts = { dialogs: 0, popups: 0, downloads: 0, helpers: 0 };
  fence({ session } as unknown as Tab, DEFAULT_CAPS, counts, (failure) => failures.push(failure));
  const open = async (url: string, type = 'Document'): Promise<void> => {
    handlers.get('Network.requestWillBeSent')?.({ type, request: { url } });
    await new Promise(setImmediate);
  };
  return { open, bounded, failures };
}

describe('what a page may store', () => {
  it('C29 is bounded once for each origin of a document, before it comes', async () => {
    const { open, bounded, failures } = fenced();
    for (const url of [
      'https://a.test/1',
      'https://a.test/2',
      'http://a.test/',
      'data:text/html,x',
    ])
      await open(url);
    await open('https://img.test/x.png', 'Image');
    const quotaSize = DEFAULT_CAPS.storageBytes;
    assert.deepEqual(bounded, [
      { origin: 'https://a.test', quotaSize },
      { origin: 'http://a.test', quotaSize },
    ]);
    assert.deepEqual(failures, []);
  });

  it('C29 ends the fetch where the browser does not take the bound', async () => {
    const { open, failures } = fenced(() => Promise.reject(new ProtocolError('no such command')));
    await open('https://a.test/');
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['internal'],
    );
  });

  it('leaves it to others to tell of a browser that is gone', async () => {
    const { open, failures } = fenced(() => Promise.reject(new ProtocolError('gone', true)));
    await open('https://a.test/');
    assert.deepEqual(failures, []);
  });

  it('C29 is bounded for no end of sites that one frame goes through', async () => {
    const { open, failures } = fenced();
    for (let at = 0; at < 200; at += 1) await open(`https://s${at}.test/`);
    assert.deepEqual(failures, []);
    await open('https://last.test/');
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['limitExceeded'],
    );
  });
});
