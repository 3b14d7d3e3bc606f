/** `doctor`: what is configured, reachable and wrong, and what to do about it. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import {
  DEFAULT_PORTS,
  portVariable,
  SERVICES,
  type ServiceName,
} from '../../core/contracts/ports.ts';
import { messageOf } from '../../core/errors.ts';
import { createClient, isAnswering, type Readiness, readReadiness } from '../client.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { type CliIo, print } from '../io.ts';
import { type Format, printValue } from '../output.ts';
import { dataFolder, findTarget, isLoopback, readSmallFile, type Target } from '../target.ts';
import { plain } from '../terminal.ts';
import type { Context } from './context.ts';
import {
  bad,
  type Examination,
  examineKeys,
  examineMail,
  examineModel,
  examineSignIn,
  isSet,
  note,
  ok,
  type Settings,
} from './settings.ts';

/** `.env` of the checkout below the environment; HOSTNAME only counts in `.env`. */
function readSettings(io: CliIo): Settings {
  const file = path.join(io.root, '.env');
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const given = Object.entries(io.env).filter(
    ([name, value]) => name !== 'HOSTNAME' && isSet(value),
  );
  return { ...fromFile, ...Object.fromEntries(given) };
}

/** Files that hold secrets must not be readable by other users. */
function examineFiles(io: CliIo, data: string): Examination[] {
  const files = [
    path.join(io.root, '.env'),
    path.join(data, 'admin-token'),
    path.join(data, 'postgres.json'),
  ];
  return files
    .filter((file) => existsSync(file))
    .map((file) => {
      const mode = statSync(file).mode & 0o777;
      const shown = path.relative(io.cwd, file) || file;
      return (mode & 0o077) === 0
        ? ok('files', `${shown} is readable by you alone`)
        : bad('files', `${shown} may be read by others; run: chmod 600 ${shown}`);
    });
}

async function examineApi({ io }: Context, target: Target): Promise<Examination[]> {
  const topic = 'api';
  const readiness: Readiness = await readReadiness(target, io.fetch);
  if (readiness.kind === 'unreachable')
    return [
      bad(
        topic,
        `Service not responding: ${target.url}; start it with ./scripts/up, or name another address with --api URL`,
      ),
    ];
  const answer =
    readiness.kind === 'ready'
      ? ok(topic, `${target.url} is ready`)
      : bad(topic, `${target.url} is not ready: ${readiness.problems.join('; ')}`);
  try {
    const me = await createClient(target, io.fetch).get<{ workspace: string; scope: string }>(
      '/api/v1/me',
    );
    return [answer, ok('token', `is valid for workspace ${me.workspace}, scope ${me.scope}`)];
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [answer, bad('token', error.message.replaceAll('\n', '; '))];
  }
}

const portOf = (service: ServiceName, settings: Settings): number =>
  Number(settings[portVariable(service)] || DEFAULT_PORTS[service]);

async function examineServices(io: CliIo, settings: Settings): Promise<Examination[]> {
  const found: Examination[] = [];
  for (const service of SERVICES.filter((name) => name !== 'api')) {
    const url = `http://127.0.0.1:${portOf(service, settings)}`;
    found.push(
      (await isAnswering(url, io.fetch))
        ? ok(service, `answers on ${url}`)
        : bad(
            service,
            `Service not responding: ${url}; look into the log in the data folder, then ./scripts/down && ./scripts/up`,
          ),
    );
  }
  return found;
}

/** Internal services must answer on loopback alone. */
async function examineExposure(io: CliIo, settings: Settings): Promise<Examination[]> {
  const inside = SERVICES.filter((name) => name !== 'api' && name !== 'dashboard');
  const open: string[] = [];
  for (const host of io.outsideAddresses())
    for (const service of inside) {
      const address = `${host.includes(':') ? `[${host}]` : host}:${portOf(service, settings)}`;
      if (await isAnswering(`http://${address}`, io.fetch)) open.push(`${service} on ${address}`);
    }
  return open.length === 0
    ? [ok('exposure', 'no internal service answers on an outside address')]
    : [
        bad(
          'exposure',
          `other machines can reach ${open.join(', ')}; bind them to 127.0.0.1 or close the ports`,
        ),
      ];
}

function examineData(io: CliIo, data: string): Examination {
  const version = readSmallFile(path.join(data, 'version'));
  return version === undefined
    ? note(
        'data',
        `${path.relative(io.cwd, data) || data} does not exist yet; ./scripts/up makes it`,
      )
    : ok('data', `${path.relative(io.cwd, data) || data}, layout ${version}`);
}

async function guarded(topic: string, look: () => Promise<Examination[]>): Promise<Examination[]> {
  try {
    return await look();
  } catch (error) {
    return [bad(topic, messageOf(error))];
  }
}

/** Everything that can be examined from here, in the order of a reader. */
export async function examine(context: Context): Promise<Examination[]> {
  const { io, options } = context;
  const settings = readSettings(io);
  const data = dataFolder(io, options);
  const target = findTarget(io, options);
  const isLocal = isLoopback(new URL(target.url));
  const api = await guarded('api', () => examineApi(context, target));
  const isUp = api[0]?.result === 'ok';
  return [
    examineData(io, data),
    ...examineFiles(io, data),
    ...examineKeys(settings),
    examineModel(settings),
    examineSignIn(settings),
    examineMail(settings),
    ...api,
    ...(isLocal && isUp ? await examineServices(io, settings) : []),
    ...(isLocal && isUp ? await examineExposure(io, settings) : []),
  ];
}

const MARKS = { ok: 'ok  ', note: 'note', bad: 'BAD ' } as const;

/** Prints each finding; exit code 1 when something is wrong. */
export async function doctor(context: Context, output: Format): Promise<ExitCode> {
  const found = await examine(context);
  if (output === 'json' || output === 'yaml') printValue(context.io, { items: found }, output);
  else
    for (const { topic, result, text } of found)
      print(context.io, `${MARKS[result]}  ${plain(`${topic}: ${text}`)}`);
  const isFine = found.every(({ result }) => result !== 'bad');
  if (output === 'table')
    print(
      context.io,
      isFine ? 'Nothing is wrong.' : 'Something is wrong: see the lines marked BAD.',
    );
  return isFine ? EXIT.ok : EXIT.failed;
}
