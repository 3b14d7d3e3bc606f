/** The commands of `kubectl monitor` that run in a pod of the api: their flags and their help. */
import type { Command } from 'commander';
import { passed, type AdminFlags } from '../commands/adminFlags.ts';
import type { Does } from './program.ts';
import { copiedHeads, runInApi } from './commands/admin.ts';

const JSON_FLAG = ['--json', 'lines of JSON instead of sentences'] as const;
const REASON = ['--reason <text>', 'why, for the audit'] as const;
const USER = 'address or id, as in kubectl monitor users';

/** Adds them to the program. */
export function addAdmin(program: Command, does: Does): void {
  const run = (...words: readonly string[]) =>
    does((context, options: AdminFlags) => runInApi(context, [...words, ...passed(options)]));
  program
    .command('sign-in')
    .description('make a link that signs an administrator in at the dashboard, once')
    .option(...JSON_FLAG)
    .action(run('sign-in'));
  program
    .command('revoke-all')
    .description('end every session and every token of everybody, at once')
    .option(...REASON)
    .option(...JSON_FLAG)
    .action(run('revoke-all'));
  addPeople(program, does);
  program
    .command('users')
    .description('list everybody who ever signed in, and what each may do')
    .option('--inactive <days>', 'only whom nobody has seen for so long, such as 90d')
    .option('--csv', 'a table for a spreadsheet')
    .option(...JSON_FLAG)
    .action(run('users'));
  addOwnData(program, does);
  addAudit(program, does);
}

function addPeople(program: Command, does: Does): void {
  for (const [word, summary] of [
    ['disable', 'shut a user out: all sessions and tokens end'],
    ['enable', 'let a user in again'],
    ['grant-admin', 'make a user an administrator of the installation'],
    ['revoke-admin', 'make an administrator an ordinary user again'],
  ] as const) {
    const command = program
      .command(word)
      .description(summary)
      .argument('<user>', USER)
      .option(...REASON)
      .option(...JSON_FLAG);
    if (word === 'revoke-admin') command.option('--force', 'also the last administrator');
    command.action(
      does((context, user: string, options: AdminFlags) =>
        runInApi(context, [word, ...passed(options), '--', user]),
      ),
    );
  }
}

function addOwnData(program: Command, does: Does): void {
  const add = (word: 'export' | 'erase', summary: string): Command =>
    program
      .command(word)
      .description(summary)
      .argument('[user]', USER)
      .option('--workspace <name>', 'a workspace instead of a user')
      .option(...REASON)
      .action(
        does((context, user: string | undefined, options: AdminFlags) =>
          runInApi(context, [
            word,
            ...passed(options),
            ...(user === undefined ? [] : ['--', user]),
          ]),
        ),
      );
  add('export', 'write all that is kept of a user or a workspace, as lines of JSON');
  add('erase', 'delete a user or the history of a workspace, for good')
    .option('--dry-run', 'say what would go, change nothing')
    .option('--yes', 'do it')
    .option(...JSON_FLAG);
}

function addAudit(program: Command, does: Does): void {
  const audit = program.command('audit').description('work with the audit log');
  const add = (word: 'verify' | 'export', summary: string): Command =>
    audit
      .command(word)
      .description(summary)
      .option('--workspace <name>', 'that of a workspace, instead of the installation’s own')
      .option(...JSON_FLAG);
  add('verify', 'say whether the audit is as it was written; exit code 1 when it is not')
    .option(
      '--against <file>',
      'a copy on this machine that audit verify --json or audit export wrote once',
    )
    .action(
      does((context, { against, ...options }: AdminFlags) =>
        runInApi(context, [
          'audit',
          'verify',
          ...passed(options),
          ...copiedHeads(context, against, options.workspace),
        ]),
      ),
    );
  add('export', 'write the audit as lines of JSON, the newest first').action(
    does((context, options: AdminFlags) =>
      runInApi(context, ['audit', 'export', ...passed(options)]),
    ),
  );
}
