// The `kubectl monitor` command. Plain JavaScript on purpose: an old node must be able to read it and
// go on under a new enough one.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
run(path.join(here, '..', 'services', 'cli', 'kubectl', 'main.ts'), process.argv.slice(2));
