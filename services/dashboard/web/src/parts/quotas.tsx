/** What the workspace may have, spend in a month and do in an hour, and how much of it is used. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';

interface Quota<T> {
  readonly limit: T | null;
  readonly used: T;
}

/** Of this hour; without a limit nobody counts. */
interface HourlyQuota {
  readonly limit: number | null;
  readonly used: number | null;
  readonly resetsAt: string;
}

interface AllQuotas {
  readonly monitors: Quota<number>;
  readonly usdPerMonth: Quota<string>;
  readonly tokensPerMonth: Quota<number>;
  readonly checksPerHour: HourlyQuota;
  readonly mailsPerHour: HourlyQuota;
  readonly resetsAt: string;
}

const counted = (count: number): string => count.toLocaleString('en');
const money = (amount: string): string =>
  Number(amount).toLocaleString('en', { style: 'currency', currency: 'USD' });

function words<T>({ limit, used }: Quota<T>, say: (value: T) => string): string {
  return limit === null ? `${say(used)}, no limit` : `${say(used)} of ${say(limit)}`;
}

function HourlyFact({ quota: { limit, used, resetsAt } }: { readonly quota: HourlyQuota }) {
  if (limit === null || used === null) return 'no limit';
  return (
    <>
      {counted(used)} of {counted(limit)}
      {used >= limit && (
        <>
          ; what waits goes on <Time at={resetsAt} />
        </>
      )}
    </>
  );
}

export function Quotas() {
  const quotas = useQuery({ queryKey: ['quotas'], queryFn: () => get<AllQuotas>('/quotas') });
  if (quotas.isPending) return <Loading />;
  if (quotas.error) return <Failure error={quotas.error} />;
  const { monitors, usdPerMonth, tokensPerMonth, checksPerHour, mailsPerHour, resetsAt } =
    quotas.data;
  return (
    <>
      <dl className="facts">
        <dt>Monitors</dt>
        <dd>{words(monitors, counted)}</dd>
        <dt>Money this month</dt>
        <dd>{words(usdPerMonth, money)}</dd>
        <dt>Tokens this month</dt>
        <dd>{words(tokensPerMonth, counted)}</dd>
        <dt>Checks this hour</dt>
        <dd>
          <HourlyFact quota={checksPerHour} />
        </dd>
        <dt>Mails this hour</dt>
        <dd>
          <HourlyFact quota={mailsPerHour} />
        </dd>
      </dl>
      <p className="muted">
        Money and tokens are for judging changes; the month ends on {resetsAt.slice(0, 10)}.
        Administrators of the installation set the limits.
      </p>
    </>
  );
}
