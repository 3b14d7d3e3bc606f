/** Structured logs, one JSON object a line, with everything secret taken out. */
import { pino, type DestinationStream, type Logger } from 'pino';
import { CENSORED, redact, scrub } from './redaction.ts';

export type Log = Logger;

/** Child loggers bypass `formatters.log`, so their bindings are covered by paths. */
const BINDING_PATHS = [
  'authorization',
  'cookie',
  'credential',
  'egressCredential',
  'key',
  'password',
  'secret',
  'token',
  'value',
].flatMap((key) => [key, `*.${key}`]);

/** Numbers and flags are never secret. */
const censorText = (value: unknown): unknown =>
  typeof value === 'string' || (typeof value === 'object' && value !== null) ? CENSORED : value;

/** Written at once: a process that is killed or crashes has said all, and in order. */
const standardOutput = (): DestinationStream => pino.destination({ dest: 1, sync: true });

/**
 * A logger of one service.
 * @param level one of pino's; an unknown one counts as `info`, so that a typing error hides nothing.
 * @param destination where lines go; standard output by default.
 */
export function createLog(
  service: string,
  level = 'info',
  destination: DestinationStream = standardOutput(),
): Log {
  return pino(
    {
      level: level in pino.levels.values || level === 'silent' ? level : 'info',
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields),
      },
      redact: { paths: BINDING_PATHS, censor: (value: unknown) => censorText(value) },
      // Errors are written by `redact`; pino's own serializer would take its result for an error.
      serializers: { err: (written: unknown) => written },
      hooks: { streamWrite: scrub },
    },
    destination,
  );
}
