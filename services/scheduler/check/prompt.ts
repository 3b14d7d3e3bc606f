/** The words of a goal, from the job itself or from a ConfigMap of its workspace. */
import type { Claim } from '../../store/claim.ts';
import type { SecretReader } from '../secrets/reader.ts';

export type Prompt =
  | { readonly kind: 'prompt'; readonly text: string }
  /** Conditions alone decide. */
  | { readonly kind: 'none' }
  | { readonly kind: 'missing'; readonly message: string };

const MAX_PROMPT = 2000;

/** Reads the goal's words; a ConfigMap or key that is missing is said, never taken for no goal. */
export async function promptOf(
  { workspace, spec }: Pick<Claim, 'workspace' | 'spec'>,
  secrets: Pick<SecretReader, 'configMap'>,
): Promise<Prompt> {
  const { prompt, promptFrom } = spec.goal;
  if (prompt !== undefined) return { kind: 'prompt', text: prompt };
  if (!promptFrom) return { kind: 'none' };
  const { name, key } = promptFrom.configMapKeyRef;
  const text = await secrets.configMap(workspace, name, key);
  if (text === undefined || text.trim() === '')
    return {
      kind: 'missing',
      message: `goal.promptFrom: the ConfigMap ${name} has no key ${key}; apply it, or give goal.prompt`,
    };
  return { kind: 'prompt', text: text.trim().slice(0, MAX_PROMPT) };
}
