/** What befalls the system, blow after blow. */
import { COMPONENTS, type Component } from '../../testing/e2e/pods.ts';

export type Blow =
  /** One pod of it dies by SIGKILL. */
  | { readonly kind: 'kill'; readonly component: Component }
  /** The API server is away for a while. */
  | { readonly kind: 'apiServer' }
  /** Kubelet, containerd and every container end at once. */
  | { readonly kind: 'reboot' };

/** Of so many blows one is for the API server, and of twice as many one is a reboot. */
const EVERY = 15;

/**
 * The blow of a turn, counted from 0; most are kills.
 * @param random from 0 up to, not including, 1
 */
export function blowOf(turn: number, random: () => number): Blow {
  if (turn % (2 * EVERY) === EVERY - 1) return { kind: 'reboot' };
  if (turn % EVERY === Math.floor(EVERY / 2)) return { kind: 'apiServer' };
  const component = COMPONENTS[Math.floor(random() * COMPONENTS.length)] ?? COMPONENTS[0];
  return { kind: 'kill', component };
}
