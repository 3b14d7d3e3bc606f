/** What a way out of the browser is, and what is seen when it is open. */

/** How a vector shows itself when it reaches its target. */
export type Sign =
  /** A request for this path at the fake Internet, on whatever address. */
  | { readonly kind: 'request'; readonly path: string }
  /** A packet on the browser's link, such as `udp 10.96.0.1:3478`. */
  | { readonly kind: 'packet'; readonly flow: string }
  /** A packet to a port of the browser's own loopback. */
  | { readonly kind: 'loopback'; readonly port: number }
  /** A question for this name. */
  | { readonly kind: 'name'; readonly name: string };

export interface Vector {
  /** Vectors of one group do the same by other means. */
  readonly group: string;
  readonly id: string;
  readonly sign: Sign;
  /** Why it does nothing in the browser that is used here, even with no fence at all. */
  readonly quiet?: string;
}

export const request = (path: string): Sign => ({ kind: 'request', path });
export const packet = (flow: string): Sign => ({ kind: 'packet', flow });
export const loopback = (port: number): Sign => ({ kind: 'loopback', port });
export const name = (text: string): Sign => ({ kind: 'name', name: text });
