/** How far the last checks came, and why they stopped. */
import type { Funnel } from '../objects.ts';
import { reasonWords } from './words.ts';

export function FunnelView({ funnel }: { readonly funnel: Funnel }) {
  if (funnel.checks === 0) return <p className="empty">No check has run yet.</p>;
  return (
    <ol className="funnel">
      {funnel.stages.map((stage) => (
        <li key={stage.stage}>
          <span className="stage">{stage.stage}</span>
          <meter min={0} max={funnel.checks} value={stage.reached} aria-label={stage.stage} />
          <span className="count">{stage.reached}</span>
          <span className="muted">
            {stage.stopped
              .map(({ reason, count }) => `${count} × ${reasonWords(reason)}`)
              .join(', ')}
          </span>
        </li>
      ))}
    </ol>
  );
}
