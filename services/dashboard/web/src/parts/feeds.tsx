/** Feeds of findings: making one, and showing its secret addresses this once. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../api.ts';
import { t } from '../texts/texts.ts';
import { Failure } from './notice.tsx';

export interface MadeFeed {
  readonly monitor: string | null;
  readonly atomUrl: string;
  readonly jsonUrl: string;
}

/** @param monitor all of the workspace when absent */
export function MakeFeed({ monitor }: { readonly monitor?: string }) {
  const [made, setMade] = useState<MadeFeed>();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => call<MadeFeed>('POST', '/feeds', monitor === undefined ? {} : { monitor }),
    onSuccess: (feed) => {
      setMade(feed);
      return queries.invalidateQueries({ queryKey: ['feeds'] });
    },
  });
  if (made) return <ShownFeed made={made} done={() => setMade(undefined)} />;
  return (
    <>
      <button type="button" disabled={make.isPending} onClick={() => make.mutate()}>
        {monitor === undefined ? t('feeds.makeAll') : t('feeds.make')}
      </button>
      {make.error && <Failure error={make.error} />}
    </>
  );
}

interface ShownProps {
  readonly made: MadeFeed;
  readonly done: () => void;
}

const FORMATS = [
  ['Atom', 'atomUrl', 'application/atom+xml'],
  ['JSON Feed', 'jsonUrl', 'application/feed+json'],
] as const;

const ShownFeed = ({ made, done }: ShownProps) => (
  <section className="caution" aria-label={t('feeds.new')}>
    <h2>
      {made.monitor === null ? t('feeds.keepAll') : t('feeds.keep', { monitor: made.monitor })}
    </h2>
    <p>{t('feeds.once')}</p>
    {FORMATS.map(([words, key, type]) => (
      <div key={key}>
        <link rel="alternate" type={type} href={made[key]} title={`duckmon: ${words}`} />
        <p>
          {words} <code className="key">{made[key]}</code>
        </p>
      </div>
    ))}
    <div className="actions">
      {FORMATS.map(([words, key]) => (
        <button
          key={key}
          type="button"
          onClick={() => void navigator.clipboard.writeText(made[key])}
        >
          {t('feeds.copy', { format: words })}
        </button>
      ))}
      <button type="button" className="primary" onClick={done}>
        {t('feeds.kept')}
      </button>
    </div>
  </section>
);
