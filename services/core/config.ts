/** Configuration from the environment, validated once at start. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SetupError } from './errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A whole number in decimal digits. */
export const wholeNumber = (fallback: number, min = 0, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d{1,16}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`)
    .default(fallback);

/** A TCP port; 0 lets the system choose. */
export const port = (fallback: number) => wholeNumber(fallback, 0, 65_535);

/** `true`/`false`, `1`/`0`, `yes`/`no`. */
export const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
    .transform((word) => ['true', '1', 'yes'].includes(word))
    .default(fallback);

/** An absolute http or https URL without a trailing slash. */
export const httpUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((url) => url.replace(/\/+$/, ''));

/** Words separated by commas or spaces; empty text is an empty list. */
export const list = () =>
  z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((word) => word !== ''));

/**
 * Reads the variables that `schema` names. An empty value counts as unset.
 * @throws SetupError that names every wrong variable at once, without its value.
 */
export function loadConfig<T extends z.ZodObject>(schema: T, env: Environment): z.infer<T> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) =>
      `${issue.path.join('.')} ${given[String(issue.path[0])] === undefined ? 'is required' : issue.message}`,
  );
  throw new SetupError(`Wrong environment variables: ${problems.join('; ')}.`);
}

/**
 * The secret in a mounted file, without white space around it; undefined when the file is empty or
 * none is named.
 * @throws SetupError that names the variable when the file cannot be read.
 */
export function readSecretFile(variable: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    throw new SetupError(
      `Wrong environment variables: ${variable} names a file that cannot be read; mount it or unset the variable.`,
      { cause: error },
    );
  }
}
