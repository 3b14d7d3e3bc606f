import assert from 'node:assert/strict';
import {
  browserWords,
  reasonWords,
  stageWord,
  stripWords,
  undeterminedWords,
} from './web/src/parts/words.ts';
import { speakEnglish, speakGerman } from './testing/english.ts';

describe('reasons in words', () => {
  afterEach(speakEnglish);

  it('says what a known reason means', () => {
    assert.equal(reasonWords('sameText'), 'the same text as before');
  });

  it('takes an unknown reason apart', () => {
    assert.equal(reasonWords('pondForbidden'), 'pond forbidden');
    assert.equal(reasonWords('pond_not_configured'), 'pond not configured');
  });

  it('says the same of a check in German', () => {
    speakGerman();
    assert.deepEqual(
      [
        reasonWords('addressForbidden'),
        reasonWords('no_evidence'),
        undeterminedWords('no_evidence'),
        stageWord('judged'),
      ],
      ['Adresse nicht erlaubt', 'kein Beleg', 'kein Beleg', 'beurteilt'],
    );
  });
});

describe('the last checks in words', () => {
  it('counts what became of them, and leaves out what did not happen', () => {
    const outcomes = ['Alerted', 'Unchanged', 'Suppressed', 'Changed', 'Unchanged', 'Missed'];
    assert.equal(
      stripWords(outcomes.map((outcome) => ({ outcome }))),
      'Last 6 checks: 1 told, 2 changed, 2 unchanged, 1 not judgeable',
    );
  });
});

describe('browsers in words', () => {
  for (const [userAgent, words] of [
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36',
      'Chrome on Linux',
    ],
    ['curl/8.0', 'an unknown program'],
    [null, 'an unknown program'],
  ] as const)
    it(`says ${words} for ${userAgent?.slice(-40) ?? 'nothing'}`, () => {
      assert.equal(browserWords(userAgent), words);
    });
});
