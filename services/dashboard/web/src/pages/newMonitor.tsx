/** Makes a monitor: the page first, then what matters, how often, and whom to tell. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiError, call } from '../api.ts';
import {
  draftName,
  EMPTY_DRAFT,
  isAddress,
  manifestOf,
  previewManifest,
  type MonitorDraft,
} from '../parts/monitorDraft.ts';
import { MonitorForm } from '../parts/monitorForm.tsx';
import { Failure } from '../parts/notice.tsx';
import { PreviewPane } from '../parts/previewPane.tsx';
import { checksAMonth } from '../parts/schedule.ts';
import { useLook } from '../parts/useLook.ts';
import { useMayEdit } from '../parts/workspaces.tsx';
import { t } from '../texts/texts.ts';
import './newMonitor.css';

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function NewMonitorPage() {
  const mayEdit = useMayEdit();
  return (
    <>
      <p className="crumbs">
        <Link href="/">{t('monitors.title')}</Link>
      </p>
      <h1>{t('monitors.new')}</h1>
      {mayEdit ? <NewMonitor /> : <p className="caution">{t('form.viewer')}</p>}
    </>
  );
}

function NewMonitor() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [, go] = useLocation();
  const change = (part: Partial<MonitorDraft>): void => setDraft({ ...draft, ...part });
  const look = useLook();
  const lookAt = (of: MonitorDraft, picture = false): void =>
    look.seen.mutate({ manifest: previewManifest(of, timeZone), picture });
  const save = useMutation({
    mutationFn: () => call('POST', '/monitors', manifestOf(draft, timeZone)),
    onSuccess: () => go(`/monitors/${draftName(draft)}`),
  });
  const problems = save.error instanceof ApiError ? save.error.fields : [];
  return (
    <div className="new">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <MonitorForm
          isNew
          draft={draft}
          problems={problems}
          timeZone={timeZone}
          onChange={change}
          onAddress={() => lookAt(draft)}
        />
        {save.error && problems.length === 0 && <Failure error={save.error} />}
        <div className="actions">
          <button type="submit" className="primary" disabled={save.isPending}>
            {t('form.start')}
          </button>
          <Link href="/">{t('frame.cancel')}</Link>
        </div>
      </form>
      <PreviewPane
        look={look}
        mayLook={isAddress(draft.url)}
        checks={checksAMonth(draft.schedule)}
        select={draft.select}
        onLook={(picture) => lookAt(draft, picture)}
        onPick={(select) => {
          change({ select });
          lookAt({ ...draft, select });
        }}
      />
    </div>
  );
}
