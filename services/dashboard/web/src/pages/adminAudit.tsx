/** The audit of the installation: reading it, whether it is whole, and a copy of it. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../api.ts';
import { AdminList } from '../parts/adminList.tsx';
import { CopyButton } from '../parts/copyButton.tsx';
import { Failure } from '../parts/notice.tsx';
import { SearchForm } from '../parts/searchForm.tsx';
import { Time } from '../parts/time.tsx';
import { useAdminList } from '../parts/useAdmin.ts';

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  /** What somebody who is an account is called. */
  readonly actorName: string | null;
  readonly subjectName: string | null;
}

const FIELDS = [
  ['action', 'What was done, such as user.'],
  ['actor', 'By whom, such as user:ID'],
  ['subject', 'To what, such as user/ID'],
] as const;
const PLATFORM = '_platform';

export function AdminAuditPage() {
  const [field, setField] = useState<string>('action');
  const [text, setText] = useState('');
  const { list, items } = useAdminList<Entry>('audit', { [field]: text });
  return (
    <>
      <h2>Audit of the installation</h2>
      <div className="tools">
        <SearchForm label={FIELDS.find(([name]) => name === field)?.[1] ?? ''} onSearch={setText} />
        <label className="sort">
          Search in{' '}
          <select value={field} onChange={(event) => setField(event.target.value)}>
            {FIELDS.map(([name]) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty="No row is like that.">
        <table className="list audit">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">By whom</th>
              <th scope="col">To what</th>
              <th scope="col">More</th>
            </tr>
          </thead>
          <tbody>
            {items.map((entry) => (
              <Row key={entry.seq} entry={entry} />
            ))}
          </tbody>
        </table>
      </AdminList>
      <Chain />
    </>
  );
}

function Row({ entry }: { readonly entry: Entry }) {
  const { at, action, actor, actorName, subject, subjectName, detail } = entry;
  const more = Object.keys(detail).length === 0 ? '' : JSON.stringify(detail);
  return (
    <tr>
      <td data-label="When">
        <Time at={at} />
      </td>
      <td data-label="What">{action}</td>
      <td data-label="By whom">
        <Named id={actor} name={actorName} />
      </td>
      <td data-label="To what">
        <Named id={subject} name={subjectName} />
      </td>
      <td data-label="More">{more}</td>
    </tr>
  );
}

/** The id counts: a name is what somebody calls themselves. */
const Named = ({ id, name }: { readonly id: string; readonly name: string | null }) => (
  <>
    {name !== null && `${name} `}
    <span className={name === null ? undefined : 'muted'}>{id}</span>
  </>
);

interface Verified {
  readonly chain: string;
  readonly intact: boolean;
  readonly rows: number;
  readonly head: string | null;
  readonly problem: string | null;
}

/** Of the installation, or of the workspace that is named. */
function Chain() {
  const [chain, setChain] = useState('');
  const named = chain.trim() === '' ? PLATFORM : chain.trim();
  const verify = useMutation({
    mutationFn: () =>
      get<Verified>(`/admin/audit/verify?${new URLSearchParams({ chain: named }).toString()}`),
  });
  const copy = (format: string): string =>
    `/admin/audit/export?${new URLSearchParams({ chain: named, format }).toString()}`;
  return (
    <>
      <h2>Verify and copy</h2>
      <form
        className="wide"
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <label htmlFor="chain">Workspace; empty for the installation</label>
        <input
          id="chain"
          value={chain}
          maxLength={63}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(event) => {
            setChain(event.target.value);
            verify.reset();
          }}
        />
        <div className="actions">
          <button type="submit" className="primary" disabled={verify.isPending}>
            Verify
          </button>
          <CopyButton path={copy('csv')} label="Download as CSV" />
          <CopyButton path={copy('json')} label="Download as JSON" />
        </div>
        <p className="muted">A copy of a workspace’s audit leaves a row there, for its owners.</p>
        {verify.error && <Failure error={verify.error} />}
        {verify.data && <Result of={verify.data} />}
      </form>
    </>
  );
}

function Result({ of: { intact, rows, head, problem } }: { readonly of: Verified }) {
  if (!intact)
    return (
      <p role="alert" className="alert">
        Not as it was written: {problem}, after row {rows}. Keep a backup of now, and compare with
        those from before.
      </p>
    );
  return (
    <p role="status" className="note">
      Whole: {rows} rows. Compare the head with a copy kept elsewhere: <code>{head}</code>
    </p>
  );
}
