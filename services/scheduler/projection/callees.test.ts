import assert from 'node:assert/strict';
import { calleesOf } from './callees.ts';

const urls = {
  browserUrl: 'http://b:1',
  llmUrl: 'http://l:2',
  notificationUrl: 'http://n:3',
  egressUrl: 'http://e:4',
};
const pool = (url: string, keyring: string) => ({
  namespace: 'team',
  name: 'own',
  url,
  keyring,
  perCheck: false,
});

describe('everybody whom the scheduler calls', () => {
  it('is its own services where no monitor has a pool', () => {
    assert.deepEqual(
      calleesOf(urls, [{ browser: null, llm: null }]).map(({ url }) => url),
      Object.values(urls),
    );
  });

  it('is each pool of a monitor besides, once, with its keyring', () => {
    const browser = pool('http://p:1', 'browser/team');
    const llm = pool('http://m:2', 'llm');
    const bound = [
      { browser, llm },
      { browser, llm: null },
    ];
    assert.deepEqual(calleesOf(urls, bound).slice(4), [
      { service: 'browser', url: 'http://p:1', keyring: 'browser/team' },
      { service: 'llm', url: 'http://m:2', keyring: 'llm' },
    ]);
  });
});
