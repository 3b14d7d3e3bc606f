/** What the list of monitors is narrowed to, as it stands in the address. Pure. */
import { t } from '../texts/texts.ts';

export const STATES = ['all', 'watching', 'failing', 'paused', 'findings'] as const;
export type ListState = (typeof STATES)[number];

export const SORTS = ['name', 'lastChange', 'lastCheck', 'nextCheck'] as const;
export type Sort = (typeof SORTS)[number];

export interface ListFilter {
  readonly search: string;
  /** Empty for all. */
  readonly tag: string;
  readonly state: ListState;
  readonly sort: Sort;
}

const oneOf = <T extends string>(words: readonly T[], word: string | null, other: T): T =>
  words.find((each) => each === word) ?? other;

export const readFilter = (parameters: URLSearchParams): ListFilter => ({
  search: parameters.get('search') ?? '',
  tag: parameters.get('tag') ?? '',
  state: oneOf(STATES, parameters.get('state'), 'all'),
  sort: oneOf(SORTS, parameters.get('sort'), 'name'),
});

/** The parameters of a filter, without those that say nothing. */
export const filterParameters = ({ search, tag, state, sort }: ListFilter): URLSearchParams =>
  new URLSearchParams(
    Object.entries({
      search,
      tag,
      state: state === 'all' ? '' : state,
      sort: sort === 'name' ? '' : sort,
    }).filter(([, value]) => value !== ''),
  );

export const isNarrowed = ({ search, tag, state }: ListFilter): boolean =>
  search !== '' || tag !== '' || state !== 'all';

/** Such as "51–100 of 10,000". */
export function rangeWords(page: number, size: number, shown: number, all: number): string {
  const from = page * size + 1;
  return t('monitors.range', { from, to: from + shown - 1, all });
}
