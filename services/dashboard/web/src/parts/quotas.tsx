/** What the workspace may have, spend in a month and do in an hour, and how much of it is used. */
import { useQuery } from '@tanstack/react-query';
import { get } from '../api.ts';
import { cents } from './money.ts';
import { Failure, Loading } from './notice.tsx';
import { Time } from './time.tsx';
import { counted, t } from '../texts/texts.ts';

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

function words<T>({ limit, used }: Quota<T>, say: (value: T) => string): string {
  return limit === null
    ? t('members.quotas.usedNoLimit', { used: say(used) })
    : t('members.quotas.usedOf', { used: say(used), limit: say(limit) });
}

function HourlyFact({ quota: { limit, used, resetsAt } }: { readonly quota: HourlyQuota }) {
  if (limit === null || used === null) return t('members.quotas.noLimit');
  const said = { used: counted(used), limit: counted(limit) };
  if (used < limit) return t('members.quotas.usedOf', said);
  return t.rich('members.quotas.waits', { ...said, at: () => <Time at={resetsAt} /> });
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
        <dt>{t('members.quotas.monitors')}</dt>
        <dd>{words(monitors, counted)}</dd>
        <dt>{t('members.quotas.money')}</dt>
        <dd>{words(usdPerMonth, cents)}</dd>
        <dt>{t('members.quotas.tokens')}</dt>
        <dd>{words(tokensPerMonth, counted)}</dd>
        <dt>{t('members.quotas.checks')}</dt>
        <dd>
          <HourlyFact quota={checksPerHour} />
        </dd>
        <dt>{t('members.quotas.mails')}</dt>
        <dd>
          <HourlyFact quota={mailsPerHour} />
        </dd>
      </dl>
      <p className="muted">{t('members.quotas.about', { day: resetsAt.slice(0, 10) })}</p>
    </>
  );
}
