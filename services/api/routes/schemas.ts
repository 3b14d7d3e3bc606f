/** Shapes that several routes share. */
import { z } from 'zod';

export const objectName = z.string().min(1).max(63);
export const named = z.strictObject({ name: objectName });
export const identified = z.strictObject({ id: z.uuid() });

export const paging = {
  limit: z.coerce.number().int().min(1).max(500).optional(),
  cursor: z.string().min(1).max(500).optional(),
};

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });

/** RFC 3339 in UTC. */
export const time = z.iso.datetime();
export const maybeTime = time.nullable();

/** A Kubernetes-style object; its own schema stands in the CRD. */
export const object = z.record(z.string(), z.unknown());

export const claim = z.strictObject({
  source: z.string(),
  kind: z.string(),
  subject: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
  quote: z.string(),
  side: z.enum(['before', 'after', 'both']),
});

/** The fields of a schema that a row has, times written as RFC 3339. */
export const present = <T extends z.ZodObject>(schema: T, row: object): z.output<T> => {
  const values = row as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.keys(schema.shape).map((name) => {
      const value = values[name];
      return [name, value instanceof Date ? value.toISOString() : value];
    }),
  ) as z.output<T>;
};

/** A page of rows in the form of the API. */
export const presentPage = <T extends z.ZodObject>(
  schema: T,
  page: { readonly items: readonly object[]; readonly nextCursor?: string | undefined },
): { items: z.output<T>[]; nextCursor: string | null } => ({
  items: page.items.map((row) => present(schema, row)),
  nextCursor: page.nextCursor ?? null,
});
