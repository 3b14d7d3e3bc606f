/** Asks how often, and says when that is, in the person's own zone. */
import {
  checksAMonth,
  DAYS,
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
      <legend>How often</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <div className="tabs" role="group" aria-label="Kind of schedule">
        <button
          type="button"
          aria-pressed={schedule.kind === 'every'}
          onClick={() => onChange({ kind: 'every', amount: 15, unit: 'minutes' })}
        >
          Again and again
        </button>
        <button
          type="button"
          aria-pressed={schedule.kind === 'at'}
          onClick={() => onChange({ kind: 'at', time: '09:00', days: [1, 2, 3, 4, 5] })}
        >
          At a time of day
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
          By cron
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
          <label htmlFor="cron">Cron</label>
          <input
            id="cron"
            required
            value={schedule.cron}
            placeholder="0 9 * * 1-5"
            aria-describedby="cron-note"
            onChange={(event) => onChange({ kind: 'cron', cron: event.target.value })}
          />
          <span id="cron-note" className="muted">
            minute, hour, day, month, day of week
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
      <label htmlFor="amount">Every</label>
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
        aria-label="Unit"
        value={schedule.unit}
        onChange={(event) => onChange({ ...schedule, unit: event.target.value as Unit })}
      >
        {UNITS.map((unit) => (
          <option key={unit}>{unit}</option>
        ))}
      </select>
    </div>
  );
}

function At({ schedule, onChange }: Part<'at'>) {
  const { days, time } = schedule;
  return (
    <div className="row">
      <label htmlFor="time">At</label>
      <input
        id="time"
        type="time"
        required
        value={time}
        onChange={(event) => onChange({ ...schedule, time: event.target.value })}
      />
      <div className="days" role="group" aria-label="Days">
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
            {DAYS[day]}
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
  if (times.length === 0) return <p className="muted">Say how often.</p>;
  const format = new Intl.DateTimeFormat(undefined, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: ownZone,
  });
  const checks = checksAMonth(schedule).toLocaleString('en');
  return (
    <div className="muted times">
      <p>
        Checks {scheduleWords(schedule)}: about {checks} times in 30 days. Only when the page
        changed in a way that counts is a model asked, which is what costs money.
      </p>
      <p id="next-times">
        {schedule.kind === 'every' ? 'About at' : 'Next'} ({ownZone}):
      </p>
      <ol aria-labelledby="next-times">
        {times.map((time, index) => (
          <li key={time.getTime()}>
            {schedule.kind === 'every' && index === 0 ? 'now' : format.format(time)}
          </li>
        ))}
      </ol>
      {schedule.kind !== 'every' && timeZone !== ownZone && (
        <p>Times of day are those of {timeZone}.</p>
      )}
      {unknown !== '' && <p>{unknown}</p>}
    </div>
  );
}
