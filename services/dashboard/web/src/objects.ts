/** What the API tells of monitors, checks and findings. */
import type { WordBox } from './parts/places.ts';
import type { ValueRule } from './parts/valuesDraft.ts';

export interface StatusCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message?: string;
}

/** Who else owns parts of an object; only in a cluster. */
export interface Ownership {
  /** Why nothing of it can be edited here. */
  readonly readOnly: string | null;
  readonly fields: readonly { readonly path: string; readonly managers: readonly string[] }[];
}

interface Rule {
  readonly contains?: string;
  readonly pattern?: string;
  readonly side?: string;
  readonly select?: string;
  readonly op?: string;
  readonly value?: string;
  readonly within?: string;
}

export interface ConditionSpec {
  readonly name: string;
  readonly then: 'Alert' | 'Require';
  readonly text?: Rule;
  readonly regex?: Rule;
  readonly number?: Rule;
  readonly percentChange?: Rule;
  readonly size?: unknown;
}

export interface MonitorJob {
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Record<string, string>;
  };
  readonly spec: {
    readonly suspend: boolean;
    readonly description?: string;
    readonly tags?: readonly string[];
    readonly sources: readonly {
      readonly name: string;
      readonly url: string;
      readonly select?: { readonly include?: readonly string[] };
    }[];
    readonly schedule: {
      readonly interval?: string;
      readonly cron?: string;
      readonly timeZone: string;
      readonly windows?: readonly unknown[];
    };
    readonly goal: { readonly prompt?: string; readonly promptFrom?: unknown };
    readonly conditions?: readonly ConditionSpec[];
    readonly alerting?: { readonly channelRefs?: readonly { readonly name: string }[] };
    readonly values?: readonly ValueRule[];
  };
  readonly status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly lastCheck?: {
      readonly time: string;
      readonly outcome: string;
      readonly verdict?: string;
      readonly message?: string;
    };
    readonly lastChange?: string;
    readonly nextCheck?: string;
    readonly openFindings?: number;
    readonly consecutiveFailures?: number;
    readonly ownership?: Ownership;
  };
}

export interface Claim {
  readonly source: string;
  readonly kind: string;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly quote: string;
  readonly side: 'before' | 'after' | 'both';
}

export interface Hunk {
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly section: string;
  readonly before: string;
  readonly after: string;
  readonly context: { readonly above: string; readonly below: string };
  readonly words: readonly { readonly op: 'equal' | 'removed' | 'added'; readonly text: string }[];
}

export interface Check {
  readonly id: string;
  readonly monitor: string;
  readonly at: string;
  readonly trigger: string;
  readonly outcome: string;
  readonly stage: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly verdict: string | null;
  readonly relevance: number | null;
  readonly durationMs: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: string | null;
}

export type LastCheck = Pick<Check, 'id' | 'monitor' | 'at' | 'outcome'>;

/** How many monitors there are in each state. */
export type MonitorCounts = Readonly<
  Record<'all' | 'watching' | 'failing' | 'paused' | 'findings', number>
>;

export interface Judgement {
  readonly verdict: {
    readonly verdict: string;
    readonly why?: string;
    readonly relevance: number;
    readonly summary: string;
    readonly reason: string;
    readonly claims: readonly Claim[];
    readonly droppedClaims: readonly { readonly why: string }[];
  };
  readonly provenance: {
    readonly model: string;
    readonly promptVersion: string;
    readonly cacheHit: boolean;
    readonly tokensIn: number;
    readonly tokensOut: number;
    readonly costUsd: string | null;
  } | null;
  readonly suppressed: string | null;
  readonly change: readonly { readonly source: string; readonly hunks: readonly Hunk[] }[];
}

/** What a check found in one source. */
export interface CheckSource {
  readonly source: string;
  /** Where the job reads some. */
  readonly values?: readonly {
    readonly name: string;
    readonly number: string | null;
    readonly unit: string | null;
    readonly why: string | null;
    readonly found: string;
  }[];
  /** Of a change that no verdict keeps. */
  readonly hunks?: readonly Hunk[];
}

/** The words of a screenshot, and where they stand in its pixels. */
export interface PictureBoxes {
  readonly width: number;
  readonly height: number;
  readonly words: readonly WordBox[];
}

export interface CheckDetail extends Check {
  readonly verdictId: string | null;
  readonly judgement: Judgement | null;
  /** Judged once more by hand. */
  readonly rejudged: readonly {
    readonly id: string;
    readonly at: string;
    readonly judgement: Judgement;
  }[];
  readonly sources: readonly CheckSource[];
  readonly snapshots: readonly {
    readonly id: string;
    readonly source: string;
    readonly title: string;
    readonly finalUrl: string;
    readonly validity: string;
    readonly hasScreenshot: boolean;
    readonly hasBoxes: boolean;
  }[];
}

export interface Finding {
  readonly id: string;
  readonly monitor: string;
  readonly source: string;
  readonly subject: string;
  readonly kind: string;
  readonly value: string | null;
  readonly state: 'open' | 'acknowledged' | 'snoozed' | 'resolved';
  readonly severity: 'info' | 'warning' | 'critical';
  readonly title: string;
  readonly summary: string;
  readonly claims: readonly Claim[];
  readonly verdict: string | null;
  readonly why: string | null;
  readonly checkId: string | null;
  readonly firstSeenAt: string;
  readonly lastSeenAt: string;
  readonly seenCount: number;
  readonly acknowledgedAt: string | null;
  /** What the person said of it. */
  readonly rating: 'up' | 'down' | null;
}

export interface Funnel {
  readonly checks: number;
  readonly stages: readonly {
    readonly stage: string;
    readonly reached: number;
    readonly stopped: readonly { readonly reason: string; readonly count: number }[];
  }[];
}

export interface NotificationChannel {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly type: 'Email' | 'Slack' | 'Teams' | 'Webhook';
    readonly description?: string;
    readonly suspend?: boolean;
    readonly email?: { readonly to: readonly string[] };
    readonly webhook?: { readonly url: string };
  };
  readonly status?: {
    readonly conditions?: readonly StatusCondition[];
    readonly recipients?: readonly {
      readonly address: string;
      readonly state: 'Pending' | 'Confirmed' | 'Bounced' | 'Unsubscribed';
    }[];
    readonly lastDelivery?: { readonly time: string; readonly result: string };
    readonly failed24h?: number;
  };
}

/** Something on a picture, in its pixels, with the selector that finds it alone. */
export interface PictureElement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly selector: string;
  readonly label: string;
}

export interface PreviewPicture {
  /** WebP. */
  readonly base64: string;
  readonly width: number;
  readonly height: number;
  readonly elements: readonly PictureElement[];
}

/** What one judgement of a page usually takes. */
export interface Judging {
  readonly model: string;
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly costUsd: string | null;
}

/** What a job would see now. */
export interface Preview {
  readonly judging?: Judging;
  readonly sources: readonly {
    readonly source: string;
    readonly outcome: 'page' | 'notJudgeable' | 'failed';
    readonly title: string;
    readonly extractor: string | null;
    readonly normalised: string;
    readonly problem: string | null;
    readonly warnings: readonly string[];
    readonly values?: CheckSource['values'];
    readonly picture?: PreviewPicture;
  }[];
  readonly conditions: readonly {
    readonly name: string;
    readonly holds: boolean;
    readonly evidence: string;
  }[];
}

export interface Delivery {
  readonly id: string;
  readonly monitor: string;
  readonly channel: string;
  /** Of a mail that asks to confirm. */
  readonly recipient: string | null;
  readonly state: 'pending' | 'sending' | 'accepted' | 'delivered' | 'bounced' | 'unknown' | 'dead';
  readonly lastError: string | null;
  readonly createdAt: string;
}
