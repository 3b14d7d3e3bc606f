/** What a scheduler in memory knows: the rules of the projection, and states that a test makes up. */
import type {
  ChannelState,
  InventoryRequest,
  InventoryResult,
  MonitorState,
  ProjectedChannel,
  ProjectedMonitor,
  ProjectionResult,
} from '../../../services/core/contracts/projection.ts';
import { STATUS_PAGE, type StatusFeed } from '../../../services/core/contracts/projection.ts';

export type Kind = 'monitors' | 'channels';
export type Problem = ProjectionResult['problems'][number];

/** `workspace/name`. */
export type At = string;

/** What a test may say of a monitor. */
export type Told = Partial<Omit<MonitorState, 'workspace' | 'name' | 'uid'>>;

export interface Memory {
  readonly monitors: ReadonlyMap<At, ProjectedMonitor>;
  readonly channels: ReadonlyMap<At, ProjectedChannel>;
  put(kind: Kind, at: At, body: ProjectedMonitor | ProjectedChannel): ProjectionResult;
  retire(kind: Kind, at: At, uid: string): void;
  inventory(request: InventoryRequest): InventoryResult;
  feed(after: string | undefined): StatusFeed;
  channelStates(): readonly ChannelState[];
  /** From now on specs of this object have these problems; none: they have none. */
  refuse(at: At, ...problems: readonly Problem[]): void;
  /** A check has run, say. */
  tell(at: At, told: Told): void;
  tellChannel(at: At, told: Partial<ChannelState>): void;
  /** As after a restore of an older backup. */
  lose(kind: Kind, at: At): void;
}

const keyOf = (at: At): { readonly workspace: string; readonly name: string } => {
  const [workspace = '', name = ''] = at.split('/');
  return { workspace, name };
};

const beginning = (at: At, job: ProjectedMonitor): MonitorState => ({
  ...keyOf(at),
  uid: job.uid,
  generation: job.generation,
  lastCheck: null,
  lastChange: null,
  nextCheck: job.spec['suspend'] === true ? null : '2030-01-01T00:00:00.000Z',
  consecutiveFailures: 0,
  openFindings: 0,
  monthCostUsd: '0',
  goalVersion: 1,
  lastHandledRunRequest: job.runRequest,
  conditions: [],
});

/** States in the order in which they changed; the number of the last change is the feed's place. */
function createStates(isQuiet: boolean) {
  const states = new Map<At, { readonly change: number; readonly state: MonitorState }>();
  let changes = 0;
  return {
    get: (at: At): MonitorState | undefined => states.get(at)?.state,
    /** @param isTold by a test, and not by the projection */
    set: (at: At, state: MonitorState, isTold: boolean): void => {
      states.delete(at);
      states.set(at, { change: isQuiet && !isTold ? 0 : (changes += 1), state });
    },
    delete: (at: At): void => void states.delete(at),
    feed: (after: string | undefined): StatusFeed => {
      const from = Number(after ?? 0);
      const news = [...states.values()].filter(({ change }) => change > from && change > 0);
      const page = news.slice(0, STATUS_PAGE);
      return {
        monitors: page.map(({ state }) => state),
        after: String(page.at(-1)?.change ?? from),
        more: news.length > page.length,
      };
    },
  };
}

/** @param isQuiet the feed says nothing of a monitor before a test does */
export function createMemory(isQuiet = false): Memory {
  const projected = {
    monitors: new Map<At, ProjectedMonitor>(),
    channels: new Map<At, ProjectedChannel>(),
  };
  const states = createStates(isQuiet);
  const channelStates = new Map<At, ChannelState>();
  const problems = new Map<At, readonly Problem[]>();
  const drop = (kind: Kind, at: At): void => {
    projected[kind].delete(at);
    if (kind === 'monitors') states.delete(at);
    else channelStates.delete(at);
  };
  const retire = (kind: Kind, at: At, uid: string): boolean => {
    if (projected[kind].get(at)?.uid !== uid) return false;
    drop(kind, at);
    return true;
  };
  const keep = (kind: Kind, at: At, body: ProjectedMonitor | ProjectedChannel): void => {
    if (kind === 'channels') return void projected.channels.set(at, body as ProjectedChannel);
    const job = body as ProjectedMonitor;
    const before = states.get(at);
    const begun = beginning(at, job);
    projected.monitors.set(at, job);
    const { generation, nextCheck, lastHandledRunRequest } = begun;
    states.set(
      at,
      before?.uid === job.uid ? { ...before, generation, nextCheck, lastHandledRunRequest } : begun,
      false,
    );
  };
  const compare = (kind: Kind, items: InventoryRequest[Kind]) => {
    const named = new Map(items.map(([workspace, name, uid]) => [`${workspace}/${name}`, uid]));
    const known = projected[kind];
    const gone = [...known].filter(([at, { uid }]) => named.get(at) !== uid);
    gone.forEach(([at]) => drop(kind, at));
    const missing = [...named.keys()].filter((at) => !known.has(at));
    return { retired: gone.map(([at]) => keyOf(at)), missing: missing.map(keyOf) };
  };
  return {
    ...projected,
    put: (kind, at, body) => {
      const found = problems.get(at) ?? [];
      if (found.length > 0) return { outcome: 'refused', problems: [...found] };
      const before = projected[kind].get(at);
      const outcome = outcomeOf(before, body);
      if (outcome !== 'unchanged' && outcome !== 'stale') keep(kind, at, body);
      return { outcome, problems: [] };
    },
    retire: (kind, at, uid) => void retire(kind, at, uid),
    inventory: (request) => {
      const monitors = compare('monitors', request.monitors);
      const channels = compare('channels', request.channels);
      return {
        retired: { monitors: monitors.retired, channels: channels.retired },
        missing: { monitors: monitors.missing, channels: channels.missing },
      };
    },
    feed: states.feed,
    channelStates: () => [...channelStates.values()],
    refuse: (at, ...found) => void problems.set(at, found),
    tell: (at, told) => {
      const before = states.get(at);
      if (!before) throw new Error(`The scheduler does not know the monitor ${at}.`);
      states.set(at, { ...before, ...told }, true);
    },
    tellChannel: (at, told) => {
      const known = projected.channels.get(at);
      if (!known) throw new Error(`The scheduler does not know the channel ${at}.`);
      const { uid, generation } = known;
      const none = { recipients: [], lastDelivery: null, failed24h: 0, secret: null };
      const before = channelStates.get(at) ?? { ...keyOf(at), uid, generation, ...none };
      channelStates.set(at, { ...before, ...told });
    },
    lose: drop,
  };
}

/** What the body does to what is there; the term is none of it. */
function outcomeOf(
  before: ProjectedMonitor | ProjectedChannel | undefined,
  body: ProjectedMonitor | ProjectedChannel,
): Exclude<ProjectionResult['outcome'], 'refused'> {
  if (before?.uid !== body.uid) return 'created';
  if (before.generation > body.generation) return 'stale';
  const essence = (one: object): string => JSON.stringify({ ...one, term: 0 });
  return essence(before) === essence(body) ? 'unchanged' : 'configured';
}
