/** Asks how often, and says when that is, in the person's own zone. */
import { locale, t } from '../texts/texts.ts';
import {
  checksAMonth,
  dayWord,
  nextTimes,
  scheduleSpec,
  scheduleWords,
  UNITS,
  type Schedule,
  type Unit,
} from './schedule.ts';

interface ScheduleFieldProps {
  readonly schedule: Schedule;
  /** In which the times of day are meant; they are shown in the person's own. */
  readonly timeZone: string;
  /** Why it cannot be changed here; '' when that is said elsewhere. */
  readonly locked?: string | undefined;
  /** What of the schedule the next times do not know. */
  readonly unknown?: string;
  readonly onChange: (schedule: Schedule) => void;
}

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function ScheduleField({
  schedule,
  timeZone,
  locked,
  unknown = '',
  onChange,
}: ScheduleFieldProps) {
  return (
    <fieldset className="field" disabled={locked !== undefined}>
      <legend>{t('schedule.title')}</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <div className="tabs" role="group" aria-label={t('schedule.kind')}>
        <button
          type="button"
          aria-pressed={schedule.kind === 'every'}
          onClick={() => onChange({ kind: 'every', amount: 15, unit: 'minutes' })}
        >
          {t('schedule.kinds.every')}
        </button>
        <button
          type="button"
          aria-pressed={schedule.kind === 'at'}
          onClick={() => onChange({ kind: 'at', time: '09:00', days: [1, 2, 3, 4, 5] })}
        >
          {t('schedule.kinds.at')}
        </button>
        <button
          type="button"
          aria-pressed={schedule.kind === 'cron'}
          onClick={() =>
            onChange({
              kind: 'cron',
              cron: scheduleSpec(schedule, timeZone)['cron'] ?? '0 9 * * *',
            })
          }
        >
          {t('schedule.kinds.cron')}
        </button>
      </div>
      <How schedule={schedule} onChange={onChange} />
      <Times schedule={schedule} timeZone={timeZone} unknown={unknown} />
    </fieldset>
  );
}

function How({ schedule, onChange }: Part<Schedule['kind']>) {
  switch (schedule.kind) {
    case 'every':
      return <Every schedule={schedule} onChange={onChange} />;
    case 'at':
      return <At schedule={schedule} onChange={onChange} />;
    case 'cron':
      return (
        <div className="row">
          <label htmlFor="cron">{t('schedule.cron')}</label>
          <input
            id="cron"
            required
            value={schedule.cron}
            placeholder="0 9 * * 1-5"
            aria-describedby="cron-note"
            onChange={(event) => onChange({ kind: 'cron', cron: event.target.value })}
          />
          <span id="cron-note" className="muted">
            {t('schedule.cronFields')}
          </span>
        </div>
      );
    default:
      return schedule satisfies never;
  }
}

type Of<K extends Schedule['kind']> = Extract<Schedule, { readonly kind: K }>;
interface Part<K extends Schedule['kind']> {
  readonly schedule: Of<K>;
  readonly onChange: (schedule: Schedule) => void;
}

function Every({ schedule, onChange }: Part<'every'>) {
  return (
    <div className="row">
      <label htmlFor="amount">{t('schedule.every')}</label>
      <input
        id="amount"
        type="number"
        min={1}
        max={744}
        required
        value={Number.isNaN(schedule.amount) ? '' : schedule.amount}
        onChange={(event) => onChange({ ...schedule, amount: event.target.valueAsNumber })}
      />
      <select
        aria-label={t('schedule.unit')}
        value={schedule.unit}
        onChange={(event) => onChange({ ...schedule, unit: event.target.value as Unit })}
      >
        {UNITS.map((unit) => (
          <option key={unit} value={unit}>
            {t(`schedule.units.${unit}`)}
          </option>
        ))}
      </select>
    </div>
  );
}

function At({ schedule, onChange }: Part<'at'>) {
  const { days, time } = schedule;
  return (
    <div className="row">
      <label htmlFor="time">{t('schedule.at')}</label>
      <input
        id="time"
        type="time"
        required
        value={time}
        onChange={(event) => onChange({ ...schedule, time: event.target.value })}
      />
      <div className="days" role="group" aria-label={t('schedule.days')}>
        {[1, 2, 3, 4, 5, 6, 0].map((day) => (
          <button
            key={day}
            type="button"
            aria-pressed={days.includes(day)}
            onClick={() =>
              onChange({
                ...schedule,
                days: days.includes(day) ? days.filter((each) => each !== day) : [...days, day],
              })
            }
          >
            {dayWord(day)}
          </button>
        ))}
      </div>
    </div>
  );
}

function Times({
  schedule,
  timeZone,
  unknown,
}: {
  readonly schedule: Schedule;
  readonly timeZone: string;
  readonly unknown: string;
}) {
  const times = nextTimes(schedule, timeZone, new Date());
  if (times.length === 0) return <p className="muted">{t('schedule.sayHowOften')}</p>;
  const format = new Intl.DateTimeFormat(locale(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: ownZone,
  });
  return (
    <div className="muted times">
      <p>
        {t('schedule.checks', { when: scheduleWords(schedule), count: checksAMonth(schedule) })}
      </p>
      <p id="next-times">
        {t(schedule.kind === 'every' ? 'schedule.aboutAt' : 'schedule.next', { zone: ownZone })}
      </p>
      <ol aria-labelledby="next-times">
        {times.map((time, index) => (
          <li key={time.getTime()}>
            {schedule.kind === 'every' && index === 0 ? t('schedule.now') : format.format(time)}
          </li>
        ))}
      </ol>
      {schedule.kind !== 'every' && timeZone !== ownZone && (
        <p>{t('schedule.zone', { zone: timeZone })}</p>
      )}
      {unknown !== '' && <p>{unknown}</p>}
    </div>
  );
}
