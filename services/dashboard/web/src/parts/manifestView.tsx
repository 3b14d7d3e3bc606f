/** A monitor as YAML, to be copied into a file, and who owns which of its fields. */
import { useState } from 'react';
import type { MonitorJob } from '../objects.ts';
import { manifestText } from './manifest.ts';

export function ManifestView({ job }: { readonly job: MonitorJob }) {
  const text = manifestText(job);
  const fields = job.status?.ownership?.fields ?? [];
  return (
    <>
      <div className="title">
        <h2>Manifest</h2>
        <span className="grow" />
        <Copy text={text} />
      </div>
      <p className="muted">
        The monitor with all its defaults. <code>npx duckmon apply -f FILE</code> or{' '}
        <code>kubectl apply -f FILE</code> makes the same one elsewhere.
      </p>
      <pre tabIndex={0} aria-label="Manifest">
        {text}
      </pre>
      {fields.length > 0 && (
        <>
          <h2>Owned by others</h2>
          <table className="list">
            <thead>
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Owner</th>
              </tr>
            </thead>
            <tbody>
              {fields.map(({ path, managers }) => (
                <tr key={path}>
                  <th scope="row">{path}</th>
                  <td data-label="Owner">{managers.join(', ')}</td>
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
        Copy
      </button>
      <span role="status" className="muted">
        {copied === 'copied' && 'Copied.'}
        {copied === 'refused' && 'The browser does not allow it; mark the text and copy it.'}
      </span>
    </>
  );
}
