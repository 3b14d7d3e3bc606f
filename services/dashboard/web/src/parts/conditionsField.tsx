/** Builds the conditions of a monitor: what tells by itself, and what must hold besides the goal. */
import type { FieldProblem } from '../api.ts';
import { t } from '../texts/texts.ts';
import {
  conditionOf,
  type BuiltCondition,
  type BuiltKind,
  OPERATORS,
  SIDES,
  type ConditionDraft,
  type Operator,
  type Side,
} from './monitorDraft.ts';

const THENS = ['Alert', 'Require'] as const;
const KINDS: readonly BuiltKind[] = ['text', 'regex', 'number', 'percentChange'];
const COMPARISONS = Object.keys(OPERATORS) as Operator[];

interface ConditionsFieldProps {
  readonly conditions: readonly ConditionDraft[];
  readonly problems: readonly FieldProblem[];
  /** Why they cannot be changed here; '' when that is said elsewhere. */
  readonly locked?: string | undefined;
  readonly onChange: (conditions: readonly ConditionDraft[]) => void;
}

export function ConditionsField({ conditions, problems, locked, onChange }: ConditionsFieldProps) {
  const nextId = Math.max(0, ...conditions.map(({ id }) => id)) + 1;
  return (
    <fieldset className="field" disabled={locked !== undefined}>
      <legend>{t('form.conditions.title')}</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <p className="muted">{t('form.conditions.about')}</p>
      {conditions.map((condition, index) => {
        const common = {
          number: index + 1,
          problem: problemOf(problems, index),
          onRemove: () => onChange(conditions.toSpliced(index, 1)),
        };
        return condition.kind === 'kept' ? (
          <KeptRow key={condition.id} {...common} text={condition.text} />
        ) : (
          <ConditionRow
            key={condition.id}
            {...common}
            condition={condition}
            onChange={(changed) => onChange(conditions.with(index, changed))}
          />
        );
      })}
      <button
        type="button"
        onClick={() =>
          onChange([...conditions, conditionOf('text', { id: nextId, then: 'Alert', value: '' })])
        }
      >
        {t('form.conditions.add')}
      </button>
    </fieldset>
  );
}

const problemOf = (problems: readonly FieldProblem[], index: number): string =>
  problems
    .filter(({ path }) => path.startsWith(`spec.conditions[${index}]`))
    .map(({ message }) => message)
    .join('; ');

interface RowProps {
  /** From 1 on. */
  readonly number: number;
  readonly problem: string;
  readonly onRemove: () => void;
}

/** A condition that the form cannot build; it stays as it is, or goes. */
function KeptRow({ number, text, problem, onRemove }: RowProps & { readonly text: string }) {
  return (
    <div className="condition" role="group" aria-label={t('form.conditions.row', { number })}>
      <code>{text}</code>
      <Remove number={number} onRemove={onRemove} />
      {problem !== '' && (
        <p role="alert" className="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

const Remove = ({ number, onRemove }: Omit<RowProps, 'problem'>) => (
  <button
    type="button"
    className="quiet"
    aria-label={t('form.conditions.remove', { number })}
    onClick={onRemove}
  >
    {t('form.remove')}
  </button>
);

interface ConditionRowProps extends RowProps {
  readonly condition: BuiltCondition;
  readonly onChange: (condition: BuiltCondition) => void;
}

function ConditionRow({ number, condition, problem, onChange, onRemove }: ConditionRowProps) {
  const noteId = `condition-${number}-note`;
  return (
    <div
      className="condition"
      role="group"
      aria-label={t('form.conditions.row', { number })}
      aria-describedby={problem === '' ? undefined : noteId}
    >
      <Choice
        label={t('form.conditions.then')}
        value={condition.then}
        choices={THENS}
        words={(then) => t(`form.conditions.thens.${then}`)}
        onChange={(then) => onChange({ ...condition, then })}
      />
      <Choice
        label={t('form.conditions.kind')}
        value={condition.kind}
        choices={KINDS}
        words={(kind) => t(`form.conditions.kinds.${kind}`)}
        onChange={(kind) => onChange(conditionOf(kind, condition))}
      />
      {'side' in condition ? (
        <>
          <ValueField condition={condition} onChange={onChange} />
          <Choice<Side>
            label={t('form.conditions.how')}
            value={condition.side}
            choices={SIDES}
            words={(side) => t(`form.conditions.sides.${side}`)}
            onChange={(side) => onChange({ ...condition, side })}
          />
        </>
      ) : (
        <>
          <input
            aria-label={t('form.conditions.where')}
            placeholder={t('form.conditions.whereSample')}
            value={condition.select}
            onChange={(event) => onChange({ ...condition, select: event.target.value })}
            required
          />
          <Choice<Operator>
            label={t('form.conditions.comparison')}
            value={condition.op}
            choices={COMPARISONS}
            words={(op) => OPERATORS[op]}
            onChange={(op) => onChange({ ...condition, op })}
          />
          <ValueField condition={condition} onChange={onChange} />
        </>
      )}
      <Remove number={number} onRemove={onRemove} />
      {problem !== '' && (
        <p id={noteId} role="alert" className="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function ValueField({
  condition,
  onChange,
}: {
  readonly condition: BuiltCondition;
  readonly onChange: (condition: BuiltCondition) => void;
}) {
  return (
    <input
      aria-label={t('form.conditions.value')}
      placeholder={t(`form.conditions.samples.${condition.kind}`)}
      value={condition.value}
      onChange={(event) => onChange({ ...condition, value: event.target.value })}
      required
    />
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly T[];
  readonly words: (value: T) => string;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, choices, words, onChange }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
    >
      {choices.map((each) => (
        <option key={each} value={each}>
          {words(each)}
        </option>
      ))}
    </select>
  );
}
