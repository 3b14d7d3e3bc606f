/** Says that somebody else edits an object as well, or alone. */
import type { MonitorJob } from '../objects.ts';
import { t } from '../texts/texts.ts';
import { Badge } from './badge.tsx';
import { ownersOf } from './fields.ts';

export function OwnerBadge({ job }: { readonly job: MonitorJob }) {
  const ownership = job.status?.ownership;
  const owners = ownersOf(ownership).join(', ');
  if (owners === '') return null;
  return (
    <Badge tone="calm">
      {ownership?.readOnly === null
        ? t('monitor.partlyOwned', { owners })
        : t('monitor.owned', { owners })}
    </Badge>
  );
}
