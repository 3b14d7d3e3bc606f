/** The last checks of a monitor as a row of bars, oldest first. */
import type { LastCheck } from '../objects.ts';
import { stripWords } from './words.ts';

const TONES: Readonly<Record<string, string>> = {
  Unchanged: 'quiet',
  Suppressed: 'quiet',
  Changed: 'changed',
  Alerted: 'told',
  NotJudgeable: 'unclear',
  Missed: 'unclear',
  Failed: 'failed',
};

export function CheckStrip({ checks }: { readonly checks: readonly LastCheck[] }) {
  if (checks.length === 0) return null;
  return (
    <span className="strip" role="img" aria-label={stripWords(checks)} title={stripWords(checks)}>
      {checks.toReversed().map(({ id, outcome }) => (
        <i key={id} className={TONES[outcome] ?? 'quiet'} />
      ))}
    </span>
  );
}
