/** Sends a copy of somebody's data, as fast as the caller reads. */
import type { Response } from 'express';
import { exportAccount, exportWorkspace, type WriteRow } from '../../store/export.ts';
import type { ApiDeps } from '../deps.ts';
import { drained } from '../routes/adminAudit.ts';
import { endLine, fileName, headLine, rowLine, type Exported } from './lines.ts';

type Deps = Pick<ApiDeps, 'pool' | 'clock' | 'log'>;

/** Each row of it, and how many there were. */
export async function writeExport(
  pool: Deps['pool'],
  of: Exported,
  write: (text: string) => Promise<void>,
): Promise<number> {
  let rows = 0;
  const writeRow: WriteRow = async (row) => {
    rows += 1;
    await write(rowLine(row));
  };
  await (of.kind === 'account'
    ? exportAccount(pool, of.id, writeRow)
    : exportWorkspace(pool, of.id, writeRow));
  return rows;
}

/**
 * Answers with the copy. What goes wrong on the way cuts the answer off: its last line is missing then.
 * @throws what goes wrong before the first row
 */
export async function sendExport(deps: Deps, of: Exported, response: Response): Promise<undefined> {
  const at = deps.clock.now();
  const begin = (): void => {
    response.setHeader('content-type', 'application/x-ndjson; charset=utf-8');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-disposition', `attachment; filename="${fileName(of, at)}"`);
    response.write(headLine(of, at));
  };
  const write = async (text: string): Promise<void> => {
    if (!response.headersSent) begin();
    if (!response.write(text) && !response.destroyed) await patiently(response);
    if (response.destroyed) throw new GoneError();
  };
  try {
    const rows = await writeExport(deps.pool, of, write);
    if (!response.headersSent) begin();
    response.end(endLine(rows));
  } catch (error) {
    if (!response.headersSent) throw error;
    if (!(error instanceof GoneError))
      deps.log.error({ err: error, kind: of.kind }, 'an export was cut off');
    response.destroy();
  }
  return undefined;
}

/** Less than Postgres waits within a transaction, which holds a connection of the pool meanwhile. */
const PATIENCE_MS = 20_000;

/** Waits for the reader, and no longer than that: what stalls is cut off. */
async function patiently(response: Response): Promise<void> {
  const stalled = setTimeout(() => response.destroy(), PATIENCE_MS);
  try {
    await drained(response);
  } finally {
    clearTimeout(stalled);
  }
}

/** Nobody reads any more. */
class GoneError extends Error {
  override name = 'GoneError';
}
