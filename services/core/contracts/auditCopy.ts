/** Heads of audit chains in a copy that is kept elsewhere: lines of JSON that the audit commands wrote. Pure. */

/** What was the newest row of a chain once. */
export interface CopiedHead {
  readonly seq: number;
  /** SHA-256, hex. */
  readonly hash: string;
}

const HASH = /^[0-9a-f]{64}$/;

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The heads of a chain in what `audit verify --json` wrote once or many times, or in the rows of `audit export`,
 * which name no chain; the oldest first, each place once for each hash.
 */
export function headsInCopy(text: string, chain: string): CopiedHead[] {
  const heads = new Map<string, CopiedHead>();
  for (const line of text.split('\n')) {
    const { chain: of = chain, rows, seq = rows, head, hash = head } = parse(line) ?? {};
    if (of !== chain || typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) continue;
    if (typeof hash !== 'string' || !HASH.test(hash)) continue;
    heads.set(`${seq}:${hash}`, { seq, hash });
  }
  return [...heads.values()].toSorted((a, b) => a.seq - b.seq);
}

/** As an argument, such as `12:9f86…`. */
export const headText = ({ seq, hash }: CopiedHead): string => `${seq}:${hash}`;

/** Undefined for what is none. */
export function parseHead(text: string): CopiedHead | undefined {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}
