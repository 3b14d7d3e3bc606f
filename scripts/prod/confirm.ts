/** Asks before something is destroyed. */
import { SetupError } from '../../services/core/errors.ts';
import type { ProdDeps } from './deps.ts';

/**
 * Goes on only after a yes.
 * @throws SetupError when the person says no, and when there is nobody to ask.
 */
export async function confirm(
  question: string,
  yes: boolean,
  { ask }: Pick<ProdDeps, 'ask'>,
): Promise<void> {
  if (yes) return;
  if (ask === undefined)
    throw new SetupError(`${question} There is no terminal to ask: repeat it with --yes.`);
  const answer = await ask(`${question} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new SetupError('Nothing was changed.');
}
