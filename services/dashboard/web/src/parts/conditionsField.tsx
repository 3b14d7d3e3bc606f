/** Builds the conditions of a monitor: what tells by itself, and what must hold besides the goal. */
import type { FieldProblem } from '../api.ts';
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

const KINDS: Readonly<Record<BuiltKind, string>> = {
  text: 'the text',
  regex: 'a pattern',
  number: 'the number',
  percentChange: 'the change of a number, in %,',
};

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
      <legend>Conditions</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <p className="muted">
        Exact rules that need no model: they tell by themselves, or must hold besides what matters.
      </p>
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
        Add a condition
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
    <div className="condition" role="group" aria-label={`Condition ${number}`}>
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
    aria-label={`Remove condition ${number}`}
    onClick={onRemove}
  >
    Remove
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
      aria-label={`Condition ${number}`}
      aria-describedby={problem === '' ? undefined : noteId}
    >
      <Choice
        label="What happens then"
        value={condition.then}
        words={{ Alert: 'Tell me when', Require: 'Only tell me when' }}
        onChange={(then) => onChange({ ...condition, then })}
      />
      <Choice
        label="Kind"
        value={condition.kind}
        words={KINDS}
        onChange={(kind) => onChange(conditionOf(kind, condition))}
      />
      {'side' in condition ? (
        <>
          <ValueField condition={condition} onChange={onChange} />
          <Choice<Side>
            label="How"
            value={condition.side}
            words={SIDES}
            onChange={(side) => onChange({ ...condition, side })}
          />
        </>
      ) : (
        <>
          <input
            aria-label="Where, as a CSS selector"
            placeholder="CSS selector, such as .price"
            value={condition.select}
            onChange={(event) => onChange({ ...condition, select: event.target.value })}
            required
          />
          <Choice<Operator>
            label="Comparison"
            value={condition.op}
            words={OPERATORS}
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

const PLACEHOLDERS: Readonly<Record<BuiltKind, string>> = {
  text: 'sold out',
  regex: 'in stock: \\d+',
  number: '19.99',
  percentChange: '5',
};

function ValueField({
  condition,
  onChange,
}: {
  readonly condition: BuiltCondition;
  readonly onChange: (condition: BuiltCondition) => void;
}) {
  return (
    <input
      aria-label="Value"
      placeholder={PLACEHOLDERS[condition.kind]}
      value={condition.value}
      onChange={(event) => onChange({ ...condition, value: event.target.value })}
      required
    />
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly words: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, words, onChange }: ChoiceProps<T>) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as T)}
    >
      {Object.entries<string>(words).map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}
