import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { useDatabase } from './testing/suite.ts';

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
}

const sqlTypes: Readonly<Record<string, string>> = {
  String: 'text',
  'String @db.Uuid': 'uuid',
  'String[]': 'text[]',
  Int: 'integer',
  'Int @db.SmallInt': 'smallint',
  'Int[]': 'integer[]',
  BigInt: 'bigint',
  Boolean: 'boolean',
  Bytes: 'bytea',
  Json: 'jsonb',
  'DateTime @db.Timestamptz(6)': 'timestamp with time zone',
  'DateTime[] @db.Timestamptz(6)': 'timestamp with time zone[]',
  'DateTime @db.Date': 'date',
  'Unsupported("xid8")': 'xid8',
};

function sqlType(field: string, attributes: string): string {
  const native = /@db\.\w+(\([^)]*\))?/.exec(attributes)?.[0] ?? '';
  const decimal = /@db\.Decimal\((\d+), (\d+)\)/.exec(native);
  if (decimal) return `numeric(${decimal[1]},${decimal[2]})`;
  return sqlTypes[`${field} ${native}`.trim()] ?? `unknown ${field} ${native}`;
}

/** Columns of every model of the Prisma schema. */
function parseModels(text: string): { columns: Column[]; keys: Map<string, string> } {
  const columns: Column[] = [];
  const keys = new Map<string, string>();
  for (const [, name, body = ''] of text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name ?? '';
    const byField = new Map<string, string>();
    for (const line of body.split('\n')) {
      const [, field = '', type = '', attributes = ''] =
        /^ {2}(\w+)\s+(Unsupported\("\w+"\)\??|[\w[\]]+\??)\s*(.*)$/.exec(line) ?? [];
      if (!field) continue;
      const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field;
      byField.set(field, column);
      const nullable = type.endsWith('?');
      columns.push({ table, column, type: sqlType(type.replace('?', ''), attributes), nullable });
      if (/@id\b/.test(attributes)) keys.set(table, column);
    }
    const composite = /@@id\(\[(.*)\]\)/.exec(body)?.[1];
    if (composite)
      keys.set(
        table,
        composite
          .split(', ')
          .map((field) => byField.get(field))
          .join(','),
      );
  }
  return { columns, keys };
}

const orderOf = ({ table, column }: Column): string => `${table}.${column}`;
const sorted = (columns: readonly Column[]): Column[] =>
  [...columns].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));

describe('schema.prisma', () => {
  const suite = useDatabase();
  let models: ReturnType<typeof parseModels>;
  before(async () => {
    models = parseModels(await readFile(path.join(import.meta.dirname, 'schema.prisma'), 'utf8'));
  });

  it('has each column of each table, with its type and whether it may be null', async () => {
    const { rows } = await suite.db.pool('postgres').query<Column>(
      `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type,
         NOT a.attnotnull AS nullable
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT c.relispartition AND c.relname <> '_prisma_migrations'`,
    );
    assert.ok(rows.length > 250);
    assert.deepEqual(sorted(models.columns), sorted(rows));
  });

  it('has the primary key of each table', async () => {
    const { rows } = await suite.db.pool('postgres').query<{ table: string; key: string }>(
      `SELECT c.relname AS table, (SELECT string_agg(a.attname, ',' ORDER BY k.place)
         FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) AS key
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
       WHERE i.indisprimary AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition
         AND c.relname <> '_prisma_migrations'`,
    );
    assert.deepEqual(
      Object.fromEntries(models.keys),
      Object.fromEntries(rows.map(({ table, key }) => [table, key])),
    );
  });
});
