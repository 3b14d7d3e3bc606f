/** Makes a monitor: the page first, then what matters, how often, and whom to tell. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ApiError, call, get, type FieldProblem, type Page } from '../api.ts';
import type { NotificationChannel, Preview } from '../objects.ts';
import { ConditionsField } from '../parts/conditionsField.tsx';
import {
  draftName,
  EMPTY_DRAFT,
  isAddress,
  manifestOf,
  previewManifest,
  type MonitorDraft,
} from '../parts/monitorDraft.ts';
import { Failure } from '../parts/notice.tsx';
import { PreviewPane } from '../parts/previewPane.tsx';
import { ScheduleField } from '../parts/scheduleField.tsx';
import { TextField } from '../parts/textField.tsx';
import { useMayEdit } from '../parts/workspaces.tsx';
import './newMonitor.css';

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function NewMonitorPage() {
  const mayEdit = useMayEdit();
  return (
    <>
      <p className="crumbs">
        <Link href="/">Monitors</Link>
      </p>
      <h1>New monitor</h1>
      {mayEdit ? (
        <NewMonitor />
      ) : (
        <p className="caution">You are a viewer in this workspace, and may change nothing in it.</p>
      )}
    </>
  );
}

/** What it says of the fields that have a place of their own, and the rest. */
const OWN_PLACES = /^(metadata\.name|spec\.(sources\[0\]\.|goal|tags|schedule|conditions\[))/;

function NewMonitor() {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [, go] = useLocation();
  const change = (part: Partial<MonitorDraft>): void => setDraft({ ...draft, ...part });
  const look = useMutation({
    mutationFn: () =>
      call<Preview>('POST', '/preview', { manifest: previewManifest(draft, timeZone) }),
  });
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
        <Fields
          draft={draft}
          problems={problems}
          onChange={change}
          onAddress={() => look.mutate()}
        />
        {save.error && problems.length === 0 && <Failure error={save.error} />}
        {problems
          .filter(({ path }) => !OWN_PLACES.test(path))
          .map(({ path, message }) => (
            <p key={path} role="alert" className="alert">
              {path}: {message}
            </p>
          ))}
        <div className="actions">
          <button type="submit" className="primary" disabled={save.isPending}>
            Start watching
          </button>
          <Link href="/">Cancel</Link>
        </div>
      </form>
      <PreviewPane look={look} mayLook={isAddress(draft.url)} />
    </div>
  );
}

interface FieldsProps {
  readonly draft: MonitorDraft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (part: Partial<MonitorDraft>) => void;
  readonly onAddress: () => void;
}

function Fields({ draft, problems, onChange, onAddress }: FieldsProps) {
  const [looked, setLooked] = useState('');
  const lookOnce = (): void => {
    if (!isAddress(draft.url) || draft.url === looked) return;
    setLooked(draft.url);
    onAddress();
  };
  const problemOf = (path: string): string =>
    problems
      .filter((problem) => problem.path.startsWith(path))
      .map(({ message }) => message)
      .join('; ');
  return (
    <>
      <TextField
        id="url"
        label="Page"
        type="url"
        placeholder="https://"
        required
        value={draft.url}
        problem={problemOf('spec.sources[0].url')}
        onChange={(url) => onChange({ url })}
        onLeave={lookOnce}
      />
      <TextField
        id="prompt"
        label="What matters"
        lines={3}
        placeholder="Tell me when the price falls below 40 euros, or when it is sold out."
        required={!draft.conditions.some(({ then }) => then === 'Alert')}
        value={draft.prompt}
        problem={problemOf('spec.goal')}
        onChange={(prompt) => onChange({ prompt })}
      />
      <ScheduleField
        schedule={draft.schedule}
        timeZone={timeZone}
        onChange={(schedule) => onChange({ schedule })}
      />
      {problemOf('spec.schedule') !== '' && (
        <p role="alert" className="alert">
          {problemOf('spec.schedule')}
        </p>
      )}
      <ChannelsField chosen={draft.channels} onChange={(channels) => onChange({ channels })} />
      <TextField
        id="name"
        label="Name"
        note="Small letters, digits and hyphens; it stands in addresses and cannot be changed later."
        required
        value={draftName(draft)}
        problem={problemOf('metadata.name')}
        onChange={(name) => onChange({ name })}
      />
      <details>
        <summary>Conditions, parts of the page, tags</summary>
        <ConditionsField
          conditions={draft.conditions}
          problems={problems}
          onChange={(conditions) => onChange({ conditions })}
        />
        <TextField
          id="select"
          label="Only this part of the page"
          note="A CSS selector, such as main or .price; empty for the whole page."
          value={draft.select}
          problem={problemOf('spec.sources[0].select')}
          onChange={(select) => onChange({ select })}
        />
        <TextField
          id="tags"
          label="Tags"
          note="With commas between them."
          value={draft.tags}
          problem={problemOf('spec.tags')}
          onChange={(tags) => onChange({ tags })}
        />
      </details>
    </>
  );
}

function ChannelsField({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const channels = useQuery({
    queryKey: ['channels'],
    queryFn: () => get<Page<NotificationChannel>>('/channels?limit=200'),
  });
  const names = channels.data?.items.map(({ metadata }) => metadata.name) ?? [];
  return (
    <fieldset className="field">
      <legend>Whom to tell</legend>
      {channels.error && <Failure error={channels.error} />}
      <p className="muted">What is found always stands under Findings.</p>
      <div className="row">
        {names.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={() =>
                onChange(
                  chosen.includes(name)
                    ? chosen.filter((each) => each !== name)
                    : [...chosen, name],
                )
              }
            />
            {name}
          </label>
        ))}
      </div>
      {channels.data && names.length === 0 && (
        <p className="muted">
          There is no channel yet. <Link href="/channels">Make one</Link> to be told by mail, chat
          or webhook.
        </p>
      )}
    </fieldset>
  );
}
