/** Joins what each replica of the scheduler says of itself. Pure. */
import type { KeyReader, KeyTable, SealedCount } from '../../../services/core/contracts/keys.ts';
import { MAX_WAITING, type CapacityReport } from '../../../services/core/contracts/projection.ts';

/**
 * One table of all readers; each replica knows those that called it and itself. Unknown as long as
 * one of them does not know: who is missing there may lack a key.
 */
export function joinTables(tables: readonly KeyTable[]): KeyTable {
  const readers = new Map<string, KeyReader>();
  for (const table of tables) {
    if (table.readers === null) return { readers: null, ...saidOf(tables) };
    for (const reader of table.readers) {
      const known = readers.get(reader.reader);
      readers.set(reader.reader, known ? joinReaders(known, reader) : reader);
    }
  }
  return { readers: [...readers.values()], ...saidOf(tables) };
}

const saidOf = (tables: readonly KeyTable[]): Omit<KeyTable, 'readers'> => ({
  ...askedOf(tables),
  ...sealedOf(tables),
});

/** All count in the one database: the newest counts. */
function sealedOf(tables: readonly KeyTable[]): Pick<KeyTable, 'sealed'> {
  const [newest]: SealedCount[] = tables
    .flatMap(({ sealed }) => sealed ?? [])
    .toSorted((one, other) => one.ageMs - other.ageMs);
  return newest ? { sealed: newest } : {};
}

/** All replicas read it from the one database, some of them a moment later. */
function askedOf(tables: readonly KeyTable[]): Pick<KeyTable, 'asked'> {
  const all = tables.flatMap(({ asked }) => asked ?? []);
  if (all.length === 0) return {};
  const last = (times: readonly (string | undefined)[]): string | undefined =>
    times
      .filter((time) => time !== undefined)
      .toSorted()
      .at(-1);
  const graceful = last(all.map((asked) => asked.graceful));
  const urgent = last(all.map((asked) => asked.urgent));
  return { asked: { ...(graceful && { graceful }), ...(urgent && { urgent }) } };
}

/** What both found in one process: an answer counts more than silence, and a key only when both saw it. */
function joinReaders(one: KeyReader, other: KeyReader): KeyReader {
  if (one.kids === null) return other;
  if (other.kids === null) return one;
  const seen = new Set(other.kids);
  return { ...one, ...other, kids: one.kids.filter((kid) => seen.has(kid)) };
}

type Figure = number | null;

/** The slowest, of those that have measured. */
function most(figures: readonly Figure[]): Figure {
  const known = figures.filter((figure) => figure !== null);
  return known.length === 0 ? null : Math.max(...known);
}

const sum = (figures: readonly number[]): number => figures.reduce((all, one) => all + one, 0);

/** One report of all replicas: their work together, and times of the slowest. Of at least one. */
export function joinReports(reports: readonly CapacityReport[]): CapacityReport {
  const all = <T>(of: (report: CapacityReport) => T): T[] => reports.map(of);
  const waiting = new Map(reports.flatMap((report) => report.waiting.map((one) => [one.id, one])));
  return {
    p95Ms: {
      http: most(all(({ p95Ms }) => p95Ms.http)),
      browser: most(all(({ p95Ms }) => p95Ms.browser)),
    },
    judgeP95Ms: most(all(({ judgeP95Ms }) => judgeP95Ms)),
    judgedShare: most(all(({ judgedShare }) => judgedShare)),
    running: sum(all(({ running }) => running)),
    slots: sum(all(({ slots }) => slots)),
    queueAgeMs: Math.max(...all(({ queueAgeMs }) => queueAgeMs)),
    waiting: [...waiting.values()].slice(0, MAX_WAITING),
  };
}
