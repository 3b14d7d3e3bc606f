import assert from 'node:assert/strict';
import { collect } from './steps.ts';

describe('operator: parts of one pass', () => {
  const fails = (text: string) => () => Promise.reject(new Error(text));

  it('go on when one of them fails, and the pass fails for its reason', async () => {
    const work = collect(new AbortController().signal);
    assert.equal(await work.attempt('keys', fails('no answer')), undefined);
    assert.equal(await work.attempt('pools', async () => 7), 7);
    assert.throws(() => work.finish(), /^Error: keys: no answer$/);
  });
  it('name every reason when several fail', async () => {
    const work = collect(new AbortController().signal);
    await work.attempt('keys', fails('one'));
    await work.attempt('pools', fails('two'));
    assert.throws(() => work.finish(), /keys: one; pools: two/);
  });
  it('end well when none fails', async () => {
    const work = collect(new AbortController().signal);
    await work.attempt('keys', async () => undefined);
    work.finish();
  });
  it('end at once when the process stops', async () => {
    const stopping = new AbortController();
    const work = collect(stopping.signal);
    const stopped = work.attempt('keys', async () => {
      stopping.abort(new Error('stopped'));
      throw new Error('cut off');
    });
    await assert.rejects(stopped, /^Error: stopped$/);
  });
});
