/** Reads the private targets that the operator of the installation opened, and for whom. */
import { SetupError } from '../core/errors.ts';
import type { AllowedBlock } from '../domain/address.ts';
import { contains, isWiderThanPrivate, parseCidr, parseIp } from '../domain/cidr.ts';

/** A block that is opened: for all when it names no workspace. */
export interface OpenedBlock extends AllowedBlock {
  readonly workspace?: string | undefined;
}

const ENTRY =
  /^(?:([\w.-]{1,64})=)?(?:\[([0-9a-f:.]+(?:\/\d{1,3})?)\]|([0-9.]+(?:\/\d{1,3})?)):(\d{1,5})$/i;

/**
 * Reads a list of `[workspace=]address[/bits]:port`, IPv6 in brackets: `127.0.0.1:9100`,
 * `10.1.0.0/16:443`, `[fd00::/8]:443`, `team-a=10.1.2.3:443`.
 * @param where the variable or file that the list stands in.
 * @throws SetupError that names the wrong entries.
 */
export function parseAllow(where: string, entries: readonly string[]): OpenedBlock[] {
  const read = entries.map((text) => ({ text, block: parseEntry(text) }));
  const wrong = read.filter(({ block }) => block === undefined).map(({ text }) => `"${text}"`);
  if (wrong.length > 0)
    throw new SetupError(
      `${where}: ${wrong.join(', ')} is not [workspace=]address[/bits]:port; write it as 10.1.2.3:443, 10.1.0.0/16:443, [fd00::/8]:443 or team-a=10.1.2.3:443.`,
    );
  const wide = read.filter(({ block }) => block && isTooWide(block)).map(({ text }) => `"${text}"`);
  if (wide.length > 0)
    throw new SetupError(
      `${where}: ${wide.join(', ')} is wider than any private network; write the network that you mean, 10.0.0.0/8 or [fc00::/7] at the widest.`,
    );
  return read.flatMap(({ block }) => block ?? []);
}

function isTooWide({ cidr }: OpenedBlock): boolean {
  const block = parseCidr(cidr);
  return block !== undefined && isWiderThanPrivate(block);
}

function parseEntry(text: string): OpenedBlock | undefined {
  const [, workspace, v6, v4, digits = ''] = ENTRY.exec(text) ?? [];
  const cidr = v6 ?? v4;
  const port = Number(digits);
  if (cidr === undefined || !parseCidr(cidr) || port < 1 || port > 65_535) return undefined;
  return { ...(workspace === undefined ? {} : { workspace }), cidr, ports: [port] };
}

/**
 * Reads blocks that are refused besides the built-in ones.
 * @throws SetupError that names the wrong entries.
 */
export function parseDeny(variable: string, entries: readonly string[]): string[] {
  const wrong = entries.filter((text) => !parseCidr(text)).map((text) => `"${text}"`);
  if (wrong.length > 0)
    throw new SetupError(
      `${variable}: ${wrong.join(', ')} is not a block of addresses; write it as 10.0.0.0/8 or fd00::/8.`,
    );
  return [...entries];
}

/**
 * What is opened to a workspace. Its name comes from the signed credential, which a page or a browser
 * cannot write.
 */
export const openedTo = (allow: readonly OpenedBlock[], name: string): readonly OpenedBlock[] =>
  allow.filter(({ workspace }) => workspace === undefined || workspace === name);

/** The first entry that opens exactly this address and port. */
export function entryFor(
  allow: readonly OpenedBlock[],
  address: string,
  port: number,
): OpenedBlock | undefined {
  const ip = parseIp(address);
  if (!ip) return undefined;
  return allow.find(({ cidr, ports }) => {
    const block = parseCidr(cidr);
    return block !== undefined && ports.includes(port) && contains(block, ip);
  });
}

/** An entry as it is written, for the audit. */
export function shownEntry({ workspace, cidr, ports }: OpenedBlock): string {
  const block = cidr.includes(':') ? `[${cidr}]` : cidr;
  return `${workspace === undefined ? '' : `${workspace}=`}${block}:${ports.join(',')}`;
}
