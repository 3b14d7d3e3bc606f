/** Why a call to another service gave no usable answer. */

export type InternalProblem =
  | {
      readonly kind: 'unreachable';
      readonly message: string;
      /** Whether the request may have been processed although no answer came. */
      readonly maybeProcessed: boolean;
    }
  | { readonly kind: 'timeout'; readonly message: string }
  | { readonly kind: 'busy'; readonly message: string; readonly retryAfterSeconds: number }
  | { readonly kind: 'refused'; readonly message: string; readonly status: number }
  | { readonly kind: 'invalidAnswer'; readonly message: string };

export class InternalCallError extends Error {
  readonly problem: InternalProblem;
  constructor(problem: InternalProblem, cause?: unknown) {
    super(problem.message, { cause });
    this.name = 'InternalCallError';
    this.problem = problem;
  }
}
