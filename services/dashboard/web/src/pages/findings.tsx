/** All findings, open ones first. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { get, type Page } from '../api.ts';
import type { Finding } from '../objects.ts';
import { Action } from '../parts/action.tsx';
import { FindingState } from '../parts/badge.tsx';
import { Empty, Failure, Loading } from '../parts/notice.tsx';
import { Time } from '../parts/time.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';

const STATES = ['open', 'acknowledged', 'snoozed', 'resolved'] as const;

export function FindingsPage() {
  const [state, setState] = useState<(typeof STATES)[number]>('open');
  const findings = useQuery({
    queryKey: ['findings', 'all', state],
    queryFn: () => get<Page<Finding>>(`/findings?state=${state}&limit=100`),
  });
  return (
    <>
      <h1>Findings</h1>
      <div className="tabs" role="group" aria-label="State">
        {STATES.map((word) => (
          <button
            key={word}
            type="button"
            aria-pressed={word === state}
            onClick={() => setState(word)}
          >
            {word}
          </button>
        ))}
      </div>
      {findings.isPending && <Loading />}
      {findings.error && <Failure error={findings.error} />}
      {findings.data?.items.length === 0 && <Empty>No {state} findings.</Empty>}
      <ul className="cards">
        {findings.data?.items.map((finding) => (
          <Card key={finding.id} finding={finding} />
        ))}
      </ul>
    </>
  );
}

function Card({ finding }: { readonly finding: Finding }) {
  const quote = finding.claims[0]?.quote;
  const mayEdit = useMayEdit();
  return (
    <li className={finding.severity}>
      <p>
        <Link href={`/findings/${finding.id}`}>
          <strong>{finding.title}</strong>
        </Link>{' '}
        <FindingState of={finding.state} />
      </p>
      <p>{finding.summary}</p>
      {quote !== undefined && (
        <blockquote>
          <mark>{quote}</mark>
        </blockquote>
      )}
      <p className="muted">
        <Link href={`/monitors/${finding.monitor}`}>{finding.monitor}</Link> ·{' '}
        <Time at={finding.lastSeenAt} />
        {finding.seenCount > 1 && ` · seen ${finding.seenCount} times`}
      </p>
      {mayEdit && finding.state === 'open' && (
        <Action path={`/findings/${finding.id}/acknowledge`}>Acknowledge</Action>
      )}
    </li>
  );
}
