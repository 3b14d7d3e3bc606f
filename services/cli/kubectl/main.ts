/** Entry point of `kubectl monitor`: runs one command and ends with its exit code. */
import { spawn } from 'node:child_process';
import { CommanderError } from 'commander';
import { systemClock } from '../../core/clock.ts';
import { SetupError } from '../../core/errors.ts';
import { loadConnection } from '../../core/kube/connection.ts';
import { ApiError, isForbidden, isNotFound, NoAnswerError } from '../../core/kube/errors.ts';
import { createTransport } from '../../core/kube/transport.ts';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { systemIo } from '../main.ts';
import type { KubectlIo } from './cluster.ts';
import { createExec } from './exec.ts';
import { createKubectlProgram } from './program.ts';

/** The server's own words, without the request that they answer. */
const wordsOf = ({ message }: ApiError): string => message.replace(/^\S+ \S+: \d{3} /, '');

/** How a refusal of the API server is told: its own words say it best. */
function told(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error;
  if (error instanceof SetupError) return new CliError(EXIT.usage, error.message);
  if (error instanceof NoAnswerError)
    return new CliError(EXIT.unreachable, `the API server does not answer (${error.message})`);
  if (isNotFound(error)) return new CliError(EXIT.notFound, wordsOf(error));
  if (isForbidden(error)) return new CliError(EXIT.refused, wordsOf(error));
  return error instanceof ApiError ? new CliError(EXIT.failed, wordsOf(error)) : undefined;
}

/**
 * Runs one command.
 * @param argv without node and script
 * @returns the exit code; everything for people was written to `io`
 */
export async function main(argv: readonly string[], io: KubectlIo): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    const program = createKubectlProgram(io, (done) => {
      code = done;
    });
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // Commander has written its own message; asking for help is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const sentence = told(error);
    if (!sentence) throw error;
    io.err(`kubectl monitor: ${sentence.message}\n`);
    return sentence.exit;
  }
}

/** What kubectl itself would read: the first file of KUBECONFIG, else the one in the home folder. */
function kubeconfigOf(given: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const first = given ?? env['KUBECONFIG']?.split(':').find((file) => file !== '');
  if (first !== undefined) return first;
  return env['KUBERNETES_SERVICE_HOST'] === undefined
    ? `${env['HOME'] ?? ''}/.kube/config`
    : undefined;
}

const open: KubectlIo['open'] = async (given) => {
  const file = kubeconfigOf(given, process.env);
  const connection = await loadConnection(file, systemClock);
  const transport = createTransport({
    connection,
    clock: systemClock,
    userAgent: 'kubectl-monitor',
  });
  return { transport, exec: createExec(file), namespace: connection.namespace };
};

const kubectl: KubectlIo['kubectl'] = (args) => {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn('kubectl', args, { stdio: 'inherit' });
  child.on('error', reject);
  child.on('exit', (code) => resolve(code ?? 1));
  return promise;
};

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2), { ...systemIo(), open, kubectl });
  // connections that are kept would hold the process
  process.exit();
}
