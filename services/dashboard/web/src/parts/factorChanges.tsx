/** What was changed at one's second factors: a list, and a notice on every page until it was seen. */
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { changeWords, useFactors, type FactorChange } from './factors.ts';
import { Time } from './time.tsx';
import { t } from '../texts/texts.ts';

const SEEN = 'seen-factor-change';

/** Ids of changes grow with time. */
const isNews = ({ id }: FactorChange, seen: string | null): boolean => seen === null || id > seen;

/** Seeing the list is seeing the changes. */
export function Changes({ changes }: { readonly changes: readonly FactorChange[] }) {
  const newest = changes[0]?.id;
  useEffect(() => {
    if (newest !== undefined) localStorage.setItem(SEEN, newest);
  }, [newest]);
  if (changes.length === 0) return <p className="muted">{t('security.nothingChanged')}</p>;
  return (
    <ul className="lines">
      {changes.map((change) => (
        <li key={change.id}>
          {changeWords(change)}{' '}
          <span className="muted">
            <Time at={change.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** On every page: somebody who was not the person must not change factors unnoticed. */
export function ChangeNotice() {
  const factors = useFactors();
  const [seen, setSeen] = useState(() => localStorage.getItem(SEEN));
  const last = factors.data?.changes[0];
  if (location.pathname === '/account/security' || !last || !isNews(last, seen)) return null;
  const see = () => {
    localStorage.setItem(SEEN, last.id);
    setSeen(last.id);
  };
  return (
    <section className="caution" aria-label={t('signIn.changes.security')}>
      <p>
        {t.rich('signIn.changes.notYou', {
          change: changeWords(last),
          at: () => <Time at={last.at} />,
          look: (words) => <Link href="/account/security">{words}</Link>,
        })}
      </p>
      <button type="button" onClick={see}>
        {t('signIn.changes.me')}
      </button>
    </section>
  );
}
