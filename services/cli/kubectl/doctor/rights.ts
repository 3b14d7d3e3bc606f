/** What the commands of `kubectl monitor` need of whoever calls them. Pure. */
import { type Finding, lookAt, ok, type Seen, warn } from './finding.ts';

export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** In the namespace of the platform, or in that of the monitors. */
  readonly of: 'platform' | 'monitors';
  /** The commands that need it. */
  readonly commands: string;
}

const GROUP = 'mon.duckerhub.com';
const people = 'sign-in, revoke-all, disable, enable, users, audit';

export const RIGHTS: readonly Right[] = [
  { of: 'monitors', group: GROUP, resource: 'monitorjobs', verb: 'list', commands: 'status, why' },
  { of: 'monitors', group: GROUP, resource: 'monitorjobs', verb: 'patch', commands: 'run, plan' },
  {
    of: 'platform',
    group: GROUP,
    resource: 'monitorplatforms',
    verb: 'patch',
    commands: 'freeze, resume, rotate',
  },
  { of: 'platform', group: '', resource: 'pods', verb: 'list', commands: people },
  {
    of: 'platform',
    group: '',
    resource: 'pods',
    subresource: 'exec',
    verb: 'create',
    commands: people,
  },
  {
    of: 'platform',
    group: '',
    resource: 'pods',
    subresource: 'log',
    verb: 'get',
    commands: 'logs',
  },
];

const nameOf = ({ verb, resource, subresource, group }: Right): string =>
  `${verb} ${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;

/** Whoever may less is no fault of the installation. */
export const examineRights = (lacking: Seen<readonly Right[]>): Finding[] =>
  lookAt('rights', lacking, {
    absent: () => [warn('rights', 'cannot be asked for at this API server')],
    seen: (rights) =>
      rights.length === 0
        ? [ok('rights', 'you may use every command')]
        : rights.map((right) =>
            warn(
              'rights',
              `you may not ${nameOf(right)} in the namespace of the ${right.of}; without it these fail: ${right.commands}`,
            ),
          ),
  });
