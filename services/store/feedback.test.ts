import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { testSpec } from '../core/testing/specs.ts';
import {
  countPrecision,
  feedbackByVerdict,
  giveFeedback,
  listCases,
  listFeedback,
  ownFeedback,
  takeFeedbackBack,
} from './feedback.ts';
import { cutChange, type About } from './feedbackSubject.ts';
import { signInUser } from './identity.ts';
import { later, NOON, seedMonitor } from './testing/monitors.ts';
import { DAY, seedFinding, seedVerdict } from './testing/rows.ts';
import { storeError, useDatabase } from './testing/suite.ts';
import { withTransaction } from './workspace.ts';

describe('feedback', () => {
  const suite = useDatabase({ days: [DAY] });
  const users: string[] = [];
  const MATCH = { verdict: 'match', claims: [{ quote: '35 €' }] };
  const CHANGE = [{ source: 'page', hunks: [{ id: 'h1', before: '40 €', after: '35 €' }] }];

  before(async () => {
    const pool = suite.db.pool('mon_api');
    await suite.scheduler((tx) => seedMonitor(tx, { name: 'shop' }));
    for (const subject of ['anna', 'ben'])
      users.push(
        await withTransaction(pool, async (tx) => {
          const identity = { issuer: 'test', subject, email: null, displayName: subject };
          return (await signInUser(tx, identity, { now: NOON, newId: randomUUID })).id;
        }),
      );
  });
  beforeEach(() => suite.db.pool('postgres').query('DELETE FROM feedback'));

  const verdict = (suppressed: string | null = null, goal = 1): Promise<string> =>
    suite.scheduler((tx) =>
      seedVerdict(tx, {
        suppressed,
        goal_version: goal,
        verdict: JSON.stringify(MATCH),
        change: JSON.stringify(CHANGE),
      }),
    );
  const say = (about: About, agrees: boolean, user = 0, at = NOON, why = '') =>
    suite.api((tx) =>
      giveFeedback(tx, 'team', { about, userId: users[user] ?? '', agrees, why, at }),
    );
  const words = async (about: About) =>
    (await suite.api((tx) => listFeedback(tx, 'team', about))).map(({ agrees, why }) => [
      agrees,
      why,
    ]);
  const cases = async (monitor?: string) =>
    (await suite.api((tx) => listCases(tx, 'team', { monitor }))).items;

  it('is one word a person, which the next one takes the place of', async () => {
    const about: About = { kind: 'verdict', id: await verdict() };
    await say(about, true, 0, NOON, 'that is it');
    await say(about, false, 0, later(NOON, 1), 'no, wrong size');
    await say(about, true, 1);
    assert.deepEqual(await words(about), [
      [false, 'no, wrong size'],
      [true, ''],
    ]);
  });

  it('of many verdicts is read at once, and of those alone', async () => {
    const [one, two, three] = [await verdict(), await verdict(), await verdict()];
    await say({ kind: 'verdict', id: one }, true, 0, NOON);
    await say({ kind: 'verdict', id: one }, false, 1, later(NOON, 1));
    await say({ kind: 'verdict', id: three }, true);
    const said = await suite.api((tx) => feedbackByVerdict(tx, 'team', [one, two]));
    assert.deepEqual([...said.keys()], [one]);
    assert.deepEqual(
      said.get(one)?.map(({ agrees }) => agrees),
      [false, true],
    );
  });

  it('of a finding is kept as one of its verdict', async () => {
    const id = await verdict();
    const finding = await suite.scheduler((tx) => seedFinding(tx, { verdict_id: id }));
    await say({ kind: 'finding', id: finding }, true);
    assert.deepEqual(await words({ kind: 'verdict', id }), [[true, '']]);
    await suite.api((tx) =>
      takeFeedbackBack(tx, 'team', { kind: 'finding', id: finding }, users[0] ?? ''),
    );
    assert.deepEqual(await words({ kind: 'verdict', id }), []);
  });

  it('of a finding that no model judged is one of the finding', async () => {
    const id = await suite.scheduler((tx) => seedFinding(tx));
    await say({ kind: 'finding', id }, false);
    const own = await suite.api((tx) => ownFeedback(tx, 'team', users[0] ?? '', [id]));
    assert.deepEqual([...own], [[id, false]]);
    assert.equal((await cases())[0]?.judged.verdict, null);
  });

  it('is taken back by whoever gave it alone', async () => {
    const about: About = { kind: 'verdict', id: await verdict() };
    await say(about, true, 0);
    await suite.api((tx) => takeFeedbackBack(tx, 'team', about, users[1] ?? ''));
    assert.equal((await words(about)).length, 1);
    await suite.api((tx) => takeFeedbackBack(tx, 'team', about, users[0] ?? ''));
    assert.equal((await words(about)).length, 0);
  });

  it('counts the newest word on each verdict, told and silent apart', async () => {
    const [told, false_, silent] = [await verdict(), await verdict(), await verdict('noMatch')];
    await say({ kind: 'verdict', id: told }, false, 0, NOON);
    await say({ kind: 'verdict', id: told }, true, 1, later(NOON, 1));
    await say({ kind: 'verdict', id: false_ }, false);
    await say({ kind: 'verdict', id: silent }, true);
    const counted = await suite.api((tx) => countPrecision(tx, 'team', 'shop'));
    assert.deepEqual(counted, { told: { right: 1, wrong: 1 }, silent: { right: 1, wrong: 0 } });
  });

  it('keeps a case when its history is gone', async () => {
    await say({ kind: 'verdict', id: await verdict() }, true, 0, NOON, 'yes');
    await suite.db.pool('postgres').query('DELETE FROM verdicts');
    const [found] = await cases('shop');
    assert.deepEqual(
      [found?.judged.goal, found?.judged.claims, found?.judged.change, found?.why],
      [
        { prompt: testSpec().goal.prompt, kind: 'Change', language: 'en' },
        MATCH.claims,
        CHANGE,
        'yes',
      ],
    );
  });

  it('names no goal for a verdict of an earlier one', async () => {
    await say({ kind: 'verdict', id: await verdict(null, 7) }, true);
    assert.equal((await cases())[0]?.judged.goal, null);
  });

  it('pages through cases of one moment without losing any', async () => {
    for (let count = 0; count < 5; count += 1)
      await say({ kind: 'verdict', id: await verdict() }, true, count % 2);
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page = await suite.api((tx) => listCases(tx, 'team', { limit: 2, cursor }));
      for (const { about } of page.items) seen.add(about.id);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    assert.equal(seen.size, 5);
  });

  it('goes with the person who gave it', async () => {
    const id = await verdict();
    const pool = suite.db.pool('mon_api');
    const identity = { issuer: 'test', subject: 'gone', email: null, displayName: 'gone' };
    const user = await withTransaction(pool, (tx) =>
      signInUser(tx, identity, { now: NOON, newId: randomUUID }),
    );
    users[2] = user.id;
    await say({ kind: 'verdict', id }, true, 2);
    await withTransaction(pool, (tx) => tx.query('DELETE FROM users WHERE id = $1', [user.id]));
    assert.deepEqual(await words({ kind: 'verdict', id }), []);
  });

  it('E1 of another workspace is not found', async () => {
    const id = await verdict();
    const about: About = { kind: 'verdict', id };
    const given = { about, userId: users[0] ?? '', agrees: true, why: '', at: NOON };
    await assert.rejects(
      suite.api((tx) => giveFeedback(tx, 'other', given), 'other'),
      storeError('notFound'),
    );
    await say(about, true);
    const seen = await suite.api((tx) => listCases(tx, 'team', {}), 'other');
    assert.deepEqual(seen.items, []);
  });

  it('cuts a long change at a whole hunk', () => {
    const hunks = ['a', 'b', 'c'].map((id) => ({ id, after: 'x'.repeat(100) }));
    const [part] = cutChange([{ source: 'page', hunks }], 300) as { hunks: { id: string }[] }[];
    assert.deepEqual(
      part?.hunks.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual(cutChange(null), []);
  });
});
