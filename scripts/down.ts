/** Stops the duckmon that ./scripts/up started on a data folder. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const HELP = `Usage: ./scripts/down [--data DIR]

Stops the duckmon that runs on a data folder (default .duckmon, or DUCKMON_DATA).
Nothing is deleted; ./scripts/up goes on where it stopped.
`;
const PATIENCE_MS = 30_000;

const say = (line: string): void => {
  process.stderr.write(`duckmon: ${line}\n`);
};

function isDuckmon(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandFile = `/proc/${pid}/cmdline`;
  // Elsewhere than on Linux the pid file alone must do.
  if (!existsSync('/proc/self/cmdline')) return true;
  return (
    existsSync(commandFile) &&
    /services\/local\/|scripts\/up/.test(readFileSync(commandFile, 'utf8'))
  );
}

async function stop(folder: string): Promise<number> {
  const file = path.join(folder, 'pid');
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (!(pid > 0) || !isDuckmon(pid)) {
    say(`nothing runs on ${folder}`);
    return 0;
  }
  say(`stopping process ${pid} ...`);
  process.kill(pid, 'SIGTERM');
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (isDuckmon(pid)) {
    if (performance.now() > giveUpAt) {
      say(`it has not stopped after ${PATIENCE_MS / 1000} s; look at ${path.join(folder, 'logs')}`);
      return 1;
    }
    await delay(50);
  }
  say('stopped');
  return 0;
}

async function main(): Promise<number> {
  let values: { data?: string | undefined; help?: boolean | undefined };
  try {
    ({ values } = parseArgs({
      options: { data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    }));
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}; see ./scripts/down --help`);
    return 2;
  }
  if (values.help === true) {
    process.stdout.write(HELP);
    return 0;
  }
  return stop(path.resolve(values.data ?? process.env['DUCKMON_DATA'] ?? '.duckmon'));
}

process.exitCode = await main();
