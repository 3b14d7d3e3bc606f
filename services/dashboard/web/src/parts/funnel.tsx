/** How far the last checks came, and why they stopped. */
import type { Funnel } from '../objects.ts';
import { counted, t } from '../texts/texts.ts';
import { reasonWords, stageWord } from './words.ts';

export function FunnelView({ funnel }: { readonly funnel: Funnel }) {
  if (funnel.checks === 0) return <p className="empty">{t('monitor.noCheck')}</p>;
  return (
    <ol className="funnel">
      {funnel.stages.map((stage) => (
        <li key={stage.stage}>
          <span className="stage">{stageWord(stage.stage)}</span>
          <meter
            min={0}
            max={funnel.checks}
            value={stage.reached}
            aria-label={stageWord(stage.stage)}
          />
          <span className="count">{counted(stage.reached)}</span>
          <span className="muted">
            {stage.stopped
              .map(({ reason, count }) => `${counted(count)} × ${reasonWords(reason)}`)
              .join(', ')}
          </span>
        </li>
      ))}
    </ol>
  );
}
