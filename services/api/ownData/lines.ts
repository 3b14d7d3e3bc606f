/** A copy of somebody's data as lines of JSON: what it is, the rows, and that it is whole. Pure. */
import { LEFT_OUT, WITHHELD, type ExportedRow } from '../../store/export.ts';

/** Whose data it is. */
export type Exported =
  | { readonly kind: 'account'; readonly id: string }
  | { readonly kind: 'workspace'; readonly id: string };

/** Grows when a reader of older copies would misread newer ones. */
const FORMAT = 'duckmon-export/1';

const line = (value: object): string => `${JSON.stringify(value)}\n`;

/** What is not in it stands in it, so that nobody takes it for all. */
export const headLine = (of: Exported, at: Date): string =>
  line({
    format: FORMAT,
    of,
    at: at.toISOString(),
    withheldColumns: WITHHELD,
    leftOutTables: LEFT_OUT,
  });

export const rowLine = ({ table, row }: ExportedRow): string => line({ table, row });

/** A copy without it was cut off. */
export const endLine = (rows: number): string => line({ end: true, rows });

/** What it is called where it is saved. */
export const fileName = ({ kind, id }: Exported, at: Date): string =>
  `duckmon-${kind}-${id}-${at.toISOString().slice(0, 10)}.jsonl`;
