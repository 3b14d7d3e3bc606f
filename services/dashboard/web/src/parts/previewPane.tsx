/** What duckmon sees of a page right now, before anything is saved. */
import type { Preview } from '../objects.ts';
import { known, t } from '../texts/texts.ts';
import { Badge } from './badge.tsx';
import { CheckValues } from './checkValues.tsx';
import { CostEstimate } from './costEstimate.tsx';
import { Failure } from './notice.tsx';
import { Picker } from './picker.tsx';
import type { Look } from './useLook.ts';

interface PreviewPaneProps {
  readonly look: Look;
  readonly mayLook: boolean;
  /** Checks in thirty days. */
  readonly checks: number;
  /** The part of the page that counts, as a selector; '' for all of it. */
  readonly select: string;
  readonly onLook: (picture: boolean) => void;
  /** Absent where it cannot be chosen. */
  readonly onPick?: ((selector: string) => void) | undefined;
}

export function PreviewPane({ look, mayLook, checks, select, onLook, onPick }: PreviewPaneProps) {
  const { seen, picture } = look;
  const isBusy = !mayLook || seen.isPending;
  return (
    <section className="preview" aria-label={t('preview.title')}>
      <div className="title">
        <h2>{t('preview.heading')}</h2>
        <span className="grow" />
        {onPick && (
          <button type="button" disabled={isBusy} onClick={() => onLook(true)}>
            {t('preview.choosePart')}
          </button>
        )}
        <button type="button" disabled={isBusy} onClick={() => onLook(false)}>
          {t(seen.data ? 'preview.lookAgain' : 'preview.lookNow')}
        </button>
      </div>
      <div role="status">
        {seen.isPending && <p className="muted">{t('preview.looking')}</p>}
        {seen.isIdle && (
          <p className="muted">{t(mayLook ? 'preview.mayLook' : 'preview.mayNotLook')}</p>
        )}
      </div>
      {seen.error && <Failure error={seen.error} />}
      {picture && onPick && <Picker picture={picture} chosen={select} onPick={onPick} />}
      {seen.data && !seen.isPending && <Seen preview={seen.data} />}
      {seen.data?.judging && checks > 0 && (
        <CostEstimate judging={seen.data.judging} checks={checks} />
      )}
    </section>
  );
}

/** Those of the form are called by their number; others as in the manifest. */
function conditionWords(name: string): string {
  const number = /^condition-(\d+)$/.exec(name)?.[1];
  return number === undefined ? name.replace('-', ' ') : t('preview.condition', { number });
}

function Seen({ preview }: { readonly preview: Preview }) {
  return (
    <>
      {preview.sources.map((source) => (
        <div key={source.source}>
          {source.outcome !== 'page' && (
            <p role="alert" className="alert">
              {t(source.outcome === 'failed' ? 'preview.failed' : 'preview.notJudgeable', {
                problem: source.problem ?? '',
              })}
            </p>
          )}
          {source.outcome === 'page' && (
            <p>
              <strong>{source.title === '' ? t('preview.untitled') : source.title}</strong>{' '}
              <span className="muted">{known('preview.readers', source.extractor ?? '')}</span>
            </p>
          )}
          {source.warnings.map((warning) => (
            <p key={warning} className="caution">
              {warning}
            </p>
          ))}
          {source.normalised !== '' && (
            <pre tabIndex={0} aria-label={t('preview.text')}>
              {source.normalised}
            </pre>
          )}
        </div>
      ))}
      <CheckValues sources={preview.sources.filter(({ outcome }) => outcome === 'page')} />
      {preview.conditions.length > 0 && (
        <ul className="lines">
          {preview.conditions.map(({ name, holds, evidence }) => (
            <li key={name}>
              <Badge tone={holds ? 'good' : 'calm'}>
                {t(holds ? 'preview.holds' : 'preview.holdsNot')}
              </Badge>{' '}
              {conditionWords(name)} <span className="muted">{evidence}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
