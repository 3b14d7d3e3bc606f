/** The commands of `kubectl monitor`, their flags and their help. */
import { Command, Option } from 'commander';
import { parseCount } from '../commands/act.ts';
import type { ExitCode } from '../exit.ts';
import { duration, output } from '../wiring.ts';
import type { Format } from '../output.ts';
import {
  createKubectlContext,
  type ClusterOptions,
  type KubectlContext,
  type KubectlIo,
} from './cluster.ts';
import { addAdmin } from './adminProgram.ts';
import { rotateDataKey } from './commands/dataKey.ts';
import { doctor } from './commands/doctor.ts';
import { logs, PARTS } from './commands/logs.ts';
import { plan } from './commands/plan.ts';
import { rotate, setFrozen } from './commands/platform.ts';
import { run } from './commands/run.ts';
import { status } from './commands/status.ts';
import { why } from './commands/why.ts';

const AFTER_HELP = `
It speaks to the Kubernetes API alone: what you may do there you may do here. What concerns people runs in a
pod of the api: whoever may exec there is their administrator. What a monitor found, with
its proof, is in the dashboard.

Examples:
  kubectl monitor status -n team-a         the monitors of a namespace
  kubectl monitor run shop --wait          check the monitor shop now
  kubectl monitor why shop                 what stands in its way
  kubectl monitor freeze                   stop all checks and all sending, at once
  kubectl monitor sign-in                  a link to the dashboard for an administrator, good once
  kubectl monitor doctor                   what is wrong with the installation, and what to do
`;

/** Wraps an action: hands it the context, keeps its exit code. */
export type Does = (
  action: (context: KubectlContext, ...args: never[]) => Promise<ExitCode>,
) => (...args: unknown[]) => Promise<void>;

const timeout = (text: string, ms: number): Option =>
  new Option('--timeout <time>', 'longest wait').argParser(duration('--timeout')).default(ms, text);

function addJobs(program: Command, does: Does): void {
  program
    .command('status')
    .description('show monitors, or one of them in detail')
    .argument('[monitor]', 'its name')
    .addOption(output())
    .action(
      does((context, name: string | undefined, options: { output: Format }) =>
        status(context, name, options.output),
      ),
    );
  program
    .command('run')
    .description('check a monitor now')
    .argument('<monitor>', 'its name')
    .option('--wait', 'until the check has ended')
    .addOption(timeout('5m', 300_000))
    .action(
      does((context, name: string, options: { wait?: boolean; timeout: number }) =>
        run(context, name, { wait: options.wait === true, timeoutMs: options.timeout }),
      ),
    );
  program
    .command('plan')
    .description('show what the operator would do about a monitor')
    .argument('<monitor>', 'its name')
    .addOption(timeout('30s', 30_000))
    .action(
      does((context, name: string, options: { timeout: number }) =>
        plan(context, name, options.timeout),
      ),
    );
  program
    .command('why')
    .description('say what stands in the way of a monitor')
    .argument('<monitor>', 'its name')
    .action(does((context, name: string) => why(context, name)));
}

function addPlatform(program: Command, does: Does): void {
  for (const [word, frozen, summary] of [
    ['freeze', true, 'stop all checks and all sending'],
    ['resume', false, 'lift the freeze'],
  ] as const)
    program
      .command(word)
      .description(summary)
      .addOption(timeout('30s', 30_000))
      .action(
        does((context, options: { timeout: number }) =>
          setFrozen(context, frozen, options.timeout),
        ),
      );
  program
    .command('rotate')
    .description('replace the keys between the services')
    .option('--now', 'for an incident: without overlap')
    .addOption(
      new Option('--data-key', 'the key of what is stored instead; again: how far it is').conflicts(
        'now',
      ),
    )
    .action(
      does((context, { now, dataKey }: { now?: boolean; dataKey?: boolean }) =>
        dataKey === true ? rotateDataKey(context) : rotate(context, now === true),
      ),
    );
  program
    .command('doctor')
    .description(
      'say what is wrong with the installation, and what to do; exit code 1 when something is',
    )
    .option('--json', 'JSON instead of lines')
    .action(does((context, options: { json?: boolean }) => doctor(context, options.json === true)));
  program
    .command('logs')
    .description('show the logs of a part of the platform')
    .argument('<part>', PARTS.join(', '))
    .option('-f, --follow', 'go on as lines come')
    .addOption(
      new Option('--tail <lines>', 'how many of the last lines of each pod')
        .argParser((text) => parseCount('--tail', text))
        .default(100),
    )
    .action(
      does((context, part: string, options: { follow?: boolean; tail: number }) =>
        logs(context, part, { follow: options.follow === true, tail: options.tail }),
      ),
    );
}

/**
 * The whole plugin; `parseAsync` runs it.
 * @param onDone gets the exit code of the command that ran
 */
export function createKubectlProgram(io: KubectlIo, onDone: (code: ExitCode) => void): Command {
  const program = new Command('kubectl monitor');
  program
    .description('Works with the monitors of a Kubernetes cluster.')
    .option('-n, --namespace <namespace>', 'namespace of the monitors (that of the context)')
    .option('--kubeconfig <file>', 'another kubeconfig')
    .option('--platform <namespace>', 'namespace of duckmon itself', 'duckmon')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .showHelpAfterError('Add --help for its arguments and flags.')
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    });
  const does: Does =
    (action) =>
    async (...args) => {
      // Commander adds the command itself as the last argument.
      const command = args.at(-1) as Command;
      const context = createKubectlContext(io, command.optsWithGlobals<ClusterOptions>());
      onDone(await action(context, ...(args.slice(0, -1) as never[])));
    };
  addJobs(program, does);
  addPlatform(program, does);
  addAdmin(program, does);
  // flags of kubectl stand behind the command too, as in `kubectl monitor why x -n team-a`
  for (const command of program.commands.flatMap((one) => [one, ...one.commands]))
    command
      .option('-n, --namespace <namespace>', 'namespace of the monitors (that of the context)')
      .option('--kubeconfig <file>', 'another kubeconfig');
  return program;
}
