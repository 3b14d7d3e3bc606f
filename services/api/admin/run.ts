/**
 * Does what administrators ask by a program in a pod of the api, or on the machine: whoever may run one there is
 * the administrator. Each act is in an audit.
 */
import { HttpError } from '../../core/errors.ts';
import { BackupError } from '../../store/backups/errors.ts';
import { StoreError } from '../../store/errors.ts';
import { appoint, endAll, shutOrLetIn, signIn } from './acts.ts';
import { exportChain, verify } from './audit.ts';
import type { Asked } from './command.ts';
import { EXIT, type AdminDeps, type ExitCode, type Say } from './deps.ts';
import { eraseData, exportData } from './ownData.ts';
import { users } from './users.ts';

/** @throws StoreError, HttpError or BackupError for what is not there, or is refused. */
export async function runAdmin(asked: Asked, deps: AdminDeps): Promise<ExitCode> {
  const { command } = asked;
  const say: Say = (value, sentence) => deps.write(asked.json ? JSON.stringify(value) : sentence);
  switch (command.verb) {
    case 'sign-in':
      return signIn(asked, deps, say);
    case 'revoke-all':
      return endAll(asked, deps, say);
    case 'disable':
    case 'enable':
      return shutOrLetIn(asked, command, deps, say);
    case 'grant-admin':
      return appoint(asked, { user: command.user, isAdmin: true }, deps, say);
    case 'revoke-admin':
      return appoint(asked, { ...command, isAdmin: false }, deps, say);
    case 'users':
      return users(command, deps, say);
    case 'audit verify':
      return verify(command, deps, say);
    case 'audit export':
      return exportChain(asked, command.chain, deps);
    case 'export':
      return exportData(asked, command.of, deps);
    case 'erase':
      return eraseData(asked, command, deps, say);
    default:
      return command satisfies never;
  }
}

/** What is told of a failure, and how the process ends. */
export const endOf = (error: unknown): { code: ExitCode; text: string } | undefined => {
  const isKnown =
    error instanceof StoreError || error instanceof HttpError || error instanceof BackupError;
  if (!isKnown) return undefined;
  const isAbsent = error.code === 'notFound' || error.code === 'not_found';
  return { code: isAbsent ? EXIT.notFound : EXIT.failed, text: error.message };
};
