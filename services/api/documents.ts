/** What can be seen of a document before it is validated, and the order in which documents are applied. */

/** One object of a request, as it came. */
export type Document = Record<string, unknown>;

export const kindIn = ({ kind }: Document): string =>
  typeof kind === 'string' ? kind.slice(0, 64) : '';

export const nameIn = (document: Document): string => {
  const name = (document['metadata'] as { name?: unknown } | undefined)?.name;
  return typeof name === 'string' ? name.slice(0, 253) : '';
};

export const isSecret = (document: Document): boolean =>
  ['Secret', 'ConfigMap'].includes(kindIn(document));

export const isJob = (document: Document): boolean => kindIn(document) === 'MonitorJob';

/** Secrets and channels before the jobs that name them, so that a job is accepted at once. */
const ORDER = ['Secret', 'ConfigMap', 'NotificationChannel', 'MonitorJob'];
const rank = (document: Document): number => ORDER.indexOf(kindIn(document));

export const inOrder = (documents: readonly Document[]): Document[] =>
  documents.toSorted((a, b) => rank(a) - rank(b));
