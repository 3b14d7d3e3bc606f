/**
 * The parts of answers that tests read, as one shape: a test knows which part its answer has, and
 * fails where that is not there.
 */

/** A list of which tests read the first and second element. */
type List<T> = readonly [T, T, ...T[]];

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** A search that a test expects to find something. */
interface Conditions {
  find(is: (condition: Condition) => boolean): Condition;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** An object of a list, or one by itself. */
interface Entity {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
  };
  readonly spec: {
    readonly description: string | undefined;
    readonly suspend: boolean;
    readonly alerting: { readonly cooldown: string };
    readonly sources: List<{ readonly fetch: string }>;
  };
  readonly status: {
    readonly conditions: Conditions;
    readonly nextCheck: string | undefined;
    readonly ownership: {
      readonly readOnly: string | null;
      readonly fields: List<{ readonly path: string; readonly managers: readonly string[] }>;
    };
  };
  readonly keys: readonly string[];
  readonly message: { readonly title: string };
  readonly channel: string;
  readonly attempts: number;
  readonly snoozedUntil: string;
  readonly runRequestId: string;
  readonly events: List<{ readonly kind: string }>;
  readonly judgement: { readonly change: unknown; readonly suppressed: string };
  readonly snapshots: List<{ readonly hasScreenshot: boolean }>;
  readonly rating: string | null;
  readonly down: number;
  readonly precision: number | null;
  readonly expected: string | null;
  readonly why: string;
  readonly judged: {
    readonly verdict: { readonly verdict: string };
    readonly goal: { readonly prompt: string };
  };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: unknown;
  readonly responses: object;
}

export interface AnswerBody extends Entity {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly correlationId: string;
    readonly fields: List<Problem>;
  };
  readonly items: List<Entity>;
  readonly nextCursor: string | null;
  readonly results: List<{
    readonly kind: string;
    readonly name: string;
    readonly action: string;
    readonly problems: List<Problem>;
  }>;
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: { readonly '/api/v1/monitors/{name}/run': { readonly post: Operation } };
  readonly checks: number;
  readonly last: unknown;
  readonly stages: List<{ readonly stage: string; readonly reached: number }>;
  readonly csrfToken: string;
  readonly whyNone: string;
  readonly workspace: string;
  readonly scope: string;
}
