/** All findings by their state, to be worked through. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Finding } from '../objects.ts';
import { BulkBar } from '../parts/bulkBar.tsx';
import { FindingList } from '../parts/findingList.tsx';
import { countedFindings, verbsFrom } from '../parts/findingVerbs.ts';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';

const STATES = ['open', 'acknowledged', 'snoozed', 'resolved'] as const;
const SEVERITIES = ['critical', 'warning', 'info'] as const;
const PAGE_SIZE = 50;

function useFindings(state: Finding['state'], severity: string) {
  const parameters = new URLSearchParams({ state, limit: String(PAGE_SIZE) });
  if (severity !== '') parameters.set('severity', severity);
  return useInfiniteQuery({
    queryKey: ['findings', 'all', parameters.toString()],
    queryFn: ({ pageParam }) =>
      get<Page<Finding>>(
        `/findings?${parameters.toString()}${pageParam === '' ? '' : `&cursor=${pageParam}`}`,
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

export function FindingsPage() {
  const [parameters, setParameters] = useSearchParams();
  const state = STATES.find((word) => word === parameters.get('state')) ?? 'open';
  const severity = SEVERITIES.find((word) => word === parameters.get('severity')) ?? '';
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const mayEdit = useMayEdit();
  const findings = useFindings(state, severity);
  const show = (change: Record<string, string>): void => {
    setSelected(new Set());
    setParameters(new URLSearchParams({ state, severity, ...change }), { replace: true });
  };
  const shown = findings.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <h1>{t('frame.findings')}</h1>
      <div className="tools">
        <div className="tabs" role="group" aria-label={t('findings.state')}>
          {STATES.map((word) => (
            <button
              key={word}
              type="button"
              aria-pressed={word === state}
              onClick={() => show({ state: word })}
            >
              {t(`words.findingStates.${word}`)}
            </button>
          ))}
        </div>
        <label className="sort">
          {t('findings.severity')}{' '}
          <select value={severity} onChange={(event) => show({ severity: event.target.value })}>
            <option value="">{t('findings.anySeverity')}</option>
            {SEVERITIES.map((word) => (
              <option key={word} value={word}>
                {t(`findings.severities.${word}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {mayEdit && (
        <>
          <BulkBar
            label={t('findings.withSelected')}
            counted={countedFindings}
            selected={shown.filter(({ id }) => selected.has(id))}
            verbs={verbsFrom(state)}
            onDone={(left) => setSelected(new Set(left))}
          />
          {shown.length > 1 && <Keys />}
        </>
      )}
      {findings.isPending && <Loading />}
      {findings.error && <Failure error={findings.error} />}
      {findings.data && shown.length === 0 && <Empty>{t(`findings.none.${state}`)}</Empty>}
      <FindingList findings={shown} mayEdit={mayEdit} selected={selected} onSelect={setSelected} />
      {findings.hasNextPage && (
        <button
          type="button"
          disabled={findings.isFetchingNextPage}
          onClick={() => void findings.fetchNextPage()}
        >
          {t('check.showMore')}
        </button>
      )}
    </>
  );
}

const Keys = () => (
  <p className="muted keys">{t.rich('findings.keys', { kbd: (key) => <kbd>{key}</kbd> })}</p>
);
