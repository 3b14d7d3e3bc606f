#!/usr/bin/env node
// The `duckmon` command. Plain JavaScript on purpose: an old node must be able to read it and go on
// under a new enough one.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// npm links this file into node_modules/.bin; the program lies beside the file, not beside the link.
const here = path.dirname(realpathSync(fileURLToPath(import.meta.url)));
const { run } = await import(pathToFileURL(path.join(here, 'run.mjs')).href);
run(path.join(here, '..', 'services', 'cli', 'main.ts'), process.argv.slice(2));
