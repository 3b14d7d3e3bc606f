/** The numbers that a check reads of its sources (spec.values), and what is remembered of them. */
import type { MonitorJobSpec, Value } from '../../../crds/types/monitorjob.ts';
import { askedAs, NO_PAGE, readValue, selectOf, type Reading } from '../../domain/reading.ts';
import type { ValuePoint } from '../../store/commit.ts';
import type { KnownReading } from '../../store/sourceState.ts';
import type { Checked } from './decide.ts';
import { knownReading } from './known.ts';
import { pageOf } from './look.ts';

type Rules = readonly Value[] | undefined;
type Seen = Pick<Checked, 'fetched' | 'look' | 'memory'>;

/** One point for each value of one source; one without a number says why. */
export const pointsOf = (rules: Rules, seen: Seen): ValuePoint[] =>
  (rules ?? []).map((rule) => pointOf(seen.fetched.source.name, rule.name, readingOf(rule, seen)));

/** The points of a check that never came to its pages. */
export const pointsOfNoPage = ({
  sources,
  values,
}: Pick<MonitorJobSpec, 'sources' | 'values'>): ValuePoint[] =>
  sources.flatMap((source) =>
    (values ?? []).map(({ name }) => pointOf(source.name, name, NO_PAGE)),
  );

function pointOf(source: string, name: string, reading: Reading): ValuePoint {
  switch (reading.kind) {
    case 'number': {
      const { number, unit, text } = reading;
      return { source, name, number, unit, why: null, found: text };
    }
    case 'unread':
      return { source, name, number: null, unit: null, why: reading.why, found: reading.text };
    default:
      return reading satisfies never;
  }
}

/** A page that the server says is the same has the same numbers. */
function readingOf(rule: Value, { look, memory }: Seen): Reading {
  switch (look.kind) {
    case 'failed':
    case 'notJudgeable':
      return NO_PAGE;
    case 'unchanged':
    case 'baseline':
    case 'changed': {
      const page = pageOf(look);
      return page
        ? readValue(rule, page.values[askedAs(rule)] ?? null)
        : (knownReading(rule, memory.state) ?? NO_PAGE);
    }
    default:
      return look satisfies never;
  }
}

/** What is remembered of the values; where there was no page, what was known stays. */
export function readingsAfter(rules: Rules, seen: Seen): Record<string, KnownReading> {
  const entries = (rules ?? []).flatMap((rule): [string, KnownReading][] => {
    const read = readingOf(rule, seen);
    const reading = isNoPage(read) ? knownReading(rule, seen.memory.state) : read;
    return reading ? [[rule.name, { by: selectOf(rule), reading }]] : [];
  });
  return Object.fromEntries(entries);
}

const isNoPage = (reading: Reading): boolean =>
  reading.kind === 'unread' && reading.why === 'noPage';

/** Whether a check leaves the memory of the values as it is. */
export const readsAsKnown = (rules: Rules, seen: Seen): boolean =>
  (rules ?? []).every((rule) => {
    const known = knownReading(rule, seen.memory.state);
    return known !== undefined && isSame(readingOf(rule, seen), known);
  });

const isSame = (left: Reading, right: Reading): boolean =>
  left.kind === 'number' && right.kind === 'number'
    ? left.number === right.number && left.unit === right.unit
    : left.kind === 'unread' && right.kind === 'unread' && left.why === right.why;
