/** Names the numbers that a monitor reads at each check: by what, and in which unit. */
import type { FieldProblem } from '../api.ts';
import { t } from '../texts/texts.ts';
import { emptyValue, MOST_VALUES, type ValueDraft } from './valuesDraft.ts';

interface ValuesFieldProps {
  readonly values: readonly ValueDraft[];
  readonly problems: readonly FieldProblem[];
  /** Why they cannot be changed here; '' when that is said elsewhere. */
  readonly locked?: string | undefined;
  readonly onChange: (values: readonly ValueDraft[]) => void;
}

export function ValuesField({ values, problems, locked, onChange }: ValuesFieldProps) {
  return (
    <fieldset className="field" disabled={locked !== undefined}>
      <legend>{t('form.values.title')}</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <p className="muted">{t('form.values.about')}</p>
      {values.map((value, index) => (
        <ValueRow
          key={value.id}
          number={index + 1}
          value={value}
          problem={problemOf(problems, index)}
          onChange={(changed) => onChange(values.with(index, changed))}
          onRemove={() => onChange(values.toSpliced(index, 1))}
        />
      ))}
      {values.length < MOST_VALUES && (
        <button type="button" onClick={() => onChange([...values, emptyValue(values)])}>
          {t('form.values.add')}
        </button>
      )}
    </fieldset>
  );
}

const problemOf = (problems: readonly FieldProblem[], index: number): string =>
  problems
    .filter(({ path }) => path.startsWith(`spec.values[${index}]`))
    .map(({ message }) => message)
    .join('; ');

interface ValueRowProps {
  /** From 1 on. */
  readonly number: number;
  readonly value: ValueDraft;
  readonly problem: string;
  readonly onChange: (value: ValueDraft) => void;
  readonly onRemove: () => void;
}

function ValueRow({ number, value, problem, onChange, onRemove }: ValueRowProps) {
  const noteId = `value-${number}-note`;
  return (
    <div
      className="condition"
      role="group"
      aria-label={t('form.values.row', { number })}
      aria-describedby={problem === '' ? undefined : noteId}
    >
      <input
        aria-label={t('form.values.name')}
        placeholder={t('form.values.nameSample')}
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.target.value })}
        required
      />
      <select
        aria-label={t('form.values.by')}
        value={value.by}
        onChange={(event) => onChange({ ...value, by: event.target.value as ValueDraft['by'] })}
      >
        <option value="select">{t('form.values.bys.select')}</option>
        <option value="regex">{t('form.values.bys.regex')}</option>
      </select>
      <input
        aria-label={t(`form.values.texts.${value.by}`)}
        placeholder={t(`form.values.samples.${value.by}`)}
        value={value.text}
        onChange={(event) => onChange({ ...value, text: event.target.value })}
        required
      />
      <input
        aria-label={t('form.values.unit')}
        placeholder={t('form.values.unitSample')}
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.target.value })}
      />
      <button
        type="button"
        className="quiet"
        aria-label={t('form.values.remove', { number })}
        onClick={onRemove}
      >
        {t('form.remove')}
      </button>
      {problem !== '' && (
        <p id={noteId} role="alert" className="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
