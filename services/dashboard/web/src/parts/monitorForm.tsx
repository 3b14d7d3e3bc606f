/** The fields of a monitor, for a new one and for one that is edited. */
import { useState } from 'react';
import type { FieldProblem } from '../api.ts';
import { t } from '../texts/texts.ts';
import { ChannelsField } from './channelsField.tsx';
import { ConditionsField } from './conditionsField.tsx';
import { problemAt, problemsElsewhere } from './fields.ts';
import { draftName, isAddress, type MonitorDraft } from './monitorDraft.ts';
import { ScheduleField } from './scheduleField.tsx';
import { TextField } from './textField.tsx';
import { ValuesField } from './valuesField.tsx';

export interface MonitorFormProps {
  readonly draft: MonitorDraft;
  readonly problems: readonly FieldProblem[];
  /** In which times of day are meant. */
  readonly timeZone: string;
  readonly onChange: (part: Partial<MonitorDraft>) => void;
  /** The address is whole, and another one than before. */
  readonly onAddress: () => void;
  /** A new one is given a name. */
  readonly isNew: boolean;
  /** The words of the goal stand elsewhere. */
  readonly promptElsewhere?: boolean;
  /** What of the schedule the next times do not know. */
  readonly unknownTimes?: string;
  /** Why a field cannot be changed here; '' when that is said for the whole form. */
  readonly locked?: (...paths: readonly string[]) => string | undefined;
}

const unlocked = (): undefined => undefined;

export function MonitorForm(props: MonitorFormProps) {
  const { draft, problems, onChange, locked = unlocked } = props;
  const problemOf = (path: string): string => problemAt(problems, path);
  return (
    <>
      <Pages {...props} />
      <TextField
        id="prompt"
        label={t('form.prompt.label')}
        lines={3}
        placeholder={t('form.prompt.sample')}
        note={props.promptElsewhere ? t('form.prompt.elsewhere') : ''}
        required={!props.promptElsewhere && !draft.conditions.some(({ then }) => then === 'Alert')}
        value={draft.prompt}
        problem={problemOf('spec.goal')}
        locked={locked('spec.goal.prompt')}
        onChange={(prompt) => onChange({ prompt })}
      />
      <ScheduleField
        schedule={draft.schedule}
        timeZone={props.timeZone}
        unknown={props.unknownTimes ?? ''}
        locked={locked('spec.schedule.interval', 'spec.schedule.cron', 'spec.schedule.timeZone')}
        onChange={(schedule) => onChange({ schedule })}
      />
      {problemOf('spec.schedule') !== '' && (
        <p role="alert" className="alert">
          {problemOf('spec.schedule')}
        </p>
      )}
      <ChannelsField
        chosen={draft.channels}
        locked={locked('spec.alerting.channelRefs')}
        onChange={(channels) => onChange({ channels })}
      />
      {props.isNew && (
        <TextField
          id="name"
          label={t('form.name')}
          note={t('form.nameNote')}
          required
          value={draftName(draft)}
          problem={problemOf('metadata.name')}
          onChange={(name) => onChange({ name })}
        />
      )}
      <More {...props} />
      {problemsElsewhere(problems, placesOf(draft)).map(({ path, message }) => (
        <p key={path} role="alert" className="alert">
          {path}: {message}
        </p>
      ))}
    </>
  );
}

const placesOf = ({ further, conditions, values }: MonitorDraft): string[] => [
  'metadata.name',
  'spec.description',
  'spec.sources[0].url',
  'spec.sources[0].select',
  ...further.map((_page, index) => `spec.sources[${index + 1}].url`),
  'spec.goal',
  'spec.schedule',
  'spec.tags',
  ...conditions.map((_condition, index) => `spec.conditions[${index}]`),
  ...values.map((_value, index) => `spec.values[${index}]`),
];

function Pages({ draft, problems, onChange, onAddress, locked = unlocked }: MonitorFormProps) {
  const [looked, setLooked] = useState(draft.url);
  const lookOnce = (): void => {
    if (!isAddress(draft.url) || draft.url === looked) return;
    setLooked(draft.url);
    onAddress();
  };
  const { further } = draft;
  return (
    <>
      <TextField
        id="url"
        label={t('form.page')}
        type="url"
        placeholder={t('form.pageSample')}
        required
        value={draft.url}
        problem={problemAt(problems, 'spec.sources[0].url')}
        locked={locked('spec.sources[0].url')}
        onChange={(url) => onChange({ url })}
        onLeave={lookOnce}
      />
      {further.map((page, index) => (
        <TextField
          key={page.name}
          id={`url-${index + 1}`}
          label={t('form.furtherPage', { name: page.name })}
          type="url"
          required
          value={page.url}
          problem={problemAt(problems, `spec.sources[${index + 1}].url`)}
          locked={locked(`spec.sources[${index + 1}].url`)}
          onChange={(url) => onChange({ further: further.with(index, { ...page, url }) })}
        />
      ))}
    </>
  );
}

/** What most monitors do without; open where this one does not. */
function More({ draft, problems, onChange, isNew, locked = unlocked }: MonitorFormProps) {
  const { description, select, tags, conditions, values } = draft;
  const rows = conditions.length + values.length;
  const [isUsed] = useState([description, select, tags].join('') !== '' || rows > 0);
  return (
    <details open={isUsed || !isNew}>
      <summary>{t('form.more')}</summary>
      <ConditionsField
        conditions={conditions}
        problems={problems}
        locked={locked('spec.conditions')}
        onChange={(changed) => onChange({ conditions: changed })}
      />
      <ValuesField
        values={values}
        problems={problems}
        locked={locked('spec.values')}
        onChange={(changed) => onChange({ values: changed })}
      />
      <TextField
        id="select"
        label={t('form.select')}
        note={t('form.selectNote')}
        value={select}
        problem={problemAt(problems, 'spec.sources[0].select')}
        locked={locked('spec.sources[0].select')}
        onChange={(changed) => onChange({ select: changed })}
      />
      <TextField
        id="tags"
        label={t('form.tags')}
        note={t('form.tagsNote')}
        value={tags}
        problem={problemAt(problems, 'spec.tags')}
        locked={locked('spec.tags')}
        onChange={(changed) => onChange({ tags: changed })}
      />
      <TextField
        id="description"
        label={t('form.description')}
        value={description}
        problem={problemAt(problems, 'spec.description')}
        locked={locked('spec.description')}
        onChange={(changed) => onChange({ description: changed })}
      />
    </details>
  );
}
