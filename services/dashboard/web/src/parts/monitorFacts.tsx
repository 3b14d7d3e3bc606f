/** What a monitor watches, how often, and what stands in its way. */
import type { MonitorJob } from '../objects.ts';
import { NextCheck } from './badge.tsx';
import { t } from '../texts/texts.ts';
import { Time } from './time.tsx';

export function Facts({ job }: { readonly job: MonitorJob }) {
  const { schedule, sources, goal } = job.spec;
  return (
    <dl className="facts">
      <dt>{t('monitor.goal')}</dt>
      <dd>{goal.prompt ?? t('monitor.conditionsOnly')}</dd>
      <dt>{t('monitor.pages', { count: sources.length })}</dt>
      <dd>
        {sources.map((source) => (
          <div key={source.name} className="wrap">
            {sources.length > 1 && `${source.name}: `}
            {source.url}
          </div>
        ))}
      </dd>
      <dt>{t('monitor.schedule')}</dt>
      <dd>
        {schedule.interval
          ? t('monitor.every', { interval: schedule.interval })
          : `${schedule.cron} (${schedule.timeZone})`}
      </dd>
      <dt>{t('monitors.nextCheck')}</dt>
      <dd>
        <NextCheck job={job} />
      </dd>
      <dt>{t('monitor.lastChange')}</dt>
      <dd>
        <Time at={job.status?.lastChange} />
      </dd>
    </dl>
  );
}

export function Problems({ job }: { readonly job: MonitorJob }) {
  const problems = (job.status?.conditions ?? []).filter(
    ({ status, message }) => status === 'False' && message,
  );
  return problems.map((problem) => (
    <p key={problem.type} role="alert" className="alert">
      {problem.message}
    </p>
  ));
}
