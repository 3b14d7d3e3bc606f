/** The entries of a file: which of them are created, and what of each stays behind. */
import { Link } from 'wouter';
import { t } from '../texts/texts.ts';
import { Badge } from './badge.tsx';
import { noteWords, type Imported, type ImportNote, type ImportReport } from './importReport.ts';

interface Props {
  readonly report: ImportReport;
  readonly chosen: ReadonlySet<string>;
  readonly onChoose: (name: string, isChosen: boolean) => void;
}

export const ImportList = ({ report, chosen, onChoose }: Props) => (
  <>
    <ul className="cards" aria-label={t('imports.entries')}>
      {report.objects.map((one) => (
        <Entry
          key={`${one.kind}/${one.name}`}
          one={one}
          isChosen={chosen.has(one.name)}
          onChoose={onChoose}
        />
      ))}
    </ul>
    {report.skipped.length > 0 && (
      <>
        <h2>{t('imports.skipped')}</h2>
        <ul className="cards">
          {report.skipped.map(({ label, why, todo }, index) => (
            // Two entries may have the same label, and their order is the file's.
            <li key={index}>
              <strong>{label}</strong>
              <p className="muted">{noteWords({ why, todo })}</p>
            </li>
          ))}
        </ul>
      </>
    )}
    {report.notes.length > 0 && (
      <>
        <h2>{t('imports.wholeFile')}</h2>
        <Notes notes={report.notes} />
      </>
    )}
  </>
);

interface EntryProps {
  readonly one: Imported;
  readonly isChosen: boolean;
  readonly onChoose: Props['onChoose'];
}

function Entry({ one, isChosen, onChoose }: EntryProps) {
  const { kind, name, label, notes, problems } = one;
  const isMonitor = kind === 'MonitorJob';
  return (
    <li>
      <div className="title">
        {one.state === 'new' && (
          <input
            type="checkbox"
            aria-label={t('imports.createOne', { name })}
            checked={isChosen}
            onChange={(event) => onChoose(name, event.target.checked)}
          />
        )}
        {one.state === 'created' && isMonitor ? (
          <Link href={`/monitors/${encodeURIComponent(name)}`}>{name}</Link>
        ) : (
          <strong>{name}</strong>
        )}
        <State of={one.state} />
        <span className="muted">{label}</span>
      </div>
      {problems.map(({ path, message }) => (
        <p key={path} className="alert">
          {path === '' ? message : `${path}: ${message}`}
        </p>
      ))}
      <Notes notes={notes} />
    </li>
  );
}

function State({ of }: { readonly of: Imported['state'] }) {
  switch (of) {
    case 'created':
      return <Badge tone="good">{t('imports.states.created')}</Badge>;
    case 'taken':
      return <Badge tone="calm">{t('imports.states.taken')}</Badge>;
    case 'refused':
      return <Badge tone="bad">{t('imports.states.refused')}</Badge>;
    case 'new':
      return null;
    default:
      return of satisfies never;
  }
}

const Notes = ({ notes }: { readonly notes: readonly ImportNote[] }) =>
  notes.length === 0 ? null : (
    <ul className="notes">
      {notes.map((note, index) => (
        <li key={index}>
          {t.rich(`imports.notes.${note.what}`, {
            code: (words) => <code>{words}</code>,
            field: note.field,
            words: noteWords(note),
          })}
        </li>
      ))}
    </ul>
  );
