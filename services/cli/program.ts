/** The commands, their flags and their help. */
import { Command, Option } from 'commander';
import { actOnFindings, type FindingVerb, resend, setPaused, testChannel } from './commands/act.ts';
import { apply, removeFiles, removeNamed } from './commands/apply.ts';
import { backup, restore } from './commands/backup.ts';
import { createContext } from './commands/context.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { checks, exportAll, findings, get } from './commands/get.ts';
import { generateKeys } from './commands/keys.ts';
import { preview } from './commands/preview.ts';
import { run } from './commands/run.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import type { CliIo } from './io.ts';
import { kindAndNames } from './kinds.ts';
import type { TargetOptions } from './target.ts';
import { duration, files, limit, output, type Wiring } from './wiring.ts';

const AFTER_HELP = `
Kinds: monitorjob (mj), notificationchannel (nch), secret, check, finding, alert, delivery

Exit codes:
  0  done
  1  failed: an object was refused, a check failed, a file cannot be read
  2  the command line is wrong
  3  not found
  4  refused: no valid token, or it may not do this
  5  Service not responding: start it with ./scripts/up

Environment:
  DUCKMON_API     address of the API        (else DATA/api-url, else http://127.0.0.1:8000)
  DUCKMON_TOKEN   token for the API         (else DATA/admin-token, on this machine only)
  DUCKMON_DATA    data folder               (else .duckmon here, else that of the checkout)`;

function addManifests({ program, does }: Wiring): void {
  program
    .command('apply')
    .summary('create or change the objects of manifest files')
    .addOption(files())
    .option('--dry-run', 'check everything, change nothing', false)
    .action(does((context, options: Parameters<typeof apply>[1]) => apply(context, options)));
  program
    .command('delete')
    .summary('delete objects by name or by file')
    .argument('[kind]', 'such as mj, or mj/NAME')
    .argument('[names...]')
    .addOption(files().makeOptionMandatory(false))
    .action(
      does(
        (context, kind: string | undefined, names: string[], options: { filename?: string[] }) => {
          if (options.filename !== undefined && kind === undefined)
            return removeFiles(context, options.filename);
          if (options.filename !== undefined || kind === undefined)
            throw new CliError(EXIT.usage, 'write either KIND NAME or -f FILE');
          const target = kindAndNames([kind, ...names]);
          return removeNamed(context, target.kind.word, target.names);
        },
      ),
    );
  program
    .command('export')
    .summary('write all objects as YAML that apply takes again')
    .action(does((context) => exportAll(context)));
  program
    .command('preview')
    .summary('try a MonitorJob without saving anything')
    .addOption(files())
    .option('--judge', 'ask the model as well (costs money)', false)
    .option('--name <name>', 'which MonitorJob, when there are several')
    .addOption(output())
    .action(does((context, options: Parameters<typeof preview>[1]) => preview(context, options)));
}

function addLists({ program, does }: Wiring): void {
  type Options = Parameters<typeof get>[2];
  program
    .command('get')
    .summary('show objects or history')
    .argument('<kind>', 'such as mj, nch, findings, or mj/NAME')
    .argument('[names...]')
    .addOption(output())
    .addOption(limit())
    .option('--monitor <name>', 'only what belongs to this monitor')
    .action(
      does((context, kind: string, names: string[], options: Options) =>
        get(context, [kind, ...names], options),
      ),
    );
  program
    .command('checks')
    .summary('show the last checks of a monitor')
    .argument('<name>')
    .addOption(output())
    .addOption(limit())
    .action(does((context, name: string, options: Options) => checks(context, name, options)));
  program
    .command('findings')
    .summary('show findings with their proof')
    .argument('[name]', 'only those of this monitor')
    .addOption(
      new Option('--state <state>').choices(['open', 'acknowledged', 'snoozed', 'resolved']),
    )
    .addOption(output())
    .addOption(limit())
    .action(
      does((context, name: string | undefined, options: Options) =>
        findings(context, name, options),
      ),
    );
  program
    .command('explain')
    .summary('show how far the last checks came, and why there was no alert')
    .argument('<name>')
    .addOption(output())
    .action(
      does((context, name: string, options: Options) => explain(context, name, options.output)),
    );
}

function addActions({ program, does }: Wiring): void {
  program
    .command('run')
    .summary('check a monitor now')
    .argument('<name>')
    .option('--wait', 'until the check has ended and its deliveries were tried once', false)
    .addOption(
      new Option('--timeout <time>', 'longest wait')
        .argParser(duration('--timeout'))
        .default(300_000, '5m'),
    )
    .action(
      does((context, name: string, options: { wait: boolean; timeout: number }) =>
        run(context, name, { wait: options.wait, timeoutMs: options.timeout }),
      ),
    );
  for (const verb of ['pause', 'resume'] as const)
    program
      .command(verb)
      .summary(
        verb === 'pause' ? 'stop the checks of monitors' : 'go on with the checks of monitors',
      )
      .argument('<names...>')
      .action(does((context, names: string[]) => setPaused(context, verb, names)));
  const channels = program.command('channels').summary('work with notification channels');
  channels
    .command('test')
    .summary('send a test message')
    .argument('<name>')
    .action(does((context, name: string) => testChannel(context, name)));
  program
    .command('resend')
    .summary('send deliveries again that did not arrive')
    .argument('<ids...>')
    .action(does((context, ids: string[]) => resend(context, ids)));
}

function addFindingActions({ program, does }: Wiring): void {
  const verbs: [command: string, verb: FindingVerb, summary: string][] = [
    ['ack', 'acknowledge', 'say that somebody has seen a finding; reminders stop'],
    ['resolve', 'resolve', 'say that a finding is dealt with'],
    ['reopen', 'reopen', 'open a finding again'],
  ];
  for (const [command, verb, summary] of verbs)
    program
      .command(command)
      .summary(summary)
      .argument('<findings...>')
      .action(does((context, ids: string[]) => actOnFindings(context, verb, ids)));
  program
    .command('snooze')
    .summary('keep a finding silent for a while')
    .argument('<findings...>')
    .addOption(
      new Option('--for <time>', 'how long')
        .argParser(duration('--for'))
        .default(86_400_000, '24h'),
    )
    .action(
      does((context, ids: string[], options: { for: number }) => {
        const until = new Date(context.io.now().getTime() + options.for).toISOString();
        return actOnFindings(context, 'snooze', ids, { until });
      }),
    );
}

function addCare({ program, does }: Wiring): void {
  program
    .command('doctor')
    .summary('say what is configured, reachable and wrong, and what to do')
    .addOption(output())
    .action(does((context, options: Parameters<typeof get>[2]) => doctor(context, options.output)));
  program
    .command('generate-keys')
    .summary('write or rotate JWT_SECRET and INTERNAL_API_KEY in .env')
    .option('--file <file>', 'another file than .env of the checkout')
    .action(does((context, options: { file?: string }) => generateKeys(context, options.file)));
  const archives = [
    ['backup', backup, 'write the database to a file', 'overwrite the file'],
    ['restore', restore, 'fill the database from a file', 'also when there is something in it'],
  ] as const;
  for (const [command, action, summary, force] of archives)
    program
      .command(command)
      .summary(summary)
      .argument('<file>')
      .option('--force', force, false)
      .action(
        does((context, file: string, options: { force: boolean }) =>
          action(context, file, options.force),
        ),
      );
}

/**
 * The whole program; `parseAsync` runs it.
 * @param onDone gets the exit code of the command that ran
 */
export function createProgram(io: CliIo, onDone: (code: ExitCode) => void): Command {
  const program = new Command('duckmon');
  program
    .description(
      'Watches web pages and tells you, with proof, when something that matters changed.',
    )
    .option('--api <url>', 'address of the API')
    .option('--data <dir>', 'data folder of the duckmon on this machine')
    .addHelpText('after', AFTER_HELP)
    .exitOverride()
    .configureOutput({
      writeOut: io.out,
      writeErr: io.err,
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    });
  const does: Wiring['does'] =
    (action) =>
    async (...args) => {
      // Commander adds the command itself as the last argument.
      const context = createContext(io, program.opts<TargetOptions>());
      onDone(await action(context, ...(args.slice(0, -1) as never[])));
    };
  const wiring = { program, does };
  addManifests(wiring);
  addLists(wiring);
  addActions(wiring);
  addFindingActions(wiring);
  addCare(wiring);
  return program;
}
