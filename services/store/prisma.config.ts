/** Where Prisma's tools find schema, migrations and database; `--config services/store/prisma.config.ts`. */
import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: './schema.prisma',
  migrations: { path: './migrations' },
  // Generating a client needs no database; whoever runs a command that does sets DATABASE_URL.
  datasource: { url: process.env['DATABASE_URL'] ?? 'postgresql://unset@127.0.0.1:1/unset' },
});
