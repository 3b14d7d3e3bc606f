/** Edits a monitor; what others own is shown and cannot be typed into. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiError, readVersion, replace, type Versioned } from '../api.ts';
import type { MonitorJob } from '../objects.ts';
import {
  formFields,
  ownerText,
  problemsAt,
  problemsElsewhere,
  withValues,
  type FormField,
} from '../parts/fields.ts';
import { Failure, Loading } from '../parts/notice.tsx';
import { OwnerBadge } from '../parts/owner.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';

export function EditPage({ name }: { readonly name: string }) {
  const path = `/monitors/${encodeURIComponent(name)}`;
  const job = useQuery({
    queryKey: ['edit', name],
    queryFn: () => readVersion<MonitorJob>(path),
    // What a person types into must not change under the hand.
    staleTime: Infinity,
    gcTime: 0,
    refetchInterval: false,
  });
  const mayEdit = useMayEdit();
  if (job.isPending) return <Loading />;
  if (job.error) return <Failure error={job.error} />;
  return (
    <>
      <p className="crumbs">
        <Link href="/">Monitors</Link> › <Link href={path}>{name}</Link>
      </p>
      <div className="title">
        <h1>Edit {name}</h1>
        <OwnerBadge job={job.data.value} />
      </div>
      {mayEdit ? (
        <EditForm path={path} read={job.data} />
      ) : (
        <p className="caution">You are a viewer in this workspace, and may change nothing in it.</p>
      )}
    </>
  );
}

function EditForm({ path, read }: { readonly path: string; readonly read: Versioned<MonitorJob> }) {
  const { value: job, etag } = read;
  const fields = formFields(job);
  const readOnly = job.status?.ownership?.readOnly ?? null;
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(new Map());
  const [, go] = useLocation();
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => replace(path, { value: withValues(job, typed), etag }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['monitor'] });
      go(path);
    },
  });
  const problems = save.error instanceof ApiError ? save.error.fields : [];
  const elsewhere = problemsElsewhere(problems, fields);
  return (
    <form
      className="wide"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {readOnly !== null && <p className="caution">This monitor {readOnly}.</p>}
      {fields.map((field) => (
        <Field
          key={field.path}
          field={field}
          value={typed.get(field.path) ?? field.value}
          onType={(value) => setTyped(new Map(typed).set(field.path, value))}
          locked={readOnly === null ? ownerText(job.status?.ownership, field.path) : ''}
          problem={problemsAt(problems, field.path)
            .map(({ message }) => message)
            .join('; ')}
        />
      ))}
      {save.error && problems.length === 0 && <Failure error={save.error} />}
      {elsewhere.map((problem) => (
        <p key={problem.path} role="alert" className="alert">
          {problem.path}: {problem.message}
        </p>
      ))}
      <div className="actions">
        <button
          type="submit"
          className="primary"
          disabled={save.isPending || readOnly !== null || typed.size === 0}
        >
          Save
        </button>
        <Link href={path}>Cancel</Link>
      </div>
    </form>
  );
}

interface FieldProps {
  readonly field: FormField;
  readonly value: string;
  readonly onType: (value: string) => void;
  /** Why it cannot be edited; '' when that is said for the whole form; undefined when it can. */
  readonly locked: string | undefined;
  readonly problem: string;
}

function Field({ field, value, onType, locked, problem }: FieldProps) {
  const note = problem === '' ? (locked ?? '') : problem;
  const common = {
    id: field.path,
    value,
    readOnly: locked !== undefined,
    required: field.required,
    'aria-invalid': problem !== '',
    'aria-describedby': note === '' ? undefined : `${field.path}-note`,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      onType(event.target.value),
  };
  return (
    <div className="field">
      <label htmlFor={field.path}>{field.label}</label>
      {field.kind === 'text' ? <textarea rows={4} {...common} /> : <input {...common} />}
      {note !== '' && (
        <p
          id={`${field.path}-note`}
          {...(problem === '' ? { className: 'muted' } : { className: 'alert', role: 'alert' })}
        >
          {note}
        </p>
      )}
    </div>
  );
}
