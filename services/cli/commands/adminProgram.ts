/** The commands of `duckmon admin`, their flags and their help. */
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
    .option(...REASON)
    .action(does((context, options: Parameters<typeof rotate>[1]) => rotate(context, options)));
  addPeople({ program: admin, does });
  admin
    .command('audit')
    .description('work with the audit log')
    .command('verify')
    .description('say whether the audit is as it was written; exit code 1 when it is not')
    .option('--workspace <name>', 'that of a workspace, instead of the installation’s own')
    .action(does((context, options: { workspace?: string }) => verifyAudit(context, options)));
}

function addPeople({ program, does }: Wiring): void {
  program
    .command('users')
    .description('list everybody who ever signed in')
    .addOption(output())
    .action(does((context, options: { output: Format }) => users(context, options.output)));
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
