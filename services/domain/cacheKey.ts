/** The key under which a verdict may be used again (design 4.5). */
import { createHash } from 'node:crypto';
import type { Goal } from '../../crds/types/monitorjob.ts';
import type { NormalText } from './types.ts';

/** All that a verdict depends on, and nothing else: the job and its goalVersion are not part of it. */
export interface CacheKeyInput {
  readonly workspace: string;
  /** The texts that were compared, in the order they were sent. */
  readonly texts: readonly {
    readonly before: Pick<NormalText, 'hash'> | undefined;
    readonly after: Pick<NormalText, 'hash'>;
  }[];
  readonly goal: { readonly prompt: string } & Pick<Goal, 'kind' | 'language'>;
  /** What the model was told of open findings. */
  readonly previousFindings: readonly {
    readonly subject: string;
    readonly kind: string;
    readonly value: string | null;
  }[];
  readonly promptVersion: string;
  /** The model, or the chain of models, first one first. */
  readonly models: readonly string[];
  readonly schemaVersion: string;
}

/** SHA-256, hex. Every part is quoted, so two inputs cannot run into each other. */
export function verdictCacheKey(input: CacheKeyInput): string {
  const parts = [
    input.workspace,
    input.texts.map(({ before, after }) => [before?.hash ?? null, after.hash]),
    [input.goal.prompt, input.goal.kind, input.goal.language],
    input.previousFindings.map(({ subject, kind, value }) => [subject, kind, value]),
    input.promptVersion,
    input.models,
    input.schemaVersion,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
