/** What every channel gets for one delivery. */
import type { Clock } from '../../core/clock.ts';
import type { AlertMessage } from '../../core/contracts/notification.ts';
import type { EgressTransport } from '../../core/egress/transport.ts';
import type { NotificationConfig } from '../config.ts';
import type { Content } from '../template.ts';

/** The ways out that channels use. */
export type Transport = Pick<EgressTransport, 'connect' | 'agents' | 'close'>;

export interface Delivery {
  /** The same for every attempt, so that receivers can recognise a repeat. */
  readonly id: string;
  readonly workspace: string;
  readonly message: AlertMessage;
  readonly content: Content;
  readonly config: NotificationConfig;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** What mail needs of it; a mail about somebody's account carries no alert. */
export type MailDelivery = Omit<Delivery, 'message'>;
