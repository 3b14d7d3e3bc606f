/** Reads the private targets that the operator of the installation opened. */
import { SetupError } from '../core/errors.ts';
import type { AllowedBlock } from '../domain/address.ts';
import { contains, parseCidr, parseIp } from '../domain/cidr.ts';

const ENTRY = /^(?:\[([0-9a-f:.]+(?:\/\d{1,3})?)\]|([0-9.]+(?:\/\d{1,3})?)):(\d{1,5})$/i;

/**
 * Reads a list of `address[/bits]:port`, IPv6 in brackets: `127.0.0.1:9100`, `10.1.0.0/16:443`,
 * `[fd00::/8]:443`.
 * @throws SetupError that names the wrong entries.
 */
export function parseAllow(variable: string, entries: readonly string[]): AllowedBlock[] {
  const read = entries.map((text) => ({ text, block: parseEntry(text) }));
  const wrong = read.filter(({ block }) => block === undefined).map(({ text }) => `"${text}"`);
  if (wrong.length > 0)
    throw new SetupError(
      `${variable}: ${wrong.join(', ')} is not address[/bits]:port; write it as 10.1.2.3:443, 10.1.0.0/16:443 or [fd00::/8]:443.`,
    );
  return read.flatMap(({ block }) => block ?? []);
}

function parseEntry(text: string): AllowedBlock | undefined {
  const [, v6, v4, digits = ''] = ENTRY.exec(text) ?? [];
  const cidr = v6 ?? v4;
  const port = Number(digits);
  if (cidr === undefined || !parseCidr(cidr) || port < 1 || port > 65_535) return undefined;
  return { cidr, ports: [port] };
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

/** Whether an entry opens exactly this address and port. */
export function isOpened(allow: readonly AllowedBlock[], address: string, port: number): boolean {
  const ip = parseIp(address);
  if (!ip) return false;
  return allow.some(({ cidr, ports }) => {
    const block = parseCidr(cidr);
    return block !== undefined && ports.includes(port) && contains(block, ip);
  });
}
