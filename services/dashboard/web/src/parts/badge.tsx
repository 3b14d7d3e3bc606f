/** A word with the colour of what it means. */
import type { Finding, MonitorJob } from '../objects.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'news';

export const Badge = ({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: React.ReactNode;
}) => <span className={`badge ${tone}`}>{children}</span>;

const OUTCOME_TONES: Readonly<Record<string, Tone>> = {
  Unchanged: 'calm',
  Changed: 'news',
  Suppressed: 'calm',
  Alerted: 'news',
  NotJudgeable: 'warn',
  Failed: 'bad',
  Missed: 'warn',
};

const OUTCOME_WORDS: Readonly<Record<string, string>> = { NotJudgeable: 'Not judgeable' };

export const Outcome = ({ of }: { readonly of: string }) => (
  <Badge tone={OUTCOME_TONES[of] ?? 'calm'}>{OUTCOME_WORDS[of] ?? of}</Badge>
);

/** The state of a monitor in one word. */
export function MonitorState({ job }: { readonly job: MonitorJob }) {
  if (job.spec.suspend) return <Badge tone="warn">Paused</Badge>;
  const ready = job.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False') return <Badge tone="bad">Not ready</Badge>;
  const healthy = job.status?.conditions?.find(({ type }) => type === 'Healthy');
  if (healthy?.status === 'False') return <Badge tone="bad">Failing</Badge>;
  return <Badge tone="good">Watching</Badge>;
}

const STATE_TONES: Readonly<Record<Finding['state'], Tone>> = {
  open: 'news',
  acknowledged: 'calm',
  snoozed: 'warn',
  resolved: 'good',
};

export const FindingState = ({ of }: { readonly of: Finding['state'] }) => (
  <Badge tone={STATE_TONES[of]}>{of}</Badge>
);

const VERDICT_WORDS: Readonly<Record<string, string>> = {
  match: 'match',
  no_match: 'no match',
  undetermined: 'not judged',
};

/** The verdict's word; `undetermined` is said as what it means for a person. */
export const verdictWord = (verdict: string): string => VERDICT_WORDS[verdict] ?? verdict;
