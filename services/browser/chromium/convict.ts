/** Which pages use up the machine's memory: in their own process, or in the browser's, which all pages share. */
import type { Caps } from '../caps.ts';

export interface Renderer {
  readonly pid: number;
  readonly bytes: number;
  /** CPU time that it used since it began. */
  readonly cpuSeconds: number;
}

/** The processes of a browser at one moment. */
export interface Look {
  readonly browserBytes: number;
  readonly renderers: readonly Renderer[];
}

export interface Conviction {
  /** `crash` may hit the wrong one: whoever it hits is looked at again, alone. */
  readonly guilty: readonly { readonly pid: number; readonly why: 'memory' | 'crash' }[];
  /** Whether the browser's own process is past its bound. */
  readonly isFilled: boolean;
}

/**
 * Convicts every renderer above its bound. Blobs and what waits to be stored lie in the browser's own process,
 * and nothing tells whose they are: while that grows above its bound, it is the renderer that worked most since
 * the look before, for it takes much work to fill.
 * @param tabs in use; with one there is no doubt who it was.
 */
export function convict(
  now: Look,
  before: Look | undefined,
  caps: Pick<Caps, 'rendererBytes' | 'browserBytes'>,
  tabs: number,
): Conviction {
  const large = now.renderers.filter(({ bytes }) => bytes > caps.rendererBytes);
  const guilty = large.map(({ pid }) => ({ pid, why: 'memory' as const }));
  const isFilled = now.browserBytes > caps.browserBytes;
  const grows = now.browserBytes > (before?.browserBytes ?? 0);
  if (!isFilled || !grows || guilty.length > 0) return { guilty, isFilled };
  const busiest = busiestOf(now, before);
  if (busiest === undefined) return { guilty, isFilled };
  return { guilty: [{ pid: busiest.pid, why: tabs > 1 ? 'crash' : 'memory' }], isFilled };
}

function busiestOf({ renderers }: Look, before: Look | undefined): Renderer | undefined {
  const earlier = new Map(before?.renderers.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  const workOf = ({ pid, cpuSeconds }: Renderer): number => cpuSeconds - (earlier.get(pid) ?? 0);
  return renderers.toSorted((one, other) => workOf(other) - workOf(one))[0];
}
