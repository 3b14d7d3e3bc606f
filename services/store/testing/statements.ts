/** Counts statements: what is done for many at once must not grow with how many they are. */
import type { Sql } from '../pool.ts';

export interface CountedSql extends Sql {
  /** How many ran so far. */
  readonly statements: () => number;
}

/** The same connection, counted from now on. */
export function countStatements(sql: Sql): CountedSql {
  let count = 0;
  return {
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
    query: <R extends object>(text: string, values?: readonly unknown[]) => {
      count += 1;
      return sql.query<R>(text, values);
    },
    statements: () => count,
  };
}
