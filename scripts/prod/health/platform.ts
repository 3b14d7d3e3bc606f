/** Conditions of the platform and age of its keys in the table of health. Pure. */
import type { MonitorPlatform } from '../../../crds/types/monitorplatform.ts';
import type { ConditionType } from '../../../operator/src/names.ts';
import { age } from '../../../services/cli/terminal.ts';
import type { Row } from './row.ts';

interface Wish {
  readonly wanted: 'True' | 'False';
  /** Of another status than the wanted one; Unknown is a note unless it is Ready that is unknown. */
  readonly state: 'note' | 'bad';
  readonly next: string;
}

const DESCRIBE = 'kubectl describe mplat default';

const WISHES: Readonly<Record<ConditionType<'MonitorPlatform'>, Wish>> = {
  Ready: { wanted: 'True', state: 'bad', next: `${DESCRIBE}; the other lines say what is wrong` },
  KeysCurrent: {
    wanted: 'True',
    state: 'bad',
    next: `${DESCRIBE} names who holds the old keys; kubectl monitor rotate asks for new ones`,
  },
  KeysLost: {
    wanted: 'False',
    state: 'bad',
    next: 'find out who deletes Secrets; the operator makes a lost key anew and everybody signs in again',
  },
  DataKeyLost: {
    wanted: 'False',
    state: 'bad',
    next: 'bring the Secret duckmon-data-key back from your copy: without it what is encrypted stays unread',
  },
  DataKeyRotating: {
    wanted: 'False',
    state: 'note',
    next: `wait; ${DESCRIBE} says what still needs the old key`,
  },
  NetworkPolicyEnforced: {
    wanted: 'True',
    state: 'bad',
    next: 'give the cluster a network plugin that enforces NetworkPolicies, such as Calico or Cilium',
  },
  Sandboxed: {
    wanted: 'True',
    state: 'bad',
    next: 'put the seccomp profile on the nodes: seccompInstaller.enabled=true, or copy charts/duckmon/files/seccomp/chromium.json',
  },
  SchedulerReachable: { wanted: 'True', state: 'bad', next: 'npm run prod-logs -- scheduler' },
  Frozen: { wanted: 'False', state: 'note', next: 'kubectl monitor resume' },
  Paused: {
    wanted: 'False',
    state: 'note',
    next: 'take the annotation mon.duckerhub.com/reconcile off the MonitorPlatform',
  },
};

const TYPES = Object.keys(WISHES) as readonly ConditionType<'MonitorPlatform'>[];

/** One row a condition, then one for the keys. */
export function platformRows(platform: MonitorPlatform | undefined, now: Date): Row[] {
  if (platform === undefined) {
    const detail = 'the operator has not made it';
    const next = 'npm run prod-logs -- operator';
    return [{ part: 'MonitorPlatform', state: 'bad', ready: '', detail, next }];
  }
  return [...TYPES.map((type) => conditionRow(type, platform)), keysRow(platform, now)];
}

function conditionRow(type: ConditionType<'MonitorPlatform'>, { status }: MonitorPlatform): Row {
  const { wanted, state, next } = WISHES[type];
  const condition = status?.conditions?.find((one) => one.type === type);
  const ready = condition?.status ?? 'Unknown';
  const detail = condition?.message || condition?.reason || 'not looked at yet';
  if (ready === wanted) return { part: type, state: 'ok', ready, detail: condition?.reason ?? '' };
  const isNote = ready === 'Unknown' && type !== 'Ready';
  return { part: type, state: isNote ? 'note' : state, ready, detail, next };
}

/** Whether they are too old is told by KeysCurrent. */
function keysRow({ status }: MonitorPlatform, now: Date): Row {
  const current = (status?.keys ?? []).filter(({ state }) => state === 'Current');
  const ages = current.map(({ ring, created }) => `${ring} ${age(created, now)}`);
  const next = status?.nextRotation === undefined ? [] : [`next ${age(status.nextRotation, now)}`];
  if (ages.length === 0)
    return { part: 'keys', state: 'note', ready: '', detail: 'none are known', next: DESCRIBE };
  return { part: 'keys', state: 'ok', ready: '', detail: [...ages, ...next].join(', ') };
}
