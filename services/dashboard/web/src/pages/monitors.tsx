/** The list of monitors. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { get, type Page } from '../api.ts';
import type { MonitorCounts, MonitorJob } from '../objects.ts';
import { BulkBar } from '../parts/bulkBar.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import {
  filterParameters,
  isNarrowed,
  rangeWords,
  readFilter,
  type ListFilter,
} from '../parts/monitorFilter.ts';
import { MonitorTable } from '../parts/monitorTable.tsx';
import { MonitorTools } from '../parts/monitorTools.tsx';
import { countedMonitors, monitorVerbs } from '../parts/monitorVerbs.ts';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { nextLookMs } from '../parts/progress.ts';
import { useSettled } from '../parts/settled.ts';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';
import './monitors.css';

const PAGE_SIZE = 50;

interface MonitorsAnswer extends Page<MonitorJob> {
  readonly counts: MonitorCounts;
}

function useMonitors(filter: ListFilter, cursor: string | undefined) {
  const search = useSettled(filter.search);
  const parameters = filterParameters({ ...filter, search });
  parameters.set('limit', String(PAGE_SIZE));
  parameters.set('counts', 'true');
  if (cursor !== undefined) parameters.set('cursor', cursor);
  return useQuery({
    queryKey: ['monitors', parameters.toString()],
    queryFn: () => get<MonitorsAnswer>(`/monitors?${parameters.toString()}`),
    // What is typed into the search does not make the list flicker.
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) => nextLookMs(data?.items ?? [], Date.now()),
  });
}

export function MonitorsPage() {
  const [parameters, setParameters] = useSearchParams();
  const filter = readFilter(parameters);
  /** The cursors of the pages up to this one; the first page has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const mayEdit = useMayEdit();
  const monitors = useMonitors(filter, cursors.at(-1));
  const turnTo = (pages: readonly string[]): void => {
    setCursors(pages);
    setSelected(new Set());
  };
  const narrow = (change: Partial<ListFilter>): void => {
    setParameters(filterParameters({ ...filter, ...change }), { replace: true });
    turnTo([]);
  };
  if (monitors.isPending) return <Loading />;
  if (monitors.error) return <Failure error={monitors.error} />;
  const { items, nextCursor, counts } = monitors.data;
  const isNew = counts.all === 0 && !isNarrowed(filter);
  return (
    <>
      <div className="title">
        <h1>{t('monitors.title')}</h1>
        <span className="grow" />
        {counts.all > 0 && <CopyButton path="/manifests" label={t('monitors.export')} />}
        {mayEdit && (
          <>
            <Link href="/import">{t('monitors.import')}</Link>
            <Link href="/new" className="button">
              {t('monitors.new')}
            </Link>
          </>
        )}
      </div>
      {isNew ? (
        <NothingYet mayEdit={mayEdit} />
      ) : (
        <>
          <MonitorTools filter={filter} counts={counts} onChange={narrow} />
          {mayEdit && (
            <BulkBar
              label={t('monitors.withSelected')}
              counted={countedMonitors}
              selected={[...selected].map((name) => ({ id: name, title: name }))}
              verbs={monitorVerbs()}
              onDone={(left) => setSelected(new Set(left))}
            />
          )}
          {items.length === 0 ? (
            <Empty>{t('monitors.noneLikeThat')}</Empty>
          ) : (
            <MonitorTable
              jobs={items}
              selection={mayEdit ? { names: selected, onChange: setSelected } : undefined}
              onTag={(tag) => narrow({ tag })}
            />
          )}
          <Pages
            words={rangeWords(cursors.length, PAGE_SIZE, items.length, counts[filter.state])}
            onPrevious={cursors.length === 0 ? undefined : () => turnTo(cursors.slice(0, -1))}
            onNext={nextCursor === null ? undefined : () => turnTo([...cursors, nextCursor])}
          />
        </>
      )}
    </>
  );
}

function NothingYet({ mayEdit }: { readonly mayEdit: boolean }) {
  return (
    <Empty>
      {t('monitors.nothingYet')}
      {mayEdit && (
        <>
          {' '}
          {t.rich('monitors.begin', {
            new: (words) => <Link href="/new">{words}</Link>,
            import: (words) => <Link href="/import">{words}</Link>,
            code: (words) => <code>{words}</code>,
          })}
        </>
      )}
    </Empty>
  );
}

interface PagesProps {
  readonly words: string;
  readonly onPrevious: (() => void) | undefined;
  readonly onNext: (() => void) | undefined;
}

function Pages({ words, onPrevious, onNext }: PagesProps) {
  if (!onPrevious && !onNext) return null;
  return (
    <nav className="pages" aria-label={t('frame.pages')}>
      <button type="button" disabled={!onPrevious} onClick={onPrevious}>
        {t('frame.previous')}
      </button>
      <span>{words}</span>
      <button type="button" disabled={!onNext} onClick={onNext}>
        {t('frame.next')}
      </button>
    </nav>
  );
}
