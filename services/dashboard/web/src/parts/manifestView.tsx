/** A monitor as YAML, to be copied into a file, and who owns which of its fields. */
import { useState } from 'react';
import type { MonitorJob } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { manifestText } from './manifest.ts';

export function ManifestView({ job }: { readonly job: MonitorJob }) {
  const text = manifestText(job);
  const fields = job.status?.ownership?.fields ?? [];
  return (
    <>
      <div className="title">
        <h2>{t('monitor.parts.manifest')}</h2>
        <span className="grow" />
        <Copy text={text} />
      </div>
      <p className="muted">
        {t.rich('monitor.manifest', { code: (words) => <code>{words}</code> })}
      </p>
      <pre tabIndex={0} aria-label={t('monitor.parts.manifest')}>
        {text}
      </pre>
      {fields.length > 0 && (
        <>
          <h2>{t('monitor.ownedByOthers')}</h2>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">{t('monitor.field')}</th>
                <th scope="col">{t('monitor.owner')}</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ path, managers }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td data-label={t('monitor.owner')}>{managers.join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </>
  );
}

type Copied = 'not yet' | 'copied' | 'refused';

/** Browsers give their clipboard to pages that came over https or from this machine only. */
function Copy({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState<Copied>('not yet');
  if (!('clipboard' in navigator)) return null;
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied('copied');
    } catch {
      setCopied('refused');
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        {t('monitor.copy')}
      </button>
      <span role="status" className="muted">
        {copied === 'copied' && t('monitor.copied')}
        {copied === 'refused' && t('monitor.copyRefused')}
      </span>
    </>
  );
}
