/** Narrows and orders the list of monitors. */
import type { MonitorCounts } from '../objects.ts';
import { SORT_WORDS, STATES, STATE_WORDS, type ListFilter, type Sort } from './monitorFilter.ts';

interface MonitorToolsProps {
  readonly filter: ListFilter;
  readonly counts: MonitorCounts | undefined;
  readonly onChange: (change: Partial<ListFilter>) => void;
}

export function MonitorTools({ filter, counts, onChange }: MonitorToolsProps) {
  return (
    <div className="tools" role="search" aria-label="Monitors">
      <input
        type="search"
        aria-label="Search monitors"
        placeholder="Search names, goals, addresses"
        value={filter.search}
        onChange={(event) => onChange({ search: event.target.value })}
      />
      <div className="tabs" role="group" aria-label="State">
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={state === filter.state}
            onClick={() => onChange({ state })}
          >
            {STATE_WORDS[state]}
            {counts && <span className="number">{counts[state].toLocaleString('en')}</span>}
          </button>
        ))}
      </div>
      <label className="sort">
        Sort by{' '}
        <select
          value={filter.sort}
          onChange={(event) => onChange({ sort: event.target.value as Sort })}
        >
          {Object.entries(SORT_WORDS).map(([sort, words]) => (
            <option key={sort} value={sort}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {filter.tag !== '' && (
        <button type="button" className="tag chosen" onClick={() => onChange({ tag: '' })}>
          {filter.tag} <span aria-hidden="true">×</span>
          <span className="sr">: show all tags again</span>
        </button>
      )}
    </div>
  );
}
