/** Says that somebody else edits an object as well, or alone. */
import type { MonitorJob } from '../objects.ts';
import { Badge } from './badge.tsx';
import { ownersOf } from './fields.ts';

export function OwnerBadge({ job }: { readonly job: MonitorJob }) {
  const ownership = job.status?.ownership;
  const owners = ownersOf(ownership);
  if (owners.length === 0) return null;
  const part = ownership?.readOnly === null ? 'partly ' : '';
  return (
    <Badge tone="calm">
      {part}owned by {owners.join(', ')}
    </Badge>
  );
}
