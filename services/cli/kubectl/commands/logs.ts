/** `kubectl monitor logs`: the logs of one part of the platform, by kubectl itself. */
import { CliError, EXIT, type ExitCode } from '../../exit.ts';
import { COMPONENT_LABEL, type KubectlContext } from '../cluster.ts';

export const PARTS = [
  'operator',
  'scheduler',
  'api',
  'dashboard',
  'browser',
  'llm',
  'notification',
  'egress',
] as const;

export interface LogOptions {
  readonly follow: boolean;
  readonly tail: number;
}

/** The arguments of kubectl. */
export const logArguments = (
  part: string,
  { platform, kubeconfig }: KubectlContext['options'],
  { follow, tail }: LogOptions,
): string[] => [
  ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
  'logs',
  `--namespace=${platform}`,
  `--selector=${COMPONENT_LABEL}=${part}`,
  '--prefix',
  '--max-log-requests=50',
  `--tail=${tail}`,
  ...(follow ? ['--follow'] : []),
];

/** Passes them on. */
export async function logs(
  { io, options }: KubectlContext,
  part: string,
  how: LogOptions,
): Promise<ExitCode> {
  if (!(PARTS as readonly string[]).includes(part))
    throw new CliError(EXIT.usage, `${part}: must be one of ${PARTS.join(', ')}`);
  return (await io.kubectl(logArguments(part, options, how))) === 0 ? EXIT.ok : EXIT.failed;
}
