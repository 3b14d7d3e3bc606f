/** The values of a release, its chart's own among them. */
import type { ProdDeps } from './deps.ts';
import type { Place } from './place.ts';
import { helm, read } from './step.ts';

/** As much of them as is looked at; an older chart may lack some. */
export interface ChartValues {
  readonly HOSTNAME?: string;
  readonly PUBLIC_URL?: string;
  readonly namespaces?: { readonly list?: readonly string[]; readonly users?: string };
  readonly crds?: { readonly keep?: boolean };
  readonly ingress?: { readonly enabled?: boolean };
  readonly postgres?: {
    readonly mode?: 'bundled' | 'external';
    readonly bundled?: { readonly keep?: boolean };
  };
  readonly backup?: { readonly storage?: { readonly keep?: boolean } };
}

/** @throws ProgramError when there is no such release. */
export const readValues = (place: Place, deps: ProdDeps): Promise<ChartValues> =>
  read<ChartValues>(helm(place, ['get', 'values', place.release, '--all', '-o=json']), deps);
