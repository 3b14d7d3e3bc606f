/** Names that the api shares with the operator and with kubectl. */

/** Field manager of everything that people write in the dashboard. */
export const FIELD_MANAGER = 'duckmon-dashboard';

export const ANNOTATIONS = {
  /** Run now; the value is answered in `status.lastHandledRunRequest`. */
  runRequestedAt: 'mon.duckerhub.com/run-requested-at',
  /** What client-side `kubectl apply` remembers; whoever writes it applies on the client's side. */
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
} as const;

export const LABELS = {
  /** The workspace of a person, on monitors and channels in the users namespace. */
  workspace: 'mon.duckerhub.com/workspace',
} as const;

/** The Secrets that the api may make and delete; an admission policy holds it to them. */
export const SECRET_PREFIXES: readonly string[] = ['duckmon-user-', 'duckmon-login-'];
