/** Names the numbers that a monitor reads at each check: by what, and in which unit. */
import type { FieldProblem } from '../api.ts';
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
      <legend>Values</legend>
      {locked !== undefined && locked !== '' && <p className="muted">{locked}</p>}
      <p className="muted">
        Numbers that each check reads, such as a price: they are drawn as charts, and tell nobody.
      </p>
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
          Add a value
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
      aria-label={`Value ${number}`}
      aria-describedby={problem === '' ? undefined : noteId}
    >
      <input
        aria-label="Name"
        placeholder="price"
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.target.value })}
        required
      />
      <select
        aria-label="Read by"
        value={value.by}
        onChange={(event) => onChange({ ...value, by: event.target.value as ValueDraft['by'] })}
      >
        <option value="select">a selector</option>
        <option value="regex">a pattern</option>
      </select>
      <input
        aria-label={value.by === 'select' ? 'Selector' : 'Pattern'}
        placeholder={value.by === 'select' ? '.price' : '([\\d.,]+) in stock'}
        value={value.text}
        onChange={(event) => onChange({ ...value, text: event.target.value })}
        required
      />
      <input
        aria-label="Unit"
        placeholder="€"
        value={value.unit}
        onChange={(event) => onChange({ ...value, unit: event.target.value })}
      />
      <button
        type="button"
        className="quiet"
        aria-label={`Remove value ${number}`}
        onClick={onRemove}
      >
        Remove
      </button>
      {problem !== '' && (
        <p id={noteId} role="alert" className="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
