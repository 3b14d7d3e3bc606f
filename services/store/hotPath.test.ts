import assert from 'node:assert/strict';
import type pg from 'pg';
import { newId } from '../core/ids.ts';
import type { JudgeAnswer, Provenance } from '../domain/types.ts';
import { getText, putBlob } from './blobs.ts';
import { pruneCache, readCache, writeCache } from './cache.ts';
import { claimOldest, type Claim } from './claim.ts';
import { renewLeases } from './lease.ts';
import {
  commitCheck,
  commitUnchanged,
  retentionClass,
  type CheckRecord,
  type CommitTarget,
  type UnchangedRow,
} from './commit.ts';
import {
  channelFullUntil,
  claimDeliveries,
  finishDelivery,
  nextDeliveryAt,
  recoverDeliveries,
  type DeliveryClaim,
} from './outbox.ts';
import {
  collectBlobs,
  dropExpiredPartitions,
  dueTellings,
  ensurePartitions,
  nextTellingAt,
  trimChecks,
} from './sweep.ts';
import type { AlertRow, FindingRow } from './telling.ts';
import { NOON, later, seedMonitor, seedWorkspaces } from './testing/monitors.ts';
import { testDatabase, type TestDatabase } from './testing/postgres.ts';
import { withWorkspace } from './workspace.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the hot path', () => {
  let db: TestDatabase;
  let pool: pg.Pool;
  beforeEach(async () => {
    db = await testDatabase();
    pool = db.pool('mon_scheduler');
    await db.ensureDays('2026-03-10');
    await seedWorkspaces(db, 'team', 'other');
  });
  afterEach(() => db.close());

  type Row = Record<string, unknown>;
  const rowsOf = (table: string, workspace = 'team'): Promise<Row[]> =>
    withWorkspace(
      pool,
      workspace,
      async (tx) =>
        (await tx.query<Row>(`SELECT * FROM ${table} WHERE workspace_id = $1`, [workspace])).rows,
    );
  const claimOne = async (name = 'shop', workspace = 'team'): Promise<Claim> => {
    await seedMonitor(pool, { workspace, name });
    const claims = await claimOldest(pool, { now: NOON, leaseMs: 60_000, limit: 50, owner: 'one' });
    const claim = claims.find((each) => each.monitor === name && each.workspace === workspace);
    assert.ok(claim);
    return claim;
  };
  const target = (claim: Claim, patch: Partial<CommitTarget> = {}): CommitTarget => ({
    workspace: claim.workspace,
    monitor: claim.monitor,
    token: claim.token,
    generation: claim.generation,
    retention: 30,
    now: NOON,
    fingerprints: [],
    ...patch,
  });
  const record = (patch: Partial<CheckRecord> = {}): CheckRecord => ({
    check: {
      id: newId(),
      at: NOON,
      trigger: 'schedule',
      slot: NOON,
      generation: 1,
      goalVersion: 1,
      runRequest: null,
      outcome: 'Alerted',
      stage: 'alerted',
      reason: null,
      message: null,
      sources: [],
      verdict: null,
      relevance: null,
      durationMs: 5,
      tokensIn: 0,
      tokensOut: 0,
      costUsd: '0',
    },
    monitor: {
      wakeAt: later(NOON, HOUR),
      nextSlot: later(NOON, HOUR),
      missed: 0,
      changed: true,
      consecutiveFailures: 0,
      failureAlerted: false,
      deaths: 0,
      conditions: [],
      retry: null,
    },
    states: [],
    blobs: [],
    snapshots: [],
    values: [],
    baselines: [],
    verdict: null,
    pending: { put: [], done: [] },
    telling: { findings: [], events: [], alerts: [], tokens: [], newId },
    ...patch,
  });
  const finding = (patch: Partial<FindingRow> = {}): FindingRow => ({
    id: newId(),
    source: 'page',
    fingerprint: 'f1',
    origin: 'claim',
    subject: 'Price',
    kind: 'changed',
    value: '35',
    state: 'open',
    severity: 'warning',
    title: 't',
    summary: 's',
    claims: [],
    verdict: 'match',
    why: null,
    checkId: null,
    verdictId: null,
    firstSeenAt: NOON,
    lastSeenAt: NOON,
    seenCount: 1,
    occurrence: 1,
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    resolvedAt: null,
    lastAlertAt: NOON,
    cooldownUntil: null,
    held: false,
    nextReminderAt: null,
    remindersSent: 0,
    ...patch,
  });
  const alert = (findingId: string | null, patch: Partial<AlertRow> = {}): AlertRow => ({
    id: newId(),
    findingId,
    occurrence: 1,
    kind: 'finding',
    severity: 'warning',
    message: { title: 't' },
    heldUntil: null,
    digestOf: [],
    channels: ['inbox', 'hook'],
    ...patch,
  });
  /** Commits a check that tells through these alerts, one finding each. */
  const tell = async (claim: Claim, alerts: readonly Partial<AlertRow>[]): Promise<void> => {
    const findings = alerts.map((_, index) => finding({ fingerprint: `f${index}` }));
    const telling = {
      findings,
      events: [],
      alerts: alerts.map((patch, index) => alert(findings[index]?.id ?? null, patch)),
      tokens: [],
      newId,
    };
    assert.equal(
      (await commitCheck(pool, target(claim), () => record({ telling }))).kind,
      'committed',
    );
  };

  describe('a commit', () => {
    it('writes check, finding, alert and one delivery a channel together', async () => {
      await tell(await claimOne(), [{}]);
      const counts = await Promise.all(
        ['checks', 'findings', 'alerts', 'deliveries'].map(
          async (table) => (await rowsOf(table)).length,
        ),
      );
      assert.deepEqual(counts, [1, 1, 1, 2]);
    });

    it('ends the lease and sets the next time', async () => {
      const claim = await claimOne();
      await commitCheck(pool, target(claim), () => record());
      const [monitor] = await rowsOf('monitors');
      assert.deepEqual(
        [monitor?.['lease_until'], monitor?.['next_due_at'], monitor?.['slot_at']],
        [null, later(NOON, HOUR), later(NOON, HOUR)],
      );
    });

    it('F6 under an older token writes nothing at all', async () => {
      const claim = await claimOne();
      let asked = false;
      const result = await commitCheck(pool, target(claim, { token: claim.token - 1 }), () => {
        asked = true;
        return record({
          blobs: [{ content: Buffer.from('x'), mediaType: 'text/plain', keepUntil: NOON }],
        });
      });
      assert.deepEqual(
        [result.kind, asked, (await rowsOf('checks')).length, (await rowsOf('blobs')).length],
        ['stale', false, 0, 0],
      );
    });

    it('F6 is written once, however often it is tried', async () => {
      const claim = await claimOne();
      const kinds = await Promise.all(
        Array.from(
          { length: 6 },
          async () => (await commitCheck(pool, target(claim), () => record())).kind,
        ),
      );
      assert.equal(kinds.filter((kind) => kind === 'committed').length, 1);
      assert.equal((await rowsOf('checks')).length, 1);
    });

    it('writes all or nothing: a row that breaks a rule undoes the rest', async () => {
      const claim = await claimOne();
      const telling = {
        findings: [finding()],
        events: [],
        alerts: [alert(newId())],
        tokens: [],
        newId,
      };
      await assert.rejects(commitCheck(pool, target(claim), () => record({ telling })));
      assert.deepEqual(
        [(await rowsOf('checks')).length, (await rowsOf('findings')).length],
        [0, 0],
      );
      assert.notEqual((await rowsOf('monitors'))[0]?.['lease_until'], null);
    });

    it('knows the findings as a person left them', async () => {
      const claim = await claimOne();
      await tell(claim, [{}]);
      await withWorkspace(db.pool('mon_api'), 'team', (tx) =>
        tx.query(`UPDATE findings SET state = 'acknowledged'`),
      );
      await pool.query('UPDATE monitors SET next_due_at = $1', [NOON]);
      const [again] = await claimOldest(pool, { now: NOON, leaseMs: 1000, limit: 1, owner: 'one' });
      assert.ok(again);
      let state = '';
      await commitCheck(pool, target(again), (known) => {
        state = known.findings[0]?.state ?? '';
        return record();
      });
      assert.equal(state, 'acknowledged');
    });

    it('a run that was asked for meanwhile makes the monitor due at once', async () => {
      const claim = await claimOne();
      await pool.query(`UPDATE monitors SET run_request_id = 'r2', buffered = true`);
      await commitCheck(pool, target(claim), () => record());
      assert.deepEqual((await rowsOf('monitors'))[0]?.['next_due_at'], NOON);
    });

    it('a monitor that was suspended meanwhile stays undue', async () => {
      const claim = await claimOne();
      await pool.query('UPDATE monitors SET active = false, next_due_at = NULL');
      await commitCheck(pool, target(claim), () => record());
      assert.equal((await rowsOf('monitors'))[0]?.['next_due_at'], null);
    });

    it('keeps for 7, 30, 90 or 365 days, never shorter than asked', () => {
      assert.deepEqual(
        [1, 7, 8, 30, 31, 91, 400].map(retentionClass),
        [7, 7, 30, 30, 90, 365, 365],
      );
    });
  });

  describe('a commit of unchanged checks', () => {
    const unchanged = (claim: Claim, patch: Partial<UnchangedRow> = {}): UnchangedRow => ({
      workspace: claim.workspace,
      monitor: claim.monitor,
      token: claim.token,
      id: newId(),
      at: NOON,
      retention: 30,
      slot: NOON,
      trigger: 'schedule',
      generation: 1,
      goal: 1,
      outcome: 'Unchanged',
      stage: 'valid',
      reason: 'sameText',
      sources: [{ source: 'page' }],
      duration: 3,
      wake: later(NOON, HOUR),
      nextSlot: later(NOON, HOUR),
      missed: 2,
      handled: null,
      validators: {},
      values: [],
      ...patch,
    });

    it('writes many workspaces in one round trip', async () => {
      const rows = [unchanged(await claimOne('a')), unchanged(await claimOne('b', 'other'))];
      assert.equal((await commitUnchanged(pool, rows)).size, 2);
      assert.deepEqual(
        [(await rowsOf('checks')).length, (await rowsOf('checks', 'other')).length],
        [1, 1],
      );
    });

    it("F6 leaves out the one whose lease is another's, and writes the others", async () => {
      const [a, b] = [unchanged(await claimOne('a')), unchanged(await claimOne('b'))];
      const written = await commitUnchanged(pool, [{ ...a, token: a.token + 1 }, b]);
      assert.deepEqual([...written], [b.id]);
      assert.equal((await rowsOf('checks')).length, 1);
    });

    it('counts missed slots, handles the run and resets what was wrong', async () => {
      const claim = await claimOne();
      await pool.query(
        `UPDATE monitors SET run_request_id = 'r1', deaths = 2, consecutive_failures = 1`,
      );
      await commitUnchanged(pool, [unchanged(claim, { handled: 'r1' })]);
      const [row] = await rowsOf('monitors');
      assert.deepEqual(
        [
          row?.['missed_slots'],
          row?.['last_handled_run_request'],
          row?.['deaths'],
          row?.['consecutive_failures'],
          row?.['next_due_at'],
        ],
        [2, 'r1', 0, 0, later(NOON, HOUR)],
      );
      assert.equal((await rowsOf('checks'))[0]?.['run_request_id'], 'r1');
    });

    it('keeps new validators of a source', async () => {
      const claim = await claimOne();
      await withWorkspace(pool, 'team', (tx) =>
        tx.query(
          `INSERT INTO source_states (workspace_id, monitor, source, spec_hash, updated_at) VALUES ('team', 'shop', 'page', 'h', $1)`,
          [NOON],
        ),
      );
      await commitUnchanged(pool, [unchanged(claim, { validators: { page: { etag: '"2"' } } })]);
      assert.equal((await rowsOf('source_states'))[0]?.['etag'], '"2"');
    });

    it('a run that was asked for or an edit meanwhile makes the monitor due at once', async () => {
      const asked = await claimOne('asked');
      await pool.query(`UPDATE monitors SET run_request_id = 'r2' WHERE name = 'asked'`);
      const edited = await claimOne('edited');
      await pool.query(`UPDATE monitors SET generation = 2 WHERE name = 'edited'`);
      await commitUnchanged(pool, [unchanged(asked), unchanged(edited)]);
      assert.deepEqual(
        (await rowsOf('monitors')).map((row) => row['next_due_at']),
        [NOON, NOON],
      );
    });

    it('of nothing is nothing', async () => {
      assert.equal((await commitUnchanged(pool, [])).size, 0);
    });
  });

  describe('leases', () => {
    it('are moved on while their check runs, and not for one that lost its own', async () => {
      const claim = await claimOne();
      await renewLeases(pool, [{ ...claim, until: later(NOON, HOUR) }]);
      assert.deepEqual((await rowsOf('monitors'))[0]?.['lease_until'], later(NOON, HOUR));
      await renewLeases(pool, [{ ...claim, token: claim.token - 1, until: later(NOON, DAY) }]);
      assert.deepEqual((await rowsOf('monitors'))[0]?.['lease_until'], later(NOON, HOUR));
    });
  });

  describe('the outbox', () => {
    const claimDue = (now = NOON, limit = 10): Promise<DeliveryClaim[]> =>
      claimDeliveries(pool, { now, leaseMs: 60_000, limit, owner: 'one' });
    const stateOf = async (): Promise<unknown[]> =>
      (await rowsOf('deliveries'))
        .filter((row) => row['channel'] === 'hook')
        .map((row) => row['state']);

    it('the inbox is delivered by being written, others wait to be sent', async () => {
      await tell(await claimOne(), [{}]);
      const states = (await rowsOf('deliveries')).map((row) => [
        String(row['channel']),
        row['state'],
      ]);
      assert.deepEqual(Object.fromEntries(states), { hook: 'pending', inbox: 'delivered' });
    });

    it('a claim takes the oldest of each monitor and channel', async () => {
      const claim = await claimOne();
      await tell(claim, [{}, {}]);
      const first = await claimDue();
      assert.equal(first.length, 1);
      await finishDelivery(
        pool,
        first[0] as DeliveryClaim,
        { kind: 'accepted', providerId: null, final: true },
        NOON,
      );
      assert.equal((await claimDue()).length, 1);
    });

    it('is unknown when its lease ends in the middle of a send', async () => {
      await tell(await claimOne(), [{}]);
      await claimDue();
      const [again] = await claimDue(later(NOON, 60_000));
      assert.deepEqual(
        [again?.state, again?.attempts, again?.unknownSince],
        ['unknown', 1, later(NOON, 60_000)],
      );
    });

    it('F6 a dispatcher that lost its lease writes nothing', async () => {
      await tell(await claimOne(), [{}]);
      const [old] = await claimDue();
      await claimDue(later(NOON, 60_000));
      assert.ok(old);
      assert.equal(await finishDelivery(pool, old, { kind: 'dead', error: 'x' }, NOON), false);
      assert.deepEqual(await stateOf(), ['unknown']);
    });

    for (const [outcome, state] of [
      [{ kind: 'accepted', providerId: 'p', final: false }, 'accepted'],
      [{ kind: 'accepted', providerId: 'p', final: true }, 'delivered'],
      [{ kind: 'retry', at: NOON, error: 'e' }, 'pending'],
      [{ kind: 'dead', error: 'e' }, 'dead'],
      [{ kind: 'unknown', at: NOON, error: 'e' }, 'unknown'],
      [{ kind: 'resend', at: NOON }, 'pending'],
      [{ kind: 'defer', at: NOON, error: 'e' }, 'pending'],
    ] as const)
      it(`after ${outcome.kind} it is ${state}`, async () => {
        await tell(await claimOne(), [{}]);
        const [claim] = await claimDue();
        assert.ok(claim);
        assert.equal(await finishDelivery(pool, claim, outcome, NOON), true);
        assert.deepEqual(await stateOf(), [state]);
      });

    it('a deferred one counts no attempt', async () => {
      await tell(await claimOne(), [{}]);
      const [claim] = await claimDue();
      assert.ok(claim);
      await finishDelivery(
        pool,
        claim,
        { kind: 'defer', at: later(NOON, 1), error: 'limit' },
        NOON,
      );
      assert.equal((await claimDue(later(NOON, 1)))[0]?.attempts, 1);
    });

    it("a dead dispatcher's deliveries are due at once", async () => {
      await tell(await claimOne(), [{}]);
      await claimDue();
      assert.equal(await recoverDeliveries(pool, 'two', NOON), 0);
      assert.equal(await recoverDeliveries(pool, 'one', later(NOON, 1)), 1);
      assert.equal((await claimDue(later(NOON, 1))).length, 1);
    });

    it('says when the next one is due', async () => {
      assert.equal(await nextDeliveryAt(pool), undefined);
      await tell(await claimOne(), [{}]);
      assert.deepEqual(await nextDeliveryAt(pool), NOON);
    });

    it('a channel is full while its limit lies in the last hour', async () => {
      const claim = await claimOne();
      await tell(claim, [{}]);
      const [sent] = await claimDue();
      assert.ok(sent);
      await finishDelivery(pool, sent, { kind: 'accepted', providerId: null, final: true }, NOON);
      const full = (limit: number, now: Date): Promise<Date | undefined> =>
        withWorkspace(pool, 'team', (tx) => channelFullUntil(tx, 'team', 'hook', limit, now));
      assert.deepEqual(await full(1, later(NOON, 1)), later(NOON, HOUR));
      assert.equal(await full(2, later(NOON, 1)), undefined);
      assert.equal(await full(1, later(NOON, HOUR)), undefined);
    });
  });

  describe('the verdict cache', () => {
    const cached = {
      answer: { verdict: 'no_match' } as JudgeAnswer,
      provenance: { model: 'm' } as Provenance,
    };

    it('answers what was kept, in its workspace only', async () => {
      await writeCache(pool, 'team', 'k', cached, NOON);
      assert.deepEqual(await readCache(pool, 'team', 'k', NOON), cached);
      assert.equal(await readCache(pool, 'other', 'k', NOON), undefined);
    });

    it('is bounded: the least recently used go first', async () => {
      for (const [index, key] of ['a', 'b', 'c'].entries())
        await writeCache(pool, 'team', key, cached, later(NOON, index));
      await readCache(pool, 'team', 'a', later(NOON, 10));
      assert.equal(await pruneCache(pool, later(NOON, -1), 2), 1);
      assert.equal(await readCache(pool, 'team', 'b', NOON), undefined);
    });

    it('forgets what was not used for long', async () => {
      await writeCache(pool, 'team', 'old', cached, NOON);
      assert.equal(await pruneCache(pool, later(NOON, 1), 100), 1);
    });
  });

  describe('sweeps', () => {
    it('find monitors with held findings, reminders, snoozes and digests that are due, each once', async () => {
      const claim = await claimOne();
      const findings = [
        finding({ fingerprint: 'a', held: true, cooldownUntil: NOON }),
        finding({ fingerprint: 'b', nextReminderAt: NOON }),
        finding({ fingerprint: 'c', state: 'snoozed', snoozedUntil: NOON }),
      ];
      const telling = {
        findings,
        events: [],
        alerts: [alert(findings[0]?.id ?? null, { heldUntil: NOON, channels: [] })],
        tokens: [],
        newId,
      };
      await commitCheck(pool, target(claim), () => record({ telling }));
      assert.deepEqual(await dueTellings(pool, NOON, 10), [{ workspace: 'team', monitor: 'shop' }]);
      assert.deepEqual(await dueTellings(pool, later(NOON, -1), 10), []);
      assert.deepEqual(await nextTellingAt(pool), NOON);
    });

    it('make partitions and drop those past their days', async () => {
      await ensurePartitions(pool, [new Date('2026-01-01T00:00:00Z')]);
      assert.equal(await dropExpiredPartitions(pool, new Date('2026-01-09T00:00:00Z')), 4);
    });

    it('collect blobs past their time, and none that a baseline or a waiting judgement has', async () => {
      const claim = await claimOne();
      const put = (text: string): Promise<string> =>
        withWorkspace(pool, 'team', (tx) =>
          putBlob(
            tx,
            'team',
            { content: Buffer.from(text), mediaType: 'text/plain', keepUntil: NOON },
            NOON,
          ),
        );
      const [loose, based, before, after] = [
        await put('loose'),
        await put('based'),
        await put('before'),
        await put('after'),
      ];
      const sources = [
        {
          source: 'page',
          title: '',
          finalUrl: '',
          afterHash: '',
          beforeBlob: before,
          afterBlob: after,
          afterSnapshot: newId(),
        },
      ];
      const pending = {
        id: newId(),
        checkId: newId(),
        goalVersion: 1,
        createdAt: NOON,
        attempts: 1,
        nextAttemptAt: NOON,
        sources,
      };
      const baseline = {
        source: 'page',
        role: 'LastSeen' as const,
        snapshotId: newId(),
        takenAt: NOON,
        extractor: 'http@1' as const,
        title: '',
        finalUrl: '',
        textHash: '',
        textBlob: based,
        extracted: {},
      };
      await commitCheck(pool, target(claim), () =>
        record({ baselines: [baseline], pending: { put: [pending], done: [] } }),
      );
      assert.equal(await collectBlobs(pool, later(NOON, 1), 100), 1);
      const left: (string | undefined)[] = [];
      for (const hash of [loose, based, before, after])
        left.push(await withWorkspace(pool, 'team', (tx) => getText(tx, 'team', hash)));
      assert.deepEqual(left, [undefined, 'based', 'before', 'after']);
    });

    it('trim unchanged checks beyond the newest that the job keeps, and no others', async () => {
      const claim = await claimOne();
      await pool.query(`UPDATE monitors SET spec = jsonb_set(spec, '{retention,checks}', '2')`);
      await withWorkspace(pool, 'team', (tx) =>
        tx.query(
          `INSERT INTO checks (workspace_id, id, monitor, at, retention_days, trigger, generation, goal_version, outcome, stage, sources, duration_ms)
           SELECT 'team', gen_random_uuid(), 'shop', $1::timestamptz + n * interval '1 second', 30, 'schedule', 1, 1,
             CASE WHEN n = 0 THEN 'Suppressed' ELSE 'Unchanged' END, 'valid', '[]', 1 FROM generate_series(0, 4) n`,
          [NOON],
        ),
      );
      assert.equal(claim.monitor, 'shop');
      assert.equal(await trimChecks(pool, undefined, 10), undefined);
      const left = (await rowsOf('checks'))
        .map((row) => String(row['outcome']))
        .toSorted((a, b) => a.localeCompare(b));
      assert.deepEqual(left, ['Suppressed', 'Unchanged', 'Unchanged']);
    });

    it('trim page by page', async () => {
      await claimOne('a');
      await claimOne('b');
      const next = await trimChecks(pool, undefined, 1);
      assert.deepEqual([next?.workspace, next?.monitor], ['team', 'a']);
    });
  });

  it("E2 the scheduler reads no other tenant's rows inside a workspace's transaction where it may not sweep", async () => {
    await tell(await claimOne(), [{}]);
    const foreign = await withWorkspace(pool, 'other', async (tx) => {
      const counts = await tx.query<{
        n: number;
      }>(`SELECT (SELECT count(*) FROM checks)::int + (SELECT count(*) FROM verdicts)::int
        + (SELECT count(*) FROM snapshots)::int + (SELECT count(*) FROM secrets)::int AS n`);
      return counts.rows[0]?.n;
    });
    assert.equal(foreign, 0);
  });
});
