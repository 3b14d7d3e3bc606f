/** Converts between instants and the wall clock of an IANA time zone. */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MAX_FORMATTERS = 1000;

/**
 * A wall clock reading as the UTC instant that would show it, in ms: arithmetic on days and hours is
 * then plain arithmetic.
 */
export type Wall = number;

const formatters = new Map<string, Intl.DateTimeFormat | null>();

/** Null when the zone is not known; each zone's formatter is made once, because that is slow. */
function formatterOf(zone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  if (formatters.size >= MAX_FORMATTERS) formatters.clear();
  const made = makeFormatter(zone);
  formatters.set(zone, made);
  return made;
}

function makeFormatter(zone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // RangeError is the platform's only way to say that it does not know the zone
    return null;
  }
}

/** Whether the platform knows this IANA zone. */
export const isZone = (zone: string): boolean => formatterOf(zone) !== null;

/**
 * What the clocks of `zone` show at an instant.
 * @throws RangeError for an unknown zone; ask `isZone` first
 */
export function wallAt(instant: number, zone: string): Wall {
  if (zone === 'UTC') return instant;
  const formatter = formatterOf(zone);
  if (!formatter) throw new RangeError(`The time zone "${zone}" is not known.`);
  const parts = Object.fromEntries(
    formatter.formatToParts(instant).map((part) => [part.type, part.value]),
  );
  const read = (name: string): number => Number(parts[name]);
  const shown = Date.UTC(
    read('year'),
    read('month') - 1,
    read('day'),
    read('hour'),
    read('minute'),
    read('second'),
  );
  return shown + (((instant % 1000) + 1000) % 1000);
}

/**
 * The instants at which the clocks of `zone` show `wall`: one, two where an hour is repeated, and
 * where it is skipped the first instant after the gap.
 */
export function instantsOf(wall: Wall, zone: string): number[] {
  const early = wall - offsetAt(wall - DAY_MS, zone);
  const late = wall - offsetAt(wall + DAY_MS, zone);
  const found = [...new Set([early, late])].filter((instant) => wallAt(instant, zone) === wall);
  return found.length > 0 ? found.sort((a, b) => a - b) : [endOfGap(wall, zone)];
}

const offsetAt = (instant: number, zone: string): number => wallAt(instant, zone) - instant;

/** Bisects to the minute at which the clocks jumped over `wall`. */
function endOfGap(wall: Wall, zone: string): number {
  let before = wall - DAY_MS - offsetAt(wall - DAY_MS, zone);
  let after = wall + DAY_MS - offsetAt(wall + DAY_MS, zone);
  while (after - before > 1000) {
    const middle = Math.floor((before + after) / 2000) * 1000;
    if (wallAt(middle, zone) < wall) before = middle;
    else after = middle;
  }
  return Math.ceil(after / MINUTE_MS) * MINUTE_MS;
}
