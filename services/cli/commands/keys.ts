/** `generate-keys`: new secret keys in `.env`, never on the screen. */
import {
  chmodSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { print } from '../io.ts';
import type { Context } from './context.ts';

/** 256 bits. */
const KEY_BYTES = 32;
export const KEY_NAMES = ['JWT_SECRET', 'INTERNAL_API_KEY'] as const;

const assignment = (name: string): RegExp => new RegExp(`^(\\s*(?:export\\s+)?${name}\\s*=).*$`);

/**
 * The text of an environment file with new values; all other lines stay as they are, and a name that
 * is missing is added at the end.
 */
export function withValues(text: string, values: Readonly<Record<string, string>>): string {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const missing = new Set(Object.keys(values));
  const lines = text.split(/\r?\n/).map((line) => {
    const name = Object.keys(values).find((key) => assignment(key).test(line));
    if (name === undefined) return line;
    missing.delete(name);
    return line.replace(assignment(name), (_whole, head: string) => `${head}${values[name]}`);
  });
  if (lines.at(-1) === '') lines.pop();
  lines.push(...[...missing].map((name) => `${name}=${values[name]}`), '');
  return lines.join(newline);
}

/** Writes a file whole or not at all; only this user may read it. */
function writePrivate(file: string, text: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const draft = `${target}.${process.pid}.new`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    // The mode above is narrowed by the umask but never by an earlier file.
    chmodSync(draft, 0o600);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const why = code === 'ENOENT' ? 'its folder does not exist' : code;
    throw new CliError(EXIT.failed, `${file} cannot be written (${why})`, { cause: error });
  }
}

/** Writes or rotates JWT_SECRET and INTERNAL_API_KEY; starts from `.env.example` when there is no file. */
export function generateKeys({ io }: Context, file: string | undefined): ExitCode {
  const target = file === undefined ? path.join(io.root, '.env') : path.resolve(io.cwd, file);
  const example = path.join(io.root, '.env.example');
  const isNew = !existsSync(target);
  const source = isNew ? example : target;
  const text = existsSync(source) ? readFileSync(source, 'utf8') : '';
  const values = Object.fromEntries(
    KEY_NAMES.map((name) => [name, io.randomBytes(KEY_BYTES).toString('base64')]),
  );
  writePrivate(target, withValues(text, values));
  const shown = path.relative(io.cwd, target) || target;
  print(io, `${KEY_NAMES.join(' and ')}: new keys written to ${shown}, readable by you alone`);
  if (!isNew) print(io, 'They count from the next start: ./scripts/down && ./scripts/up');
  return EXIT.ok;
}
