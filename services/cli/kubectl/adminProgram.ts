/** The commands of `kubectl monitor` that run in a pod of the api: their flags and their help. */
import type { Command } from 'commander';
import type { Does } from './program.ts';
import { runInApi } from './commands/admin.ts';

interface Options {
  readonly json?: boolean;
  readonly reason?: string;
  readonly workspace?: string;
}

/** The flags as the entry point of the api takes them; a value that begins with a hyphen stays one. */
const passed = ({ json, reason, workspace }: Options): string[] => [
  ...(json === true ? ['--json'] : []),
  ...(reason === undefined ? [] : [`--reason=${reason}`]),
  ...(workspace === undefined ? [] : [`--workspace=${workspace}`]),
];

const JSON_FLAG = ['--json', 'lines of JSON instead of sentences'] as const;
const REASON = ['--reason <text>', 'why, for the audit'] as const;

/** Adds them to the program. */
export function addAdmin(program: Command, does: Does): void {
  const run = (...words: readonly string[]) =>
    does((context, options: Options) => runInApi(context, [...words, ...passed(options)]));
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
  for (const [word, summary] of [
    ['disable', 'shut a user out: all sessions and tokens end'],
    ['enable', 'let a user in again'],
  ] as const)
    program
      .command(word)
      .description(summary)
      .argument('<user>', 'address or id, as in kubectl monitor users')
      .option(...REASON)
      .option(...JSON_FLAG)
      .action(
        does((context, user: string, options: Options) =>
          runInApi(context, [word, ...passed(options), '--', user]),
        ),
      );
  program
    .command('users')
    .description('list everybody who ever signed in')
    .option(...JSON_FLAG)
    .action(run('users'));
  addAudit(program, does);
}

function addAudit(program: Command, does: Does): void {
  const audit = program.command('audit').description('work with the audit log');
  for (const [word, summary] of [
    ['verify', 'say whether the audit is as it was written; exit code 1 when it is not'],
    ['export', 'write the audit as lines of JSON, the newest first'],
  ] as const)
    audit
      .command(word)
      .description(summary)
      .option('--workspace <name>', 'that of a workspace, instead of the installation’s own')
      .option(...JSON_FLAG)
      .action(
        does((context, options: Options) => runInApi(context, ['audit', word, ...passed(options)])),
      );
}
