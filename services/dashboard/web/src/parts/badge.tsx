/** A word with the colour of what it means. */
import type { Finding, MonitorJob } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { isChecking } from './progress.ts';
import { Time } from './time.tsx';
import { outcomeWord } from './words.ts';

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

export const Outcome = ({ of }: { readonly of: string }) => (
  <Badge tone={OUTCOME_TONES[of] ?? 'calm'}>{outcomeWord(of)}</Badge>
);

/** The state of a monitor in one word. */
export function MonitorState({ job }: { readonly job: MonitorJob }) {
  if (job.spec.suspend) return <Badge tone="warn">{t('monitors.paused')}</Badge>;
  const ready = job.status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'False') return <Badge tone="bad">{t('monitors.notReady')}</Badge>;
  const healthy = job.status?.conditions?.find(({ type }) => type === 'Healthy');
  if (healthy?.status === 'False') return <Badge tone="bad">{t('monitors.failing')}</Badge>;
  return <Badge tone="good">{t('monitors.watching')}</Badge>;
}

/** When the next check comes, or that one runs. */
export function NextCheck({ job }: { readonly job: MonitorJob }) {
  if (job.spec.suspend) return <Time at={undefined} />;
  if (isChecking(job)) return <Badge tone="news">{t('monitors.checkingNow')}</Badge>;
  return <Time at={job.status?.nextCheck} />;
}

const STATE_TONES: Readonly<Record<Finding['state'], Tone>> = {
  open: 'news',
  acknowledged: 'calm',
  snoozed: 'warn',
  resolved: 'good',
};

export const FindingState = ({ of }: { readonly of: Finding['state'] }) => (
  <Badge tone={STATE_TONES[of]}>{t(`words.findingStates.${of}`)}</Badge>
);
