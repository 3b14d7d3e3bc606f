/** Durations in the Go style of Kubernetes: hours, minutes and seconds such as `1h30m`. */

/** The very expression of the CRDs' rules, so that both take the same texts. */
const PATTERN =
  /^(?:(?:([0-9]{1,5})h)(?:([0-9]{1,6})m)?(?:([0-9]{1,8})s)?|([0-9]{1,6})m(?:([0-9]{1,8})s)?|([0-9]{1,8})s)$/;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * Milliseconds of a duration such as `90s`, `15m` or `1h30m`.
 * @throws RangeError when the text is no such duration.
 */
export function parseDuration(text: string): number {
  const parts = PATTERN.exec(text);
  if (!parts)
    throw new RangeError(`not a duration such as 90s, 15m or 1h30m: ${JSON.stringify(text)}`);
  const [hours, minutes, seconds] = [
    parts[1],
    parts[2] ?? parts[4],
    parts[3] ?? parts[5] ?? parts[6],
  ];
  return Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds ?? 0) * SECOND;
}

/**
 * The shortest duration of a time, with whole seconds: `0s`, `90s` becomes `1m30s`.
 * @param ms not negative; less than a second is rounded to the nearest second
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`not a length of time: ${ms}`);
  const total = Math.round(ms / SECOND) * SECOND;
  const parts = [
    [Math.floor(total / HOUR), 'h'],
    [Math.floor((total % HOUR) / MINUTE), 'm'],
    [(total % MINUTE) / SECOND, 's'],
  ] as const;
  return parts.map(([count, unit]) => (count === 0 ? '' : `${count}${unit}`)).join('') || '0s';
}
