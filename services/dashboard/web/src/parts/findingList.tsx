/** Findings as cards that are gone through by the arrow keys and dealt with by one key each. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { KeyboardEvent } from 'react';
import { Link } from 'wouter';
import type { Finding } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { FindingState } from './badge.tsx';
import { toggled } from './bulk.ts';
import { verbsFrom, type FindingVerb } from './findingVerbs.ts';
import { Failure } from './notice.tsx';
import { RATINGS, rateFinding, type Rating } from './rating.ts';
import { Time } from './time.tsx';

interface FindingListProps {
  readonly findings: readonly Finding[];
  readonly mayEdit: boolean;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
}

interface Deed {
  readonly verb: FindingVerb;
  readonly id: string;
}

interface Word {
  readonly finding: Finding;
  readonly said: Rating;
}

/** The card that is so many after another one. */
function neighbour(card: Element, step: number): HTMLElement | null {
  const found = step > 0 ? card.nextElementSibling : card.previousElementSibling;
  return found instanceof HTMLElement ? found : null;
}

export function FindingList({ findings, mayEdit, selected, onSelect }: FindingListProps) {
  const queries = useQueryClient();
  const deed = useMutation({
    mutationFn: ({ verb, id }: Deed) => verb.act(id),
    onSuccess: () => queries.invalidateQueries(),
  });
  const word = useMutation({
    mutationFn: ({ finding, said }: Word) => rateFinding(finding, said),
    onSuccess: () => queries.invalidateQueries(),
  });
  const press = (event: KeyboardEvent<HTMLLIElement>, finding: Finding): void => {
    // Only while the card itself has the focus: its buttons and boxes have keys of their own.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey)
      return;
    const card = event.currentTarget;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      neighbour(card, step)?.focus();
    }
    if (!mayEdit) return;
    if (event.key === 'x') onSelect(toggled(selected, finding.id));
    const choice = RATINGS.find(({ key }) => key === event.key);
    if (choice) word.mutate({ finding, said: choice.rating });
    const verb = verbsFrom(finding.state).find(({ key }) => key === event.key);
    if (!verb) return;
    // The card goes away; who works through a list goes on with the next one.
    (neighbour(card, 1) ?? neighbour(card, -1))?.focus();
    deed.mutate({ verb, id: finding.id });
  };
  return (
    <>
      {deed.error && <Failure error={deed.error} />}
      {word.error && <Failure error={word.error} />}
      <ul className="cards findings" aria-label={t('frame.findings')}>
        {findings.map((finding) => (
          <li
            key={finding.id}
            className={`${finding.severity}${selected.has(finding.id) ? ' selected' : ''}`}
            tabIndex={0}
            aria-label={finding.title}
            onKeyDown={(event) => press(event, finding)}
          >
            <Card finding={finding} />
            {mayEdit && (
              <div className="actions">
                <label className="check">
                  <input
                    type="checkbox"
                    aria-label={t('monitors.select', { name: finding.title })}
                    checked={selected.has(finding.id)}
                    onChange={() => onSelect(toggled(selected, finding.id))}
                  />
                </label>
                {verbsFrom(finding.state).map((verb) => (
                  <button
                    key={verb.key}
                    type="button"
                    disabled={deed.isPending}
                    onClick={() => deed.mutate({ verb, id: finding.id })}
                  >
                    {verb.button}
                  </button>
                ))}
                {RATINGS.map(({ rating, sign }) => (
                  <button
                    key={rating}
                    type="button"
                    className="quiet"
                    aria-pressed={finding.rating === rating}
                    disabled={word.isPending}
                    onClick={() => word.mutate({ finding, said: rating })}
                  >
                    <span aria-hidden="true">{sign}</span> {t(`findings.ratings.${rating}`)}
                  </button>
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ finding }: { readonly finding: Finding }) {
  const quote = finding.claims[0]?.quote;
  return (
    <>
      <p>
        <Link href={`/findings/${finding.id}`}>
          <strong>{finding.title}</strong>
        </Link>{' '}
        <FindingState of={finding.state} /> <Severity of={finding.severity} />
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
        {finding.seenCount > 1 && ` · ${t('findings.seen', { count: finding.seenCount })}`}
      </p>
    </>
  );
}

const Severity = ({ of }: { readonly of: Finding['severity'] }) =>
  of === 'info' ? null : (
    <span className={`badge ${of === 'critical' ? 'bad' : 'warn'}`}>
      {t(`findings.severities.${of}`)}
    </span>
  );
