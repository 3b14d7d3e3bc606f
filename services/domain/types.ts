/** The plain data that the steps of a check hand to each other. No behaviour lives here. */

/** Which program read the page. Snapshots of different extractors are never compared. */
export type Extractor = 'http@1' | 'browser@1';

/** A structure that an extractor recognised in a page; what it means is decided by `validity`. */
export interface PageSign {
  readonly kind:
    | 'captcha'
    | 'botWall'
    | 'consentWall'
    | 'loginForm'
    | 'loggedOutSelector'
    | 'geoBlock'
    | 'errorTemplate'
    | 'emptyAppShell';
  /** A short excerpt or selector that shows why, for people. */
  readonly evidence: string;
}

/** One page as a fetcher saw it, before anything judged it. */
export interface FetchedPage {
  readonly extractor: Extractor;
  readonly requestedUrl: string;
  readonly finalUrl: string;
  readonly redirects: readonly string[];
  /** HTTP status of the final answer. */
  readonly status: number;
  readonly contentType: string;
  readonly title: string;
  /**
   * Visible text, one block a line. A heading's line begins with one to six `#` and a space, a list
   * item's with `- `; the cells of a table row are joined by ` | `.
   */
  readonly text: string;
  /** Decoded bytes of the main document. */
  readonly bytes: number;
  /** SHA-256 of the decoded main document, hex. */
  readonly htmlHash: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly signs: readonly PageSign[];
  readonly warnings: readonly string[];
  /** Text found for each value that a number condition asked for; null where nothing was found. */
  readonly values: Readonly<Record<string, string | null>>;
}

/** Why a page cannot be compared or judged (design 4.2). */
export type NotJudgeable =
  | 'captcha'
  | 'consentWall'
  | 'loginWall'
  | 'errorPage'
  | 'softNotFound'
  | 'emptyRender'
  | 'geoBlock'
  | 'download'
  | 'wrongContentType'
  | 'tooLarge';

export type Validity =
  | { readonly kind: 'valid' }
  | { readonly kind: 'notJudgeable'; readonly why: NotJudgeable; readonly evidence: string };

/** Why a fetch gave no page at all. */
export type FetchErrorCode =
  | 'timeout'
  | 'nameNotFound'
  | 'connectionRefused'
  | 'connectionReset'
  | 'tls'
  | 'addressForbidden'
  | 'tooManyRedirects'
  | 'redirectForbidden'
  | 'tooLarge'
  | 'download'
  | 'unsupportedContent'
  | 'decodeFailed'
  | 'selectorInvalid'
  | 'selectorMissing'
  | 'stepFailed'
  | 'loggedOut'
  | 'outOfMemory'
  | 'limitExceeded'
  | 'browserCrashed'
  | 'busy'
  | 'internal';

export interface FetchError {
  readonly code: FetchErrorCode;
  /** For the owner of the monitor; never an internal address. */
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** One line of a normalised page. */
export interface Block {
  readonly text: string;
  /** The text of the nearest heading above, or '' when there is none. */
  readonly section: string;
}

/** A page's text in the form that is hashed, compared and quoted. */
export interface NormalText {
  readonly blocks: readonly Block[];
  /** The blocks' texts joined by newlines. */
  readonly text: string;
  /** SHA-256 of `text`, hex. */
  readonly hash: string;
}

export interface WordChange {
  readonly op: 'equal' | 'removed' | 'added';
  readonly text: string;
}

/** One place where two texts differ. */
export interface Hunk {
  /** Stable inside one change: h1, h2, … */
  readonly id: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly section: string;
  /** Lines of the older text, '' when added. */
  readonly before: string;
  /** Lines of the newer text, '' when removed. */
  readonly after: string;
  /** One line above and below, of the newer text. */
  readonly context: { readonly above: string; readonly below: string };
  readonly words: readonly WordChange[];
}

/** The difference of two valid snapshots after normalising. */
export interface Change {
  readonly hunks: readonly Hunk[];
  /** Blocks that only changed their place. */
  readonly moved: number;
  readonly addedChars: number;
  readonly removedChars: number;
}

export type VerdictKind = 'match' | 'no_match' | 'undetermined';
export type SeverityWord = 'info' | 'warning' | 'critical';
export type ClaimKind = 'added' | 'removed' | 'changed' | 'value';

/** One statement of a verdict with its quote. */
export interface Claim {
  readonly kind: ClaimKind;
  readonly subject: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly quote: string;
  readonly side: 'before' | 'after' | 'both';
}

export type VerdictCode =
  | 'changed'
  | 'appeared'
  | 'disappeared'
  | 'became_true'
  | 'still_true'
  | 'not_relevant'
  | 'cosmetic'
  | 'insufficient'
  | 'not_judgeable'
  | 'instruction_in_page';

/** What a model answers, exactly the strict schema of design 4.5. */
export interface JudgeAnswer {
  readonly verdict: VerdictKind;
  readonly relevance: number;
  readonly summary: string;
  readonly severity: SeverityWord;
  readonly claims: readonly Claim[];
  readonly reason: string;
  readonly code: VerdictCode;
}

/** Why a verdict is `undetermined`; the first two may pass by themselves and are retried. */
export type UndeterminedWhy =
  | 'model_unavailable'
  | 'invalid_answer'
  | 'model_not_configured'
  | 'budget_exhausted'
  | 'no_evidence'
  | 'instruction_in_page'
  | 'insufficient'
  | 'not_judgeable'
  | 'canary_leaked';

/** A claim whose quote was found, with the source it was found in. */
export interface VerifiedClaim extends Claim {
  readonly source: string;
}

/** A verdict after the evidence check: every claim that is left was found in the page. */
export interface Verdict {
  readonly verdict: VerdictKind;
  readonly why?: UndeterminedWhy | undefined;
  readonly relevance: number;
  readonly summary: string;
  readonly severity: SeverityWord;
  readonly claims: readonly VerifiedClaim[];
  readonly droppedClaims: readonly DroppedClaim[];
  readonly reason: string;
  readonly code: VerdictCode;
  readonly instructionInPage: boolean;
}

export interface DroppedClaim {
  readonly claim: Claim;
  readonly why:
    | 'quoteNotFound'
    | 'beforeNotRemoved'
    | 'afterNotAdded'
    | 'missingSide'
    | 'nullComparison'
    | 'numberMismatch'
    | 'subjectNotInSection';
}

/** Where a verdict came from; stored with it. */
export interface Provenance {
  readonly provider: string;
  readonly model: string;
  readonly promptVersion: string;
  readonly schemaVersion: string;
  readonly tokensIn: number;
  readonly tokensCached: number;
  readonly tokensOut: number;
  /** US dollars as a decimal string; null when the model has no known price. */
  readonly costUsd: string | null;
  readonly latencyMs: number;
  readonly attempts: number;
  readonly cacheHit: boolean;
}

export type FindingState = 'open' | 'acknowledged' | 'snoozed' | 'resolved';

/** Why a change was found but nobody was told; each is counted and stored. */
export type SuppressReason =
  | 'noise'
  | 'moved'
  | 'flapping'
  | 'requirementNotMet'
  | 'noMatch'
  | 'belowThreshold'
  | 'undeterminedHeld'
  | 'undeterminedRetry'
  | 'awaitingConfirmation'
  | 'notConfirmed'
  | 'knownFinding'
  | 'cooldown'
  | 'hourlyLimit'
  /** Judged once more because a person asked; that alone tells nobody. */
  | 'judgedByHand';

/** How one check ended; the worst of its sources, worst last. */
export type CheckOutcome =
  | 'Unchanged'
  | 'Changed'
  | 'Suppressed'
  | 'Alerted'
  | 'NotJudgeable'
  | 'Failed'
  | 'Missed';
