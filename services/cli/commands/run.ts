/** `run`: asks for a check now, and may wait until it has ended and was told. */
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type CliIo, print } from '../io.ts';
import { checkKind, deliveryKind, monitorKind } from '../kinds.ts';
import type { Client } from '../client.ts';
import type { Check, Delivery, Page, RunAnswer } from '../model.ts';
import { plain } from '../terminal.ts';
import { type Context, itemPath } from './context.ts';

const POLL_MS = 500;
const MOST_DELIVERIES = 500;

export interface RunOptions {
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/** Asks again and again until there is an answer or the time is over. */
async function poll<T>(
  io: CliIo,
  deadline: number,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (io.now().getTime() >= deadline) return undefined;
    await io.sleep(POLL_MS);
  }
}

/** Whether a delivery was tried; one that waits for its second try was, and one that is held says why. */
const wasTried = ({ state, attempts, lastError }: Delivery): boolean =>
  state === 'pending' ? attempts > 0 || lastError !== null : state !== 'sending';

const hasArrived = ({ state }: Delivery): boolean => state === 'accepted' || state === 'delivered';

async function findCheck(client: Client, monitor: string, runRequestId: string) {
  const page = await client.get<Page<Check>>(checkKind.path, { monitor, runRequestId });
  return page.items[0];
}

async function triedDeliveries(client: Client, checkId: string): Promise<Delivery[] | undefined> {
  const all = await client.list<Delivery>(deliveryKind.path, { checkId }, MOST_DELIVERIES);
  return all.every(wasTried) ? all : undefined;
}

/** What became of a check and its deliveries, in one line. */
export function resultLine(check: Check, deliveries: readonly Delivery[]): string {
  const reason = check.message ?? check.reason;
  const sent = deliveries.filter(hasArrived).map(({ channel }) => channel);
  const open = deliveries
    .filter((it) => !hasArrived(it))
    .map(({ channel, lastError, state }) => `${channel}: ${lastError ?? state}`);
  const parts = [
    `${check.monitor}: ${check.outcome}${reason === null ? '' : ` (${reason})`}`,
    ...(sent.length > 0 ? [`sent to ${sent.join(', ')}`] : []),
    ...(open.length > 0 ? [`not sent yet to ${open.join('; ')}`] : []),
  ];
  return plain(parts.join('; '));
}

const late = (what: string, timeoutMs: number): CliError =>
  new CliError(
    EXIT.failed,
    `${what} within ${Math.round(timeoutMs / 1000)}s; wait longer with --timeout, or look at it with duckmon explain`,
  );

/**
 * Asks for a check of a monitor. With `wait` it returns when the check has ended and each of its
 * deliveries was tried once; exit code 1 when the check failed or the time was over.
 */
export async function run(
  { io, client }: Context,
  monitor: string,
  { wait, timeoutMs }: RunOptions,
): Promise<ExitCode> {
  const deadline = io.now().getTime() + timeoutMs;
  const { runRequestId } = await client().post<RunAnswer>(
    `${itemPath(monitorKind.path, monitor)}/run`,
  );
  if (!wait) {
    print(io, plain(`${monitor}: a check was asked for (${runRequestId})`));
    return EXIT.ok;
  }
  const check = await poll(io, deadline, () => findCheck(client(), monitor, runRequestId));
  if (!check) throw late(`${monitor}: the check did not end`, timeoutMs);
  const deliveries = await poll(io, deadline, () => triedDeliveries(client(), check.id));
  if (!deliveries) throw late(`${monitor}: its deliveries were not all tried`, timeoutMs);
  print(io, resultLine(check, deliveries));
  return check.outcome === 'Failed' ? EXIT.failed : EXIT.ok;
}
