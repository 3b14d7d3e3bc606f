import assert from 'node:assert/strict';
import { problemWords, signInAddress } from './web/src/parts/signInWords.ts';
import './testing/english.ts';

describe('the words of a sign-in that did not come about', () => {
  for (const problem of ['expired', 'cancelled', 'refused', 'disabled', 'failed', 'down'])
    it(`say for ${problem} what happened and what to do`, () => {
      const words = problemWords(problem, 'Google');
      assert.ok(words && words.title !== '' && words.text !== '' && words.next !== '');
    });

  it('are those of a failure for a problem that nobody knows', () => {
    for (const problem of ['x', '', 'constructor'])
      assert.deepEqual(problemWords(problem, 'Google'), problemWords('failed', 'Google'));
  });

  it('are none when nothing was wrong', () => {
    assert.equal(problemWords(null, 'Google'), undefined);
  });
});

describe('the address that begins a sign-in', () => {
  it('takes the place along that the person was at', () => {
    assert.equal(
      signInAddress('https://m.example/start', '/monitors/a?x=1'),
      'https://m.example/start?returnTo=%2Fmonitors%2Fa%3Fx%3D1',
    );
  });

  it('takes no page of the sign-in along', () => {
    assert.equal(
      signInAddress('https://m.example/start', '/sign-in?problem=down'),
      'https://m.example/start',
    );
  });
});
