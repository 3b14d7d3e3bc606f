/** Edits a monitor in the form of a new one; what others own is shown and cannot be changed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiError, readVersion, replace, type Versioned } from '../api.ts';
import type { MonitorJob } from '../objects.ts';
import { BacktestPane } from '../parts/backtestPane.tsx';
import { changedParts, draftOf, rebased, withDraft, zoneOf } from '../parts/editDraft.ts';
import { lockedAt } from '../parts/fields.ts';
import { manifestText } from '../parts/manifest.ts';
import { isAddress, type MonitorDraft } from '../parts/monitorDraft.ts';
import { MonitorForm } from '../parts/monitorForm.tsx';
import { Failure, Loading } from '../parts/notice.tsx';
import { OwnerBadge } from '../parts/owner.tsx';
import { PreviewPane } from '../parts/previewPane.tsx';
import { checksAMonth } from '../parts/schedule.ts';
import { useLook } from '../parts/useLook.ts';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';
import './newMonitor.css';

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

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
        {t.rich('form.crumbs', {
          name,
          all: (words) => <Link href="/">{words}</Link>,
          one: (words) => <Link href={path}>{words}</Link>,
        })}
      </p>
      <div className="title">
        <h1>{t('form.edit', { name })}</h1>
        <OwnerBadge job={job.data.value} />
      </div>
      {mayEdit ? (
        <Editor path={path} read={job.data} />
      ) : (
        <p className="caution">{t('form.viewer')}</p>
      )}
    </>
  );
}

interface EditorProps {
  readonly path: string;
  readonly read: Versioned<MonitorJob>;
}

function Editor({ path, read: given }: EditorProps) {
  const [read, setRead] = useState(given);
  const [draft, setDraft] = useState(() => draftOf(given.value));
  const [, go] = useLocation();
  const queries = useQueryClient();
  const { value: job, etag } = read;
  const edited = withDraft(job, draft, ownZone);
  const save = useMutation({
    mutationFn: () => replace(path, { value: edited, etag }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['monitor'] });
      go(path);
    },
  });
  const look = useLook();
  const lookAt = (of: MonitorDraft, picture = false): void =>
    look.seen.mutate({ manifest: plain(withDraft(job, of, ownZone)), picture });
  const pick = (select: string): void => {
    setDraft({ ...draft, select });
    lookAt({ ...draft, select });
  };
  const again = useMutation({
    mutationFn: () => readVersion<MonitorJob>(path),
    onSuccess: (fresh) => {
      setDraft(rebased(draftOf(job), draft, draftOf(fresh.value)));
      setRead(fresh);
      save.reset();
    },
  });
  const isOvertaken = save.error instanceof ApiError && save.error.status === 412;
  return (
    <div className="new">
      <EditForm
        job={job}
        draft={draft}
        error={save.error}
        isPending={save.isPending}
        onChange={(part) => setDraft({ ...draft, ...part })}
        onAddress={() => lookAt(draft)}
        onSave={() => save.mutate()}
      >
        {isOvertaken && (
          <p>
            <button type="button" disabled={again.isPending} onClick={() => again.mutate()}>
              {t('form.readAgain')}
            </button>
          </p>
        )}
        {again.error && <Failure error={again.error} />}
        <Link href={path}>{t('frame.cancel')}</Link>
      </EditForm>
      <Beside edited={edited}>
        <PreviewPane
          look={look}
          mayLook={isAddress(draft.url)}
          checks={checksAMonth(draft.schedule)}
          select={draft.select}
          onLook={(picture) => lookAt(draft, picture)}
          onPick={lockedAt(job, ['spec.sources[0].select']) === undefined ? pick : undefined}
        />
      </Beside>
    </div>
  );
}

interface EditFormProps {
  readonly job: MonitorJob;
  readonly draft: MonitorDraft;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly onChange: (part: Partial<MonitorDraft>) => void;
  readonly onAddress: () => void;
  readonly onSave: () => void;
  readonly children: React.ReactNode;
}

function EditForm({ job, draft, error, isPending, children, ...on }: EditFormProps) {
  const readOnly = job.status?.ownership?.readOnly ?? null;
  const problems = error instanceof ApiError ? error.fields : [];
  const isSame = changedParts(draftOf(job), draft).length === 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        on.onSave();
      }}
    >
      {readOnly !== null && <p className="caution">{t('form.readOnly', { why: readOnly })}</p>}
      <MonitorForm
        isNew={false}
        draft={draft}
        problems={problems}
        timeZone={zoneOf(job.spec, ownZone)}
        promptElsewhere={job.spec.goal?.promptFrom !== undefined}
        unknownTimes={(job.spec.schedule.windows ?? []).length === 0 ? '' : t('form.windows')}
        locked={(...paths) => lockedAt(job, paths)}
        onChange={on.onChange}
        onAddress={on.onAddress}
      />
      {error && problems.length === 0 && <Failure error={error} />}
      <div className="actions">
        <button
          type="submit"
          className="primary"
          disabled={isPending || readOnly !== null || isSame}
        >
          {t('form.save')}
        </button>
        {children}
      </div>
    </form>
  );
}

/** What the server adds is no part of what is tried. */
const plain = ({ metadata: { name }, spec }: MonitorJob): object => ({
  apiVersion: 'mon.duckerhub.com/v1alpha1',
  kind: 'MonitorJob',
  metadata: { name },
  spec,
});

const PARTS = ['preview', 'backtest', 'manifest'] as const;

interface BesideProps {
  readonly edited: MonitorJob;
  /** The preview. */
  readonly children: React.ReactNode;
}

/** What stays when another part is looked at is kept: a back-test may have cost something. */
function Beside({ edited, children }: BesideProps) {
  const [part, setPart] = useState<(typeof PARTS)[number]>('preview');
  return (
    <div className="beside">
      <div className="tabs" role="group" aria-label={t('form.beside.title')}>
        {PARTS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={part === each}
            onClick={() => setPart(each)}
          >
            {t(`form.beside.${each}`)}
          </button>
        ))}
      </div>
      <div hidden={part !== 'preview'}>{children}</div>
      <div hidden={part !== 'backtest'}>
        <BacktestPane manifest={plain(edited)} />
      </div>
      <section
        className="preview"
        aria-label={t('form.beside.manifest')}
        hidden={part !== 'manifest'}
      >
        <h2>{t('form.beside.manifest')}</h2>
        <p className="muted">{t('form.beside.asSaved')}</p>
        <pre tabIndex={0} aria-label={t('form.beside.manifestAsSaved')}>
          {manifestText(edited)}
        </pre>
      </section>
    </div>
  );
}
