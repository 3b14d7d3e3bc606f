/** Names of the namespaces: each says which process made it, so that what a killed one left can go. */

/**
 * The parts of the network. `hub` stands for the node that joins the others: policies are enforced and
 * packets counted there, where no process of a pod can change them.
 */
export const ROLES = ['edge', 'browse', 'proxy', 'inet'] as const;
export type Role = (typeof ROLES)[number];

const NAME = /^duckmon-net-(\d+)-\d+-[a-z]+$/;

/** Beginning of the names of one network. */
export const prefixOf = (pid: number, count: number): string => `duckmon-net-${pid}-${count}-`;

/** Namespaces among `names` whose maker does not live any more. */
export const staleOf = (
  names: readonly string[],
  isAlive: (pid: number) => boolean,
): readonly string[] =>
  names.filter((name) => {
    const maker = NAME.exec(name)?.[1];
    return maker !== undefined && !isAlive(Number(maker));
  });
