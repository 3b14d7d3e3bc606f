/** What the workspace may have and spend in a month, and how much of it is used. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { Failure, Loading } from './notice.tsx';

interface Quota<T> {
  readonly limit: T | null;
  readonly used: T;
}

interface AllQuotas {
  readonly monitors: Quota<number>;
  readonly usdPerMonth: Quota<string>;
  readonly tokensPerMonth: Quota<number>;
  readonly resetsAt: string;
}

const counted = (count: number): string => count.toLocaleString('en');
const money = (amount: string): string =>
  Number(amount).toLocaleString('en', { style: 'currency', currency: 'USD' });

function words<T>({ limit, used }: Quota<T>, say: (value: T) => string): string {
  return limit === null ? `${say(used)}, no limit of its own` : `${say(used)} of ${say(limit)}`;
}

export function Quotas() {
  const quotas = useQuery({ queryKey: ['quotas'], queryFn: () => get<AllQuotas>('/quotas') });
  if (quotas.isPending) return <Loading />;
  if (quotas.error) return <Failure error={quotas.error} />;
  const { monitors, usdPerMonth, tokensPerMonth, resetsAt } = quotas.data;
  return (
    <>
      <dl className="facts">
        <dt>Monitors</dt>
        <dd>{words(monitors, counted)}</dd>
        <dt>Money this month</dt>
        <dd>{words(usdPerMonth, money)}</dd>
        <dt>Tokens this month</dt>
        <dd>{words(tokensPerMonth, counted)}</dd>
      </dl>
      <p className="muted">
        Money and tokens are for judging changes; the month ends on {resetsAt.slice(0, 10)}.
        Administrators of the installation set the limits.
      </p>
    </>
  );
}
