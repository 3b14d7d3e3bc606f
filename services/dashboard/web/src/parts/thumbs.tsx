/** Says whether a verdict or a finding was right; the same button again takes it back. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { call, get } from '../api.ts';
import { t } from '../texts/texts.ts';
import { Failure } from './notice.tsx';
import { RATINGS, type Rating } from './rating.ts';

export interface Feedback {
  readonly up: number;
  readonly down: number;
  readonly own: { readonly rating: Rating; readonly why: string } | null;
}

interface ThumbsProps {
  readonly kind: 'verdict' | 'finding';
  readonly id: string;
  readonly mayEdit: boolean;
}

/** Asks what was said of it. */
export function Thumbs(props: ThumbsProps) {
  const { kind, id } = props;
  const said = useQuery({
    queryKey: ['feedback', kind, id],
    queryFn: () => get<Feedback>(pathOf(props)),
  });
  if (said.error && !said.data) return <Failure error={said.error} />;
  return said.data ? <SaidThumbs {...props} said={said.data} /> : null;
}

const pathOf = ({ kind, id }: Pick<ThumbsProps, 'kind' | 'id'>): string =>
  `/${kind}s/${encodeURIComponent(id)}/feedback`;

/** With what others say, and a reason in the person's own words. */
export function SaidThumbs({ kind, id, mayEdit, said }: ThumbsProps & { readonly said: Feedback }) {
  const path = pathOf({ kind, id });
  const queries = useQueryClient();
  const say = useMutation({
    mutationFn: (body: { rating: Rating; why: string } | null) =>
      body === null ? call('DELETE', path) : call('PUT', path, body),
    onSuccess: () => queries.invalidateQueries(),
  });
  const { up, down, own } = said;
  return (
    <div className="thumbs" role="group" aria-label={t('findings.wasRight')}>
      <span className="muted">{t('findings.wasRight')}</span>
      {RATINGS.map(({ rating, sign }) => (
        <button
          key={rating}
          type="button"
          aria-pressed={own?.rating === rating}
          disabled={!mayEdit || say.isPending}
          onClick={() =>
            say.mutate(own?.rating === rating ? null : { rating, why: own?.why ?? '' })
          }
        >
          <span aria-hidden="true">{sign}</span> {t(`findings.ratings.${rating}`)}
        </button>
      ))}
      <span className="muted">{countWords(up, down)}</span>
      {own && mayEdit && (
        <Why
          key={`${own.rating}/${own.why}`}
          was={own.why}
          isBusy={say.isPending}
          onSay={(why) => say.mutate({ rating: own.rating, why })}
        />
      )}
      {say.error && <Failure error={say.error} />}
    </div>
  );
}

const countWords = (up: number, down: number): string =>
  up + down === 0 ? '' : t('findings.rated', { up, down });

const MAX_WHY = 500;

interface WhyProps {
  readonly was: string;
  readonly isBusy: boolean;
  readonly onSay: (why: string) => void;
}

function Why({ was, isBusy, onSay }: WhyProps) {
  const id = useId();
  const [why, setWhy] = useState(was);
  return (
    <form
      className="why"
      onSubmit={(event) => {
        event.preventDefault();
        onSay(why);
      }}
    >
      <label htmlFor={id}>{t('findings.why')}</label>
      <input
        id={id}
        value={why}
        maxLength={MAX_WHY}
        onChange={(event) => setWhy(event.target.value)}
      />
      <button type="submit" disabled={isBusy || why === was}>
        {t('findings.save')}
      </button>
    </form>
  );
}
