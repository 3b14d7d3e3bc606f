import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { messageOf } from '../../core/errors.ts';
import { listAlerts } from '../alerts.ts';
import { appendAudit, listAudit } from '../audit.ts';
import { getText } from '../blobs.ts';
import { findChannel, listChannels } from '../channels.ts';
import { listChecks } from '../checks.ts';
import { listDeliveries } from '../deliveries.ts';
import { getFinding, listFindings } from '../findings.ts';
import { readFunnel } from '../funnel.ts';
import { silentLog } from '../log.ts';
import { findMonitor } from '../monitors.ts';
import { listMonitors } from '../monitorsListed.ts';
import { takenNames } from '../newMonitors.ts';
import { encodeCursor } from '../paging.ts';
import { openPool, type Sql } from '../pool.ts';
import { listRecipients } from '../recipients.ts';
import { findSecret } from '../secrets.ts';
import { listSnapshots } from '../snapshots.ts';
import { NOON } from '../testing/monitors.ts';
import { DAY } from '../testing/rows.ts';
import { storeError, useDatabase } from '../testing/suite.ts';
import { withUser, withWorkspace, type Tx } from '../workspace.ts';
import { seedEverything } from './everything.ts';

/** Statements of attackers, made of an end of the literal, a payload and a way to hide the rest. */
function grammar(): string[] {
  const ends = ['', "'", "''", "')", "'))", '"', '$1', '\\', "\\'", '%', '\u02bc', '\uff07', "E'"];
  const payloads = [
    ' OR 1=1',
    " OR 'a'='a",
    ' OR workspace_id IS NOT NULL',
    " UNION SELECT * FROM monitors WHERE workspace_id='bobs'",
    '; DELETE FROM monitors',
    "; SELECT set_config('mon.workspace','bobs',false)",
    "; SET mon.workspace='bobs'",
    ' AND (SELECT 1 FROM pg_sleep(5))=1',
    '; COPY (SELECT 1) TO PROGRAM $$id$$',
    " || (SELECT string_agg(name,',') FROM monitors)",
  ];
  const comments = ['', ' --', ' /*', ';\n'];
  return ends.flatMap((end) =>
    payloads.flatMap((payload) => comments.map((comment) => `x${end}${payload}${comment}`)),
  );
}

type Ask = (tx: Tx, text: string) => Promise<unknown>;
const request = { now: new Date(NOON.getTime() + 1) };

/** Every way in which a text of a caller gets into a statement that finds something. */
const ASKS: Readonly<Record<string, Ask>> = {
  findMonitor: (tx, text) => findMonitor(tx, tx.workspace, text),
  takenNames: async (tx, text) => [...(await takenNames(tx, tx.workspace, [text, `${text},`]))],
  findChannel: (tx, text) => findChannel(tx, tx.workspace, text),
  listRecipients: (tx, text) => listRecipients(tx, tx.workspace, text),
  findSecret: (tx, text) => findSecret(tx, tx.workspace, 'Secret', text),
  'listFindings by monitor': (tx, text) => listFindings(tx, tx.workspace, { monitor: text }),
  'listFindings by state': (tx, text) =>
    listFindings(tx, tx.workspace, { state: text as never, severity: text as never }),
  listAlerts: (tx, text) => listAlerts(tx, tx.workspace, { monitor: text }),
  listDeliveries: (tx, text) => listDeliveries(tx, tx.workspace, { channel: text }),
  listChecks: (tx, text) => listChecks(tx, tx.workspace, text, request),
  listSnapshots: (tx, text) =>
    listSnapshots(tx, tx.workspace, 'shared-name', { ...request, source: text }),
  readFunnel: (tx, text) => readFunnel(tx, tx.workspace, text, { last: 10 }),
  getText: (tx, text) => getText(tx, tx.workspace, text),
};

describe('texts of callers in statements', function () {
  this.timeout(120_000);
  const suite = useDatabase({ days: [DAY] });
  const payloads = grammar();
  let pool: Pool;
  before(async () => {
    for (const workspace of ['anns', 'bobs'])
      await seedEverything(suite.db.pool('postgres'), {
        workspace,
        user: randomUUID(),
        canary: `canary-of-${workspace}`,
        names: 'shared',
      });
    pool = openPool(suite.db.url('mon_api'), {
      applicationName: 'injection',
      log: silentLog,
      statementTimeoutMs: 2_000,
    });
  });
  after(() => pool.end());
  const askAll = (text: string): Promise<Record<string, unknown>> =>
    withWorkspace(pool, 'anns', async (tx) => {
      const answers: Record<string, unknown> = {};
      for (const [name, ask] of Object.entries(ASKS)) answers[name] = await ask(tx, text);
      return answers;
    });
  const everything = async (): Promise<string> => {
    const tables = ['monitors', 'findings', 'alerts', 'deliveries', 'secrets', 'checks', 'audit'];
    const texts = [];
    for (const table of tables) {
      const { rows } = await suite.db.pool('postgres').query(`SELECT t::text FROM ${table} t`);
      texts.push(JSON.stringify(rows));
    }
    return texts.join();
  };

  it('E7 find nothing and change nothing, as any other text, in 520 statements of a grammar', async () => {
    assert.ok(new Set(payloads).size >= 500);
    const before = await everything();
    const harmless = await askAll('nothing-has-this-name');
    for (const text of payloads) assert.deepEqual(await askAll(text), harmless, text);
    assert.equal(await everything(), before);
  });

  it('E7 would find what is there, by its name', async () => {
    const found = await askAll('shared-name');
    assert.match(JSON.stringify(found), /canary-of-anns/);
    assert.doesNotMatch(JSON.stringify(found), /canary-of-bobs/);
  });

  it('E7 are refused in cursors, or end a page of one’s own rows at most', async () => {
    const unasked: Sql = { query: () => assert.fail('a statement was run') };
    const lists: readonly ((cursor: string) => Promise<unknown>)[] = [
      (cursor) => listFindings(unasked, 'anns', { cursor }),
      (cursor) => listAlerts(unasked, 'anns', { cursor }),
      (cursor) => listDeliveries(unasked, 'anns', { cursor }),
      (cursor) => listAudit(unasked, 'anns', { cursor }),
      (cursor) => listChecks(unasked, 'anns', 'shared-name', { ...request, cursor }),
    ];
    for (const text of payloads) {
      for (const list of lists)
        for (const cursor of [text, encodeCursor([text]), encodeCursor([text, text])])
          await assert.rejects(list(cursor), storeError('invalid'));
      const cursor = encodeCursor([text.slice(0, 63).replaceAll('\n', '')]);
      const pages = await withWorkspace(pool, 'anns', async (tx) => [
        await listMonitors(tx, 'anns', { cursor }),
        await listChannels(tx, 'anns', { cursor }),
      ]);
      assert.doesNotMatch(JSON.stringify(pages), /canary-of-bobs/);
    }
  });

  it('E7 are refused as ids, users and workspaces', async () => {
    for (const text of payloads) {
      await assert.rejects(
        withWorkspace(pool, 'anns', (tx) => getFinding(tx, 'anns', text)),
        storeError('invalid'),
      );
      await assert.rejects(
        withWorkspace(pool, text, () => assert.fail('it began')),
        storeError('invalid'),
      );
      const seen = await withUser(pool, text, (tx) =>
        tx.query('SELECT workspace_id FROM memberships'),
      ).then(({ rowCount }) => rowCount, messageOf);
      assert.match(String(seen), /^0$|invalid|breaks a rule/);
    }
  });

  it('E7 are stored as they are', async () => {
    for (const text of payloads.slice(0, 100)) {
      const written = withWorkspace(pool, 'anns', async (tx) => {
        const entry = {
          at: NOON,
          actor: text,
          action: text,
          subject: text,
          detail: { [text]: text },
        };
        await appendAudit(tx, 'anns', entry);
        const { items } = await listAudit(tx, 'anns', { limit: 1 });
        const { actor, action, subject, detail } = items[0] ?? {};
        assert.deepEqual({ at: NOON, actor, action, subject, detail }, entry);
        throw new Error('undone');
      });
      await assert.rejects(written, /^Error: undone/);
    }
  });

  it('E7 that have a null byte are refused', async () => {
    await assert.rejects(askAll('a\0b'), storeError('invalid'));
  });

  it('E7 are alone in their statement: a statement with values takes no second one', async () => {
    const two = withWorkspace(pool, 'anns', (tx) => tx.query("SELECT $1; SELECT '2'", ['1']));
    await assert.rejects(two, /multiple commands/);
  });
});
