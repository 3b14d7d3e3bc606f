/** What duckmon sees of a page right now, before anything is saved. */
import type { Preview } from '../objects.ts';
import { Badge } from './badge.tsx';
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
    <section className="preview" aria-label="Preview">
      <div className="title">
        <h2>What duckmon sees</h2>
        <span className="grow" />
        {onPick && (
          <button type="button" disabled={isBusy} onClick={() => onLook(true)}>
            Choose a part
          </button>
        )}
        <button type="button" disabled={isBusy} onClick={() => onLook(false)}>
          {seen.data ? 'Look again' : 'Look now'}
        </button>
      </div>
      <div role="status">
        {seen.isPending && <p className="muted">Looking at the page …</p>}
        {seen.isIdle && (
          <p className="muted">
            {mayLook
              ? 'Look now to see what is read of the page.'
              : 'Give the address of a page; what is read of it is shown here.'}
          </p>
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

const READERS: Readonly<Record<string, string>> = {
  'http@1': 'read without a browser',
  'browser@1': 'read in a browser',
};

function Seen({ preview }: { readonly preview: Preview }) {
  return (
    <>
      {preview.sources.map((source) => (
        <div key={source.source}>
          {source.outcome !== 'page' && (
            <p role="alert" className="alert">
              {source.outcome === 'failed' ? 'The page could not be read. ' : 'Not judgeable. '}
              {source.problem}
            </p>
          )}
          {source.outcome === 'page' && (
            <p>
              <strong>{source.title === '' ? 'A page without a title' : source.title}</strong>{' '}
              <span className="muted">{READERS[source.extractor ?? '']}</span>
            </p>
          )}
          {source.warnings.map((warning) => (
            <p key={warning} className="caution">
              {warning}
            </p>
          ))}
          {source.normalised !== '' && (
            <pre tabIndex={0} aria-label="Text of the page">
              {source.normalised}
            </pre>
          )}
        </div>
      ))}
      {preview.conditions.length > 0 && (
        <ul className="lines">
          {preview.conditions.map(({ name, holds, evidence }) => (
            <li key={name}>
              <Badge tone={holds ? 'good' : 'calm'}>{holds ? 'holds' : 'does not hold'}</Badge>{' '}
              {name.replace('-', ' ')} <span className="muted">{evidence}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
