/** The API's answers, as far as the cli looks into them. */
import type { Unread } from '../domain/reading.ts';
import type { CheckOutcome, FindingState, SeverityWord, VerdictKind } from '../domain/types.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | null | undefined;
}

export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

export interface ApplyAnswer {
  readonly results: readonly {
    readonly kind: string;
    readonly name: string;
    readonly action: 'created' | 'configured' | 'unchanged' | 'deleted' | 'refused';
    readonly problems?: readonly FieldProblem[] | undefined;
  }[];
}

export interface RunAnswer {
  readonly runRequestId: string;
  readonly requestedAt: string;
}

export interface Check {
  readonly id: string;
  readonly monitor: string;
  readonly at: string;
  readonly trigger: string;
  readonly runRequestId: string | null;
  readonly outcome: CheckOutcome;
  readonly stage: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly verdict: VerdictKind | null;
  readonly relevance: number | null;
  readonly durationMs: number | null;
  readonly costUsd: string | null;
}

/** The series of one value of one source, in parts of time. */
export interface ValueSeries {
  readonly source: string;
  readonly name: string;
  readonly unit: string | null;
  readonly parts: readonly {
    readonly at: string;
    readonly until: string;
    readonly min: string | null;
    readonly max: string | null;
    readonly last: string | null;
    readonly read: number;
    readonly unread: number;
    readonly why: Unread | null;
    readonly found: string | null;
  }[];
}

export interface LastValue {
  readonly source: string;
  readonly name: string;
  readonly at: string;
  readonly number: string | null;
  readonly unit: string | null;
  readonly why: Unread | null;
  readonly found: string;
}

export interface FindingClaim {
  readonly source: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly quote: string;
}

export interface Finding {
  readonly id: string;
  readonly monitor: string;
  readonly state: FindingState;
  readonly severity: SeverityWord;
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly FindingClaim[];
  readonly verdict: VerdictKind | null;
  readonly why: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly seenCount: number;
}

export interface Delivery {
  readonly id: string;
  readonly monitor: string;
  readonly channel: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: string;
}

export interface Alert {
  readonly id: string;
  readonly monitor: string;
  readonly kind: string;
  readonly severity: SeverityWord;
  readonly message: { readonly title?: string | undefined };
  readonly createdAt: string;
}

export interface StoredSecret {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly keys: readonly string[];
}

export interface Funnel {
  readonly monitor: string;
  /** How many checks it is about. */
  readonly checks: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly reached: number;
    readonly stopped: readonly { readonly reason: string; readonly count: number }[];
  }[];
  readonly last: readonly {
    readonly checkId: string;
    readonly at: string;
    readonly outcome: CheckOutcome;
    readonly stage: string;
    readonly reason: string | null;
    readonly message: string | null;
  }[];
}

/** What a person said of a verdict or a finding, and what was judged. */
export interface LabelledCase {
  readonly about: { readonly kind: 'verdict' | 'finding'; readonly id: string };
  readonly monitor: string;
  readonly at: string;
  readonly rating: 'up' | 'down';
  readonly why: string;
  readonly told: boolean;
  /** What the judge should have said; null where it did not decide. */
  readonly expected: 'match' | 'no_match' | null;
  readonly judged: {
    readonly goal: { readonly prompt?: string | undefined } | null;
    readonly verdict: { readonly verdict: VerdictKind } | null;
  };
}

export interface ChannelTestAnswer {
  readonly kind: 'accepted' | 'retry' | 'rejected' | 'unknown';
  readonly reason: string | null;
}
