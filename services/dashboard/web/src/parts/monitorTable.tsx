/** Monitors as rows: what each watches, how it goes, and what its last checks were. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { LastCheck, MonitorJob } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Badge, MonitorState, NextCheck, Outcome } from './badge.tsx';
import { toggled } from './bulk.ts';
import { CheckStrip } from './checkStrip.tsx';
import { Time } from './time.tsx';
import { ValueLine } from './valueLine.tsx';
import type { LastValue } from './valueSeries.ts';

interface MonitorTableProps {
  readonly jobs: readonly MonitorJob[];
  /** Undefined when the person may change nothing. */
  readonly selection: Selection | undefined;
  readonly onTag: (tag: string) => void;
}

export interface Selection {
  readonly names: ReadonlySet<string>;
  readonly onChange: (names: ReadonlySet<string>) => void;
}

export function MonitorTable({ jobs, selection, onTag }: MonitorTableProps) {
  const names = jobs.map(({ metadata }) => metadata.name);
  const lastChecks = useLastChecks(names);
  const lastValues = useLastValues(jobs);
  return (
    <table className="list monitors">
      <thead>
        <tr>
          {selection && (
            <th scope="col" className="pick">
              <SelectAll names={names} selection={selection} />
            </th>
          )}
          <th scope="col">{t('monitors.columns.name')}</th>
          <th scope="col">{t('monitors.columns.state')}</th>
          <th scope="col" className="strips">
            {t('monitors.columns.lastChecks')}
          </th>
          <th scope="col">{t('monitors.columns.lastCheck')}</th>
          <th scope="col">{t('monitors.columns.next')}</th>
          <th scope="col">{t('monitors.columns.findings')}</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <Row
            key={job.metadata.name}
            job={job}
            checks={lastChecks.get(job.metadata.name)}
            values={lastValues.get(job.metadata.name)}
            selection={selection}
            onTag={onTag}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Apart from the list: it is there before the history has been looked through. */
function useLastChecks(names: readonly string[]): ReadonlyMap<string, readonly LastCheck[]> {
  const found = useQuery({
    queryKey: ['last-checks', ...names],
    queryFn: async () => {
      const path = `/last-checks?monitors=${names.map(encodeURIComponent).join(',')}`;
      const { items } = await get<Page<LastCheck>>(path);
      return Map.groupBy(items, ({ monitor }) => monitor);
    },
    enabled: names.length > 0,
  });
  return found.data ?? new Map();
}

/** Those of the first value on the first page, which a row has room for. */
function useLastValues(
  jobs: readonly MonitorJob[],
): ReadonlyMap<string, readonly LastValue[] | undefined> {
  const measured = jobs.filter(({ spec }) => (spec.values ?? []).length > 0);
  const names = measured.map(({ metadata }) => metadata.name);
  const found = useQuery({
    queryKey: ['last-values', ...names],
    queryFn: async () => {
      const path = `/last-values?monitors=${names.map(encodeURIComponent).join(',')}`;
      return (await get<Page<LastValue>>(path)).items;
    },
    enabled: names.length > 0,
  });
  const byMonitor = Map.groupBy(found.data ?? [], ({ monitor }) => monitor);
  return new Map(
    measured.map(({ metadata: { name }, spec }) => [
      name,
      byMonitor
        .get(name)
        ?.filter(
          (last) => last.name === spec.values?.[0]?.name && last.source === spec.sources[0]?.name,
        ),
    ]),
  );
}

function SelectAll({
  names,
  selection: { names: selected, onChange },
}: {
  readonly names: readonly string[];
  readonly selection: Selection;
}) {
  const isAll = names.every((name) => selected.has(name));
  return (
    <input
      type="checkbox"
      aria-label={t('monitors.selectAll')}
      checked={isAll && names.length > 0}
      ref={(box) => {
        if (box) box.indeterminate = !isAll && names.some((name) => selected.has(name));
      }}
      onChange={() => onChange(new Set(isAll ? [] : names))}
    />
  );
}

interface RowProps {
  readonly job: MonitorJob;
  readonly checks: readonly LastCheck[] | undefined;
  /** Of a monitor that reads numbers. */
  readonly values: readonly LastValue[] | undefined;
  readonly selection: Selection | undefined;
  readonly onTag: (tag: string) => void;
}

function Row({ job, checks = [], values = [], selection, onTag }: RowProps) {
  const { name } = job.metadata;
  const open = job.status?.openFindings ?? 0;
  return (
    <tr className={selection?.names.has(name) ? 'selected' : undefined}>
      {selection && (
        <td className="pick">
          <input
            type="checkbox"
            aria-label={t('monitors.select', { name })}
            checked={selection.names.has(name)}
            onChange={() => selection.onChange(toggled(selection.names, name))}
          />
        </td>
      )}
      <th scope="row">
        <Link href={`/monitors/${name}`}>{name}</Link>
        <small>{job.spec.description ?? job.spec.goal.prompt ?? job.spec.sources[0]?.url}</small>
        <Tags of={job} onTag={onTag} />
      </th>
      <td className="state">
        <MonitorState job={job} />
      </td>
      <td className="strips">
        {values.length > 0 ? <ValueLine last={values} /> : <CheckStrip checks={checks} />}
      </td>
      <td data-label={t('monitors.columns.lastCheck')}>
        <LastLook job={job} />
      </td>
      <td data-label={t('monitors.nextCheck')}>
        <NextCheck job={job} />
      </td>
      <td data-label={t('monitors.openFindings')}>
        {open > 0 ? (
          <Badge tone="news">{t('monitors.open', { count: open })}</Badge>
        ) : (
          <span className="muted">{t('monitors.none')}</span>
        )}
      </td>
    </tr>
  );
}

function LastLook({ job }: { readonly job: MonitorJob }) {
  const last = job.status?.lastCheck;
  if (!last) return <span className="muted">{t('monitors.notYet')}</span>;
  return (
    <span className="look">
      <Outcome of={last.outcome} /> <Time at={last.time} />
    </span>
  );
}

function Tags({
  of: { spec },
  onTag,
}: {
  readonly of: MonitorJob;
  readonly onTag: (tag: string) => void;
}) {
  if (!spec.tags?.length) return null;
  return (
    <span className="tags">
      {spec.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          className="tag"
          aria-label={t('monitors.onlyTag', { tag })}
          onClick={() => onTag(tag)}
        >
          {tag}
        </button>
      ))}
    </span>
  );
}
