/** What services do in a workspace, by functions of the store that stand for all of their kind. */
import { getAlert, listAlerts } from '../alerts.ts';
import { applyMonitor, setSuspended, type ApplyDeps } from '../apply.ts';
import { listAudit } from '../audit.ts';
import { getText } from '../blobs.ts';
import { applyChannel, deleteChannel, getChannel, listChannels } from '../channels.ts';
import { getCheck, listChecks, listLastChecks } from '../checks.ts';
import { getDelivery, listDeliveries, resendDelivery } from '../deliveries.ts';
import { actOnFinding, getFinding, listFindingEvents, listFindings } from '../findings.ts';
import { countDelivered, readFunnel } from '../funnel.ts';
import { hourlyQuota } from '../hourlyQuotas.ts';
import { abandonRequest, beginRequest } from '../idempotency.ts';
import { findRole } from '../identity.ts';
import { deleteMonitor, getMonitor, listMonitorNames, requestRun } from '../monitors.ts';
import { countMonitors, listMonitors } from '../monitorsListed.ts';
import { takenNames } from '../newMonitors.ts';
import { monitorQuota } from '../quotas.ts';
import { getRecipient, listRecipients, moveAddress } from '../recipients.ts';
import { deleteSecret, findSecret, listSecrets } from '../secrets.ts';
import { getSnapshot, listSnapshots } from '../snapshots.ts';
import { NOON, testSpec } from '../testing/monitors.ts';
import { listApiTokens, revokeApiToken } from '../tokens.ts';
import { listLastValues, listValueSeries } from '../values.ts';
import { getVerdict, listVerdicts } from '../verdicts.ts';
import type { Tx } from '../workspace.ts';

/** What the rows of the workspace are called, and whose they are. */
export interface Known {
  readonly name: string;
  readonly id: string;
  readonly user: string;
}

type Work = (tx: Tx, known: Known) => Promise<unknown>;

const guard = { managedBy: null };
const LATER = new Date(NOON.getTime() + 3_600_000);
const request = { now: LATER };
const deps = (id: string): ApplyDeps => ({ now: NOON, newUid: () => id, firstDue: () => NOON });
const by = (id: string) => ({ actor: 'user:a', now: NOON, newId: () => id });

/** Functions that only read. */
export const READS: Readonly<Record<string, Work>> = {
  getMonitor: (tx, { name }) => getMonitor(tx, tx.workspace, name),
  listMonitors: (tx) => listMonitors(tx, tx.workspace),
  countMonitors: async (tx) => Object.entries(await countMonitors(tx, tx.workspace)),
  listMonitorNames: (tx) => listMonitorNames(tx, tx.workspace),
  takenNames: async (tx, { name }) => [...(await takenNames(tx, tx.workspace, [name]))],
  hourlyQuota: (tx) => hourlyQuota(tx, tx.workspace, 'checks', NOON),
  monitorQuota: (tx) => monitorQuota(tx, tx.workspace),
  getChannel: (tx, { name }) => getChannel(tx, tx.workspace, name),
  listChannels: (tx) => listChannels(tx, tx.workspace),
  listRecipients: (tx) => listRecipients(tx, tx.workspace),
  getRecipient: (tx, { name }) => getRecipient(tx, tx.workspace, name, name),
  listSecrets: (tx) => listSecrets(tx, tx.workspace),
  findSecret: (tx, { name }) => findSecret(tx, tx.workspace, 'Secret', name),
  getFinding: (tx, { id }) => getFinding(tx, tx.workspace, id),
  listFindings: (tx) => listFindings(tx, tx.workspace),
  listFindingEvents: (tx, { id }) => listFindingEvents(tx, tx.workspace, id),
  getAlert: (tx, { id }) => getAlert(tx, tx.workspace, id),
  listAlerts: (tx) => listAlerts(tx, tx.workspace),
  getDelivery: (tx, { id }) => getDelivery(tx, tx.workspace, id),
  listDeliveries: (tx) => listDeliveries(tx, tx.workspace),
  getCheck: (tx, { id }) => getCheck(tx, tx.workspace, id),
  listChecks: (tx, { name }) => listChecks(tx, tx.workspace, name, request),
  listLastChecks: (tx, { name }) => listLastChecks(tx, tx.workspace, [name], NOON),
  listValueSeries: (tx, { name }) =>
    listValueSeries(tx, tx.workspace, name, { from: NOON, to: LATER, buckets: 10 }),
  listLastValues: (tx, { name }) => listLastValues(tx, tx.workspace, [name], NOON),
  getSnapshot: (tx, { id }) => getSnapshot(tx, tx.workspace, id),
  listSnapshots: (tx, { name }) => listSnapshots(tx, tx.workspace, name, request),
  getVerdict: (tx, { id }) => getVerdict(tx, tx.workspace, id),
  listVerdicts: (tx, { name }) => listVerdicts(tx, tx.workspace, name, request),
  getText: (tx, { name }) => getText(tx, tx.workspace, name),
  readFunnel: (tx, { name }) => readFunnel(tx, tx.workspace, name, { last: 10 }),
  countDelivered: (tx, { name }) => countDelivered(tx, tx.workspace, name, { last: 10 }),
  listAudit: (tx) => listAudit(tx, tx.workspace),
  listApiTokens: (tx, { user }) => listApiTokens(tx, tx.workspace, user, NOON),
  findRole: (tx, { user }) => findRole(tx, tx.workspace, user),
};

/** Functions that write; each leaves what the next one needs. */
export const WRITES: Readonly<Record<string, Work>> = {
  applyMonitor: (tx, { name, id }) =>
    applyMonitor(
      tx,
      tx.workspace,
      { name, spec: testSpec({ suspend: true }), labels: { team: 'a' } },
      guard,
      deps(id),
    ),
  setSuspended: (tx, { name, id }) => setSuspended(tx, tx.workspace, name, false, guard, deps(id)),
  requestRun: (tx, { name, id }) => requestRun(tx, tx.workspace, name, id, NOON),
  deleteMonitor: (tx, { name }) => deleteMonitor(tx, tx.workspace, name, NOON, guard),
  moveAddress: (tx, { name }) => moveAddress(tx, tx.workspace, name, 'Bounced', NOON),
  applyChannel: (tx, { name, id }) =>
    applyChannel(
      tx,
      tx.workspace,
      {
        name,
        spec: { type: 'Email', suspend: false, email: { provider: 'Smtp', to: ['a@example.com'] } },
      },
      guard,
      { now: NOON, newUid: () => id },
    ),
  deleteChannel: (tx, { name }) => deleteChannel(tx, tx.workspace, name, guard),
  deleteSecret: (tx, { name }) => deleteSecret(tx, tx.workspace, 'Secret', name, guard),
  actOnFinding: (tx, { id }) =>
    actOnFinding(tx, tx.workspace, id, { kind: 'resolve' }, by(id.replace(/^./, '0'))),
  resendDelivery: (tx, { id }) => resendDelivery(tx, tx.workspace, id, NOON),
  beginRequest: (tx, { name }) => beginRequest(tx, tx.workspace, name, 'hash', NOON),
  abandonRequest: (tx, { name }) => abandonRequest(tx, tx.workspace, name),
  revokeApiToken: (tx, { id, user }) => revokeApiToken(tx, tx.workspace, user, id, NOON),
};
