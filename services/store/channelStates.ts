/** How the cluster's channels are doing, over all workspaces, for the operator. */
import type { SecretState } from '../core/contracts/channelSecret.ts';
import type { Sql } from './pool.ts';
import { KUBERNETES, type ObjectKey } from './projection.ts';
import type { RecipientState } from './recipients.ts';

export interface ChannelReport extends ObjectKey {
  readonly uid: string;
  readonly generation: number;
  readonly recipients: readonly { readonly address: string; readonly state: RecipientState }[];
  readonly lastDeliveryAt: Date | null;
  readonly lastDeliveryResult: string | null;
  readonly failed24h: number;
  /** Of this generation; null when nobody has looked yet. */
  readonly secret: SecretState | null;
}

const DAY_MS = 86_400_000;

/** At most `limit` channels behind `after`, by workspace and name. Runs under no workspace. */
export async function readChannelStates(
  sql: Sql,
  request: {
    readonly after?: ObjectKey | undefined;
    readonly limit: number;
    readonly now: Date;
  },
): Promise<ChannelReport[]> {
  const { after, limit, now } = request;
  const { rows } = await sql.query<ChannelReport>(
    `SELECT c.workspace_id AS workspace, c.name, c.uid, c.generation,
       c.last_delivery_at AS "lastDeliveryAt", c.last_delivery_result AS "lastDeliveryResult",
       CASE WHEN c.secret_generation = c.generation THEN c.secret_state END AS secret,
       COALESCE((SELECT jsonb_agg(jsonb_build_object('address', r.address, 'state', r.state) ORDER BY r.address)
         FROM channel_recipients r WHERE r.workspace_id = c.workspace_id AND r.channel = c.name), '[]') AS recipients,
       (SELECT count(*)::int FROM deliveries d WHERE d.workspace_id = c.workspace_id AND d.channel = c.name
         AND d.state IN ('dead', 'bounced') AND d.updated_at > $5) AS "failed24h"
     FROM channels c WHERE c.managed_by = $1 AND (c.workspace_id, c.name) > ($2, $3)
     ORDER BY c.workspace_id, c.name LIMIT $4`,
    [
      KUBERNETES,
      after?.workspace ?? '',
      after?.name ?? '',
      limit,
      new Date(now.getTime() - DAY_MS),
    ],
  );
  return rows;
}
