/** Answers of a name server in an attacker's hands: another set of addresses at each question. */

const PUBLIC = ['93.184.215.14', '8.8.8.8', '2606:4700:4700::1111'];

/** What must never be dialled: loopback, private, link-local, metadata, and their disguises. */
const FORBIDDEN = [
  '127.0.0.1',
  '127.9.9.9',
  '::1',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  'fd00:ec2::254',
  'fe80::1',
  'fc00::1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '2002:7f00:1::1',
  '224.0.0.1',
  '255.255.255.255',
];

export const isForbidden = (address: string): boolean => FORBIDDEN.includes(address);

export interface ScriptedName {
  /** The next answer: one to three addresses. */
  answer(): readonly string[];
  /** Answers that were given so far, oldest first. */
  readonly given: readonly (readonly string[])[];
}

/**
 * A name whose answers alternate between a harmless and a harmful set, so that a proxy which asks
 * twice for one connection meets the harmful one at its second question.
 * @param random in [0, 1)
 * @param harmless addresses that may be dialled.
 */
export function scriptName(
  random: () => number,
  harmless: readonly string[] = PUBLIC,
): ScriptedName {
  const given: (readonly string[])[] = [];
  const pick = (list: readonly string[]): string =>
    list[Math.floor(random() * list.length)] ?? list[0] ?? '';
  return {
    given,
    answer: () => {
      const harmful = given.length % 2 === 1;
      const others = Array.from({ length: Math.floor(random() * 3) }, () => pick(harmless));
      const answer = harmful ? [...others, pick(FORBIDDEN)] : [pick(harmless), ...others];
      // The harmful one may stand anywhere.
      const turned = random() < 0.5 ? answer.toReversed() : answer;
      given.push(turned);
      return turned;
    },
  };
}
