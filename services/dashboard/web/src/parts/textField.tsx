/** A labelled field for text, with what is said of it. */

interface TextFieldProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly problem: string;
  readonly onChange: (value: string) => void;
  readonly onLeave?: () => void;
  readonly note?: string;
  readonly type?: 'text' | 'url' | 'email' | 'password';
  /** More than one makes it a field of several lines. */
  readonly lines?: number;
  readonly placeholder?: string;
  readonly required?: boolean;
  /** Why it cannot be typed into; '' when that is said elsewhere. */
  readonly locked?: string | undefined;
}

export function TextField({
  id,
  label,
  problem,
  note,
  lines,
  type = 'text',
  locked,
  ...rest
}: TextFieldProps) {
  const said = problem === '' ? locked || (note ?? '') : problem;
  const { onChange, onLeave, ...given } = rest;
  const common = {
    ...given,
    id,
    autoComplete: 'off',
    readOnly: locked !== undefined,
    'aria-invalid': problem !== '',
    'aria-describedby': said === '' ? undefined : `${id}-note`,
    onBlur: onLeave,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      onChange(event.target.value),
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {lines === undefined ? (
        <input type={type} {...common} />
      ) : (
        <textarea rows={lines} {...common} />
      )}
      {said !== '' && (
        <p
          id={`${id}-note`}
          {...(problem === '' ? { className: 'muted' } : { className: 'alert', role: 'alert' })}
        >
          {said}
        </p>
      )}
    </div>
  );
}
