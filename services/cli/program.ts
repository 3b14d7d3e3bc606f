/** The commands, their flags and their help. */
import { Command, Option } from 'commander';
import { actOnFindings, type FindingVerb, resend, setPaused, testChannel } from './commands/act.ts';
import { addAdmin } from './commands/adminProgram.ts';
import { apply, removeFiles, removeNamed } from './commands/apply.ts';
import { backup, restore } from './commands/backup.ts';
import { createContext } from './commands/context.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { checks, findings, get } from './commands/get.ts';
import { addExchange } from './commands/exchangeProgram.ts';
import { turnDataKey } from './commands/dataKey.ts';
import { generateKeys } from './commands/keys.ts';
import { run } from './commands/run.ts';
import { addTries } from './commands/triesProgram.ts';
import { values } from './commands/values.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { AFTER_HELP } from './help.ts';
import type { CliIo } from './io.ts';
import { kindAndNames } from './kinds.ts';
import type { TargetOptions } from './target.ts';
import { duration, files, limit, output, type Wiring } from './wiring.ts';

const MONITOR = 'its name, as in duckmon get mj';
const FINDINGS = 'their ids, as in duckmon findings';

function addManifests({ program, does }: Wiring): void {
  program
    .command('apply')
    .description('create or change the objects of manifest files')
    .usage('-f FILE [options]')
    .addOption(files())
    .option('--dry-run', 'check everything, change nothing')
    .action(does((context, options: Parameters<typeof apply>[1]) => apply(context, options)));
  program
    .command('delete')
    .description('delete objects by name or by file')
    .usage('KIND NAME... | -f FILE')
    .argument('[kind]', 'such as mj, or mj/NAME')
    .argument('[names...]', 'which of them')
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
}

function addLists({ program, does }: Wiring): void {
  type Options = Parameters<typeof get>[2];
  program
    .command('get')
    .description('show objects or history')
    .argument('<kind>', 'such as mj, nch, findings, or mj/NAME')
    .argument('[names...]', 'names, or ids of what has none')
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
    .description('show the last checks of a monitor')
    .argument('<monitor>', MONITOR)
    .addOption(output())
    .addOption(limit())
    .action(does((context, name: string, options: Options) => checks(context, name, options)));
  program
    .command('findings')
    .description('show findings with their proof')
    .argument('[monitor]', 'only those of this monitor')
    .addOption(
      new Option('--state <state>', 'only those in this state').choices([
        'open',
        'acknowledged',
        'snoozed',
        'resolved',
      ]),
    )
    .addOption(output())
    .addOption(limit())
    .action(
      does((context, name: string | undefined, options: Options) =>
        findings(context, name, options),
      ),
    );
  program
    .command('values')
    .description('show the numbers that a monitor reads (spec.values), of the last week')
    .argument('<monitor>', MONITOR)
    .addOption(output())
    .action(
      does((context, name: string, options: Options) => values(context, name, options.output)),
    );
  program
    .command('explain')
    .description('show how far the last checks came, and why there was no alert')
    .argument('<monitor>', MONITOR)
    .addOption(output())
    .action(
      does((context, name: string, options: Options) => explain(context, name, options.output)),
    );
}

function addActions({ program, does }: Wiring): void {
  program
    .command('run')
    .description('check a monitor now')
    .argument('<monitor>', MONITOR)
    .option('--wait', 'until the check has ended and its deliveries were tried once')
    .addOption(
      new Option('--timeout <time>', 'longest wait')
        .argParser(duration('--timeout'))
        .default(300_000, '5m'),
    )
    .action(
      does((context, name: string, options: { wait?: boolean; timeout: number }) =>
        run(context, name, { wait: options.wait === true, timeoutMs: options.timeout }),
      ),
    );
  for (const verb of ['pause', 'resume'] as const)
    program
      .command(verb)
      .description(
        verb === 'pause' ? 'stop the checks of monitors' : 'go on with the checks of monitors',
      )
      .argument('<monitors...>', 'their names, as in duckmon get mj')
      .action(does((context, names: string[]) => setPaused(context, verb, names)));
  const channels = program.command('channels').description('work with notification channels');
  channels
    .command('test')
    .description('send a test message')
    .argument('<channel>', 'its name, as in duckmon get nch')
    .action(does((context, name: string) => testChannel(context, name)));
  program
    .command('resend')
    .description('send deliveries again that did not arrive')
    .argument('<deliveries...>', 'their ids, as in duckmon get deliveries')
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
      .description(summary)
      .argument('<findings...>', FINDINGS)
      .action(does((context, ids: string[]) => actOnFindings(context, verb, ids)));
  program
    .command('snooze')
    .description('keep a finding silent for a while')
    .argument('<findings...>', FINDINGS)
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
    .description('say what is configured, reachable and wrong, and what to do')
    .addOption(output())
    .action(does((context, options: Parameters<typeof get>[2]) => doctor(context, options.output)));
  program
    .command('generate-keys')
    .description('write or rotate JWT_SECRET and INTERNAL_API_KEY in .env')
    .option('--file <file>', 'another file than .env of the checkout')
    .addOption(
      new Option(
        '--data-key',
        'turn the key of stored secrets instead, a step each time',
      ).conflicts('file'),
    )
    .action(
      does((context, options: { file?: string; dataKey?: boolean }) =>
        options.dataKey ? turnDataKey(context) : generateKeys(context, options.file),
      ),
    );
  const archives = [
    ['backup', backup, 'write the database to a file', 'overwrite the file when it is there'],
    ['restore', restore, 'fill the database from a file', 'throw away what the database holds'],
  ] as const;
  for (const [command, action, summary, force] of archives)
    program
      .command(command)
      .description(summary)
      .argument('<file>', 'the backup')
      .option('--force', force)
      .action(
        does((context, file: string, options: { force?: boolean }) =>
          action(context, file, options.force === true),
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
    .showHelpAfterError('Add --help for its arguments and flags.')
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
  addTries(wiring);
  addExchange(wiring);
  addLists(wiring);
  addActions(wiring);
  addFindingActions(wiring);
  addCare(wiring);
  addAdmin(wiring);
  return program;
}
