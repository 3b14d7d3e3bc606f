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
import { t } from '../texts/texts.ts';

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

const FIELDS = ['action', 'actor', 'subject'] as const;
const PLATFORM = '_platform';

export function AdminAuditPage() {
  const [field, setField] = useState<(typeof FIELDS)[number]>('action');
  const [text, setText] = useState('');
  const { list, items } = useAdminList<Entry>('audit', { [field]: text });
  return (
    <>
      <h2>{t('admin.audit.title')}</h2>
      <div className="tools">
        <SearchForm label={t(`admin.audit.hints.${field}`)} onSearch={setText} />
        <label className="sort">
          {t('admin.audit.searchIn')}{' '}
          <select
            value={field}
            onChange={({ target }) =>
              setField(FIELDS.find((name) => name === target.value) ?? 'action')
            }
          >
            {FIELDS.map((name) => (
              <option key={name} value={name}>
                {t(`admin.audit.fields.${name}`)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <AdminList list={list} isEmpty={items.length === 0} empty={t('admin.audit.none')}>
        <table className="list audit">
          <thead>
            <tr>
              <th scope="col">{t('admin.audit.when')}</th>
              <th scope="col">{t('admin.audit.what')}</th>
              <th scope="col">{t('admin.audit.byWhom')}</th>
              <th scope="col">{t('admin.audit.toWhat')}</th>
              <th scope="col">{t('admin.audit.more')}</th>
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
      <td data-label={t('admin.audit.when')}>
        <Time at={at} />
      </td>
      <td data-label={t('admin.audit.what')}>{action}</td>
      <td data-label={t('admin.audit.byWhom')}>
        <Named id={actor} name={actorName} />
      </td>
      <td data-label={t('admin.audit.toWhat')}>
        <Named id={subject} name={subjectName} />
      </td>
      <td data-label={t('admin.audit.more')}>{more}</td>
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
      <h2>{t('admin.audit.verifyAndCopy')}</h2>
      <form
        className="wide"
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <label htmlFor="chain">{t('admin.audit.whose')}</label>
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
            {t('admin.audit.verify')}
          </button>
          <CopyButton path={copy('csv')} label={t('admin.csv')} />
          <CopyButton path={copy('json')} label={t('admin.json')} />
        </div>
        <p className="muted">{t('admin.audit.leavesRow')}</p>
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
        {t('admin.audit.broken', { problem: problem ?? '', rows: String(rows) })}
      </p>
    );
  return (
    <p role="status" className="note">
      {t.rich('admin.audit.whole', {
        rows: String(rows),
        head: head ?? '',
        code: (words) => <code>{words}</code>,
      })}
    </p>
  );
}
