/** Monitors of one team, each on a page whose price grows at the page's own pace. */
import { becomes, channelObjects, jobOf } from '../../testing/e2e/journey.ts';
import { podOf, runIn } from '../../testing/e2e/pods.ts';
import { TEAM, until, type System } from '../../testing/e2e/system.ts';
import { createLedger, readStep, type Ledger } from './ledger.ts';

const FIRST_PRICE = 100;
/** Of every monitor. */
export const INTERVAL_SECONDS = 60;
/** A monitor may tell 60 alerts an hour: no page changes more often than that. */
const SHORTEST_PACE_MS = 90_000;
const PACES = 60;
const PACE_STEP_MS = 2_500;
/** Objects that kubectl is given at once. */
const BATCH = 200;
/** For the first check of all monitors. */
const PATIENCE_MS = 300_000;

interface Page {
  readonly name: string;
  readonly paceMs: number;
  nextAt: number;
  price: number;
}

export interface Field {
  readonly ledger: Ledger;
  /** Changes the pages whose time has come. */
  change(): void;
  /** Brings the ledger up to what the receiver was told. */
  read(): void;
}

const pageOf = (price: number): string =>
  `<!doctype html><title>Shop</title><h1>Duck</h1><p>Price: EUR ${price}.00</p>`;

/** Applies the channel and the monitors; done when each has its baseline. */
export async function openField(system: System, count: number): Promise<Field> {
  const { site, hook } = system.world;
  const pages = Array.from({ length: count }, (_, at): Page => {
    const paceMs = SHORTEST_PACE_MS + (at % PACES) * PACE_STEP_MS;
    return { name: `chaos-${at}`, paceMs, nextAt: 0, price: FIRST_PRICE };
  });
  for (const { name } of pages) site.set(name, pageOf(FIRST_PRICE));
  await allowOneSite(system);
  await system.apply(...channelObjects(system));
  await becomes(system, 'nch/team-hook', 'Ready');
  const jobs = pages.map(({ name }) => watching(system, name));
  for (let at = 0; at < jobs.length; at += BATCH) await system.apply(...jobs.slice(at, at + BATCH));
  await until('the first checks', async () => haveBaselines(system, count), PATIENCE_MS);
  const now = performance.now();
  pages.forEach((page, at) => (page.nextAt = now + (page.paceMs * at) / count));
  const ledger = createLedger(FIRST_PRICE);
  let read = 0;
  return {
    ledger,
    change: () => {
      for (const page of pages.filter(({ nextAt }) => nextAt <= performance.now())) {
        page.price += 1;
        page.nextAt = performance.now() + page.paceMs;
        site.set(page.name, pageOf(page.price));
        ledger.changed(page.name, page.price);
      }
    },
    read: () => {
      const posts = hook.posts.slice(read);
      read += posts.length;
      for (const told of posts.flatMap(({ json }) => readStep(json) ?? [])) ledger.told(told);
    },
  };
}

/** The pages stand for as many sites, so that politeness towards the one host must not slow them down. */
const allowOneSite = async ({ kubectl }: System): Promise<void> => {
  const scheduler = 'deployment/duckmon-scheduler';
  await kubectl(['set', 'env', scheduler, 'HOST_INTERVAL_MS=0', 'HOST_CONCURRENCY=50']);
  await kubectl(['rollout', 'status', scheduler, '--timeout=180s']);
};

const watching = (system: System, name: string): object =>
  jobOf(system, name, name, {
    sources: [{ name: 'page', url: `${system.world.site.url}/${name}`, fetch: 'Http' }],
    schedule: { interval: `${INTERVAL_SECONDS}s`, jitterPercent: 0 },
  });

async function haveBaselines(system: System, count: number): Promise<true | undefined> {
  const field = '{range .items[*]}{.status.lastCheck.outcome}{"\\n"}{end}';
  const outcomes = (await system.read('mj', field, TEAM)).split('\n').filter((one) => one !== '');
  return outcomes.length >= count ? true : undefined;
}

/** What the scheduler's books say about all monitors. */
export interface Books {
  /** Slots that no check made up for, as the monitors themselves count them. */
  readonly missed: number;
  /** Slots between the first and the last check of a monitor that have neither a check nor were counted. */
  readonly uncounted: number;
  /** How late the oldest monitor is that is due, in seconds. */
  readonly lateSeconds: number;
}

const BOOKS = `
import('/app/services/store/pool.ts').then(({ withClient }) =>
  withClient(process.env.DATABASE_URL, 'soak', async (client) => {
    await client.query("SELECT set_config('mon.workspace', $1, false)", process.argv.slice(1, 2));
    const { rows } = await client.query(\`
      SELECT coalesce(sum(m.missed_slots), 0)::int AS missed,
        coalesce(sum(greatest(0, c.slots - c.made - m.missed_slots)), 0)::int AS uncounted,
        greatest(0, extract(epoch FROM now() - min(m.next_due_at)))::float AS "lateSeconds"
      FROM monitors m CROSS JOIN LATERAL (
        SELECT count(DISTINCT slot_at)::int AS made,
          coalesce(ceil(extract(epoch FROM max(slot_at) - min(slot_at)) / $1)::int + 1, 0) AS slots
        FROM checks WHERE workspace_id = m.workspace_id AND monitor = m.name AND outcome <> 'Missed') c
      WHERE m.active AND m.deleted_at IS NULL\`, process.argv.slice(2));
    console.log(JSON.stringify(rows[0]));
  }));
`;

/** Asks in a pod of the scheduler. */
export async function readBooks(system: System): Promise<Books> {
  const pod = await podOf(system, 'scheduler');
  return JSON.parse(await runIn(system, pod, BOOKS, TEAM, String(INTERVAL_SECONDS))) as Books;
}
