/** Small builders for the tests of the judgement: pages, hunks, claims, answers, findings. */
import { createHash } from 'node:crypto';
import type { FindingRecord } from './alert.ts';
import type { ConditionResult } from './condition.ts';
import type { Candidate } from './finding.ts';
import type { SourceEvidence } from './place.ts';
import type { Block, Claim, Hunk, JudgeAnswer, NormalText, Verdict, WordChange } from './types.ts';

/** A page of these lines; a line that begins with `#` is a heading, its own and that of those below. */
export function page(...lines: readonly string[]): NormalText {
  let section = '';
  const blocks: Block[] = lines.map((text) => {
    if (/^#{1,6} /.test(text)) section = text.replace(/^#+ /, '');
    return { text, section };
  });
  const text = lines.join('\n');
  return { blocks, text, hash: createHash('sha256').update(text).digest('hex') };
}

/** A hunk of one changed line; words that both lines have in the same place are equal. */
export function changed(section: string, before: string, after: string): Hunk {
  const old = before.split(/(?<=\s)/);
  const now = after.split(/(?<=\s)/);
  const words = Array.from({ length: Math.max(old.length, now.length) }, (_, i): WordChange[] =>
    old[i] === now[i]
      ? [{ op: 'equal', text: old[i] ?? '' }]
      : [
          { op: 'removed', text: old[i] ?? '' },
          { op: 'added', text: now[i] ?? '' },
        ],
  ).flat();
  return hunk({ kind: 'changed', section, before, after, words });
}

export const hunk = (parts: Partial<Hunk>): Hunk => ({
  id: 'h1',
  kind: 'changed',
  section: '',
  before: '',
  after: '',
  context: { above: '', below: '' },
  words: [],
  ...parts,
});

/** The shop that most tests look at: the widget's price falls from 40 to 35, another stays. */
export const shop: SourceEvidence = {
  source: 'shop',
  before: page('# Widget', 'Price: 40.00 €', 'In stock', '# Gadget', 'Price: 99 €'),
  after: page('# Widget', 'Price: 35.00 €', 'In stock', '# Gadget', 'Price: 99 €'),
  hunks: [changed('Widget', 'Price: 40.00 €', 'Price: 35.00 €')],
};

export const claim = (parts: Partial<Claim> = {}): Claim => ({
  kind: 'changed',
  subject: 'Widget price',
  before: '40.00 €',
  after: '35.00 €',
  quote: 'Price: 35.00 €',
  side: 'after',
  ...parts,
});

export const answer = (parts: Partial<JudgeAnswer> = {}): JudgeAnswer => ({
  verdict: 'match',
  relevance: 90,
  summary: 'The widget costs 35.00 € instead of 40.00 €.',
  severity: 'warning',
  claims: [claim()],
  reason: 'The price fell.',
  code: 'changed',
  ...parts,
});

export const verdict = (parts: Partial<Verdict> = {}): Verdict => ({
  verdict: 'match',
  relevance: 90,
  summary: 'The widget costs 35.00 € instead of 40.00 €.',
  severity: 'warning',
  claims: [{ ...claim(), source: 'shop' }],
  droppedClaims: [],
  reason: 'The price fell.',
  code: 'changed',
  instructionInPage: false,
  ...parts,
});

export const result = (parts: Partial<ConditionResult> = {}): ConditionResult => ({
  name: 'cheap',
  then: 'Alert',
  source: 'shop',
  holds: true,
  isTrue: true,
  kind: 'value',
  subject: 'cheap',
  before: '40 €',
  after: '35 €',
  evidence: '35 €',
  problem: null,
  ...parts,
});

export const candidate = (parts: Partial<Candidate> = {}): Candidate => ({
  fingerprint: 'f35',
  origin: 'claim',
  source: 'shop',
  subject: 'Widget price',
  kind: 'changed',
  value: '35.00 €',
  severity: 'warning',
  title: 'Widget price: 40.00 € → 35.00 €',
  summary: 'The widget is cheaper.',
  claims: [],
  verdict: 'match',
  why: null,
  ...parts,
});

export const finding = (parts: Partial<FindingRecord> = {}): FindingRecord => ({
  fingerprint: 'f35',
  source: 'shop',
  subject: 'Widget price',
  origin: 'claim',
  state: 'open',
  occurrence: 1,
  snoozedUntil: null,
  lastAlertAt: new Date('2026-11-25T09:00:00Z'),
  held: false,
  cooldownUntil: null,
  ...parts,
});
