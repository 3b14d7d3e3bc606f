/** The commands of `duckmon admin`, their flags and their help. */
import { Option } from 'commander';
import type { AdminFlags } from './adminFlags.ts';
import type { Format } from '../output.ts';
import { output, type Wiring } from '../wiring.ts';
import {
  type Because,
  revokeAll,
  rotate,
  setDisabled,
  setFrozen,
  users,
  verifyAudit,
} from './admin.ts';
import { runOnMachine } from './adminMachine.ts';
import { rotateDataKey } from './dataKey.ts';

const REASON = ['--reason <text>', 'why, for the audit'] as const;

/** Adds them to the program. */
export function addAdmin({ program, does }: Wiring): void {
  const admin = program
    .command('admin')
    .description('administer the installation; needs the token of its data folder');
  admin
    .command('revoke-all')
    .description('end every session and every token of everybody, at once')
    .option(...REASON)
    .action(does((context, options: Because) => revokeAll(context, options)));
  for (const [word, frozen, summary] of [
    ['freeze', true, 'stop all checks and all sending'],
    ['resume', false, 'lift the freeze'],
  ] as const)
    admin
      .command(word)
      .description(summary)
      .option(...REASON)
      .action(does((context, options: Because) => setFrozen(context, frozen, options)));
  admin
    .command('rotate')
    .description('replace the keys between the services of a cluster')
    .option('--now', 'for an incident: without overlap')
    .addOption(
      new Option(
        '--data-key',
        'turn the key of stored secrets on this machine instead, a step each time',
      ).conflicts(['now', 'reason']),
    )
    .option(...REASON)
    .action(
      does(
        (context, { dataKey, ...options }: Parameters<typeof rotate>[1] & { dataKey?: boolean }) =>
          dataKey === true ? rotateDataKey(context) : rotate(context, options),
      ),
    );
  addPeople({ program: admin, does });
  addOnMachine({ program: admin, does });
  admin
    .command('audit')
    .description('work with the audit log')
    .command('verify')
    .description('say whether the audit is as it was written; exit code 1 when it is not')
    .option('--workspace <name>', 'that of a workspace, instead of the installation’s own')
    .option(
      '--against <file>',
      'a copy kept elsewhere: a backup, or what audit verify --json or audit export wrote once',
    )
    .option('--json', 'lines of JSON instead of sentences')
    .action(
      does((context, options: AdminFlags) =>
        options.against === undefined && options.json !== true
          ? verifyAudit(context, options)
          : runOnMachine(context, ['audit', 'verify'], options),
      ),
    );
}

function addPeople({ program, does }: Wiring): void {
  program
    .command('users')
    .description('list everybody who ever signed in, and what each may do')
    .option('--inactive <days>', 'only whom nobody has seen for so long, such as 90d')
    .option('--csv', 'a table for a spreadsheet')
    .addOption(output())
    .action(
      does((context, options: AdminFlags & { output: Format }) =>
        options.csv === true
          ? runOnMachine(context, ['users'], options)
          : users(context, options.output, options.inactive),
      ),
    );
  for (const [verb, summary] of [
    ['disable', 'shut a user out: all sessions and tokens end'],
    ['enable', 'let a user in again'],
  ] as const)
    program
      .command(verb)
      .description(summary)
      .argument('<user>', 'address or id, as in duckmon admin users')
      .option(...REASON)
      .action(
        does((context, user: string, options: Because) =>
          setDisabled(context, verb, user, options),
        ),
      );
}

/** What runs beside the database and not by the API: no sign-in, however administrative, may do it. */
function addOnMachine({ program, does }: Wiring): void {
  const run = (word: string) =>
    does((context, user: string | undefined, options: AdminFlags) =>
      runOnMachine(context, [word], options, user),
    );
  for (const [word, summary] of [
    ['grant-admin', 'make a user an administrator of the installation'],
    ['revoke-admin', 'make an administrator an ordinary user again'],
  ] as const) {
    const command = program
      .command(word)
      .description(summary)
      .argument('<user>', 'address or id, as in duckmon admin users')
      .option(...REASON)
      .action(run(word));
    if (word === 'revoke-admin') command.option('--force', 'also the last administrator');
  }
  for (const [word, summary] of [
    ['export', 'write all that is kept of a user or a workspace, as lines of JSON'],
    ['erase', 'delete a user or a workspace, for good'],
  ] as const) {
    const command = program
      .command(word)
      .description(summary)
      .argument('[user]', 'address or id, as in duckmon admin users')
      .option('--workspace <name>', 'a workspace instead of a user')
      .option(...REASON)
      .action(run(word));
    if (word === 'erase')
      command.option('--dry-run', 'say what would go, change nothing').option('--yes', 'do it');
  }
}
