/** The history of a monitor, one row of each kind, for tests of what pages say. */
import { newId } from '../../core/ids.ts';
import { putBlob } from '../../store/blobs.ts';
import {
  insertRow,
  seedAlert,
  seedCheck,
  seedDelivery,
  seedFinding,
  seedSnapshot,
  seedVerdict,
} from '../../store/testing/rows.ts';
import type { Tx } from '../../store/workspace.ts';

const CLAIM = {
  source: 'page',
  kind: 'changed',
  subject: 'Preis',
  before: '40 €',
  after: '35 €',
  quote: 'Preis: 35 €',
  side: 'after',
};

const HUNK = {
  id: 'h1',
  kind: 'changed',
  section: 'Enten',
  before: 'Preis: 40 €',
  after: 'Preis: 35 €',
  context: { above: 'Laden', below: '' },
  words: [
    { op: 'equal', text: 'Preis: ' },
    { op: 'removed', text: '40' },
    { op: 'added', text: '35' },
    { op: 'equal', text: ' €' },
  ],
};
const VERDICT = {
  verdict: 'match',
  relevance: 80,
  summary: 'Der Preis fiel.',
  reason: 'Er fiel unter 40 €.',
  claims: [CLAIM],
  droppedClaims: [],
};
const PROVENANCE = {
  model: 'duck-1',
  promptVersion: 'p1',
  cacheHit: false,
  tokensIn: 321,
  tokensOut: 45,
  costUsd: '0.000123',
};

interface Ids {
  readonly at: Date;
  readonly check: string;
  readonly finding: string;
}

/** A check that was judged, one that failed, findings, a delivery and values of the monitor `shop`. */
export async function seedHistory(tx: Tx, { at, check, finding }: Ids): Promise<void> {
  await seedJudged(tx, at, check);
  await seedCheck(tx, { at, outcome: 'Failed', message: 'The page is away' });
  const claims = JSON.stringify([CLAIM]);
  await seedFinding(tx, { id: finding, check_id: check, verdict: 'match', claims });
  await seedFinding(tx, { state: 'resolved', title: 'Something was gone' });
  const alert = await seedAlert(tx);
  await seedDelivery(tx, { alert_id: alert, channel: 'hook', last_error: 'The status is 500' });
  for (const [minutes, number] of [
    [60, '40'],
    [30, '35'],
  ] as const)
    await insertRow(tx, 'value_points', {
      workspace_id: 'team-a',
      monitor: 'shop',
      source: 'page',
      at: new Date(at.getTime() - minutes * 60_000),
      check_id: newId(),
      retention_days: 30,
      name: 'preis',
      number,
      unit: 'EUR',
      found: `${number} €`,
    });
}

async function seedJudged(tx: Tx, at: Date, check: string): Promise<void> {
  const content = Buffer.from('Laden\nPreis: 35 €');
  const keepUntil = new Date('2027-01-01');
  const text = await putBlob(tx, 'team-a', { mediaType: 'text/plain', content, keepUntil }, at);
  const verdict = await seedVerdict(tx, {
    check_id: check,
    at,
    suppressed: 'noMatch',
    verdict: JSON.stringify(VERDICT),
    provenance: JSON.stringify(PROVENANCE),
    change: JSON.stringify([{ source: 'page', hunks: [HUNK] }]),
  });
  const outcome = { outcome: 'Suppressed', stage: 'evidence', reason: 'noMatch' };
  await seedCheck(tx, { id: check, at, ...outcome, verdict_id: verdict });
  await seedSnapshot(tx, { check_id: check, at, text_blob: text });
}
