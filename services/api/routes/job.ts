/** The MonitorJob of a request that tries one without saving it. */
import { HttpError } from '../../core/errors.ts';
import { validateManifest } from '../../core/manifest/index.ts';
import { checkApplied } from '../refusal.ts';

/** @throws HttpError `unprocessable` with the fields that are not valid */
export function jobOf(manifest: Readonly<Record<string, unknown>>): {
  readonly name: string;
  readonly spec: Record<string, unknown>;
} {
  const validated = validateManifest({ ...manifest });
  if (!validated.ok) {
    const { problems } = validated;
    checkApplied({ kind: 'MonitorJob', name: '', action: 'refused', problems });
    throw new HttpError('unprocessable', 'The MonitorJob is not valid');
  }
  if (validated.object.kind !== 'MonitorJob')
    throw new HttpError('unprocessable', 'kind: must be MonitorJob');
  return { name: validated.object.metadata.name, spec: { ...validated.object.spec } };
}
