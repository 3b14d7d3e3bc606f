/** Narrows and orders the list of monitors. */
import type { MonitorCounts } from '../objects.ts';
import { counted, t } from '../texts/texts.ts';
import { SORTS, STATES, type ListFilter, type Sort } from './monitorFilter.ts';

interface MonitorToolsProps {
  readonly filter: ListFilter;
  readonly counts: MonitorCounts | undefined;
  readonly onChange: (change: Partial<ListFilter>) => void;
}

export function MonitorTools({ filter, counts, onChange }: MonitorToolsProps) {
  return (
    <div className="tools" role="search" aria-label={t('monitors.title')}>
      <input
        type="search"
        aria-label={t('monitors.search')}
        placeholder={t('monitors.searchHint')}
        value={filter.search}
        onChange={(event) => onChange({ search: event.target.value })}
      />
      <div className="tabs" role="group" aria-label={t('monitors.state')}>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={state === filter.state}
            onClick={() => onChange({ state })}
          >
            {t(`monitors.states.${state}`)}
            {counts && <span className="number">{counted(counts[state])}</span>}
          </button>
        ))}
      </div>
      <label className="sort">
        {t('monitors.sortBy')}{' '}
        <select
          value={filter.sort}
          onChange={(event) => onChange({ sort: event.target.value as Sort })}
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t(`monitors.sorts.${sort}`)}
            </option>
          ))}
        </select>
      </label>
      {filter.tag !== '' && (
        <button type="button" className="tag chosen" onClick={() => onChange({ tag: '' })}>
          {filter.tag} <span aria-hidden="true">×</span>
          <span className="sr">{t('monitors.allTags')}</span>
        </button>
      )}
    </div>
  );
}
