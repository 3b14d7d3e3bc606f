/** Times for people: how long ago, with the exact time on hover. */
import { locale } from '../texts/texts.ts';

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Such as "3 minutes ago" or "in 2 hours". */
export function relative(at: string, now = Date.now()): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(
    Math.trunc(seconds / size),
    unit,
  );
}

export function Time({ at }: { readonly at: string | undefined | null }) {
  if (at === undefined || at === null) return <span className="muted">–</span>;
  return (
    <time dateTime={at} title={new Date(at).toLocaleString(locale())}>
      {relative(at)}
    </time>
  );
}
