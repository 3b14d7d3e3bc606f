/** Answers questions of a scripted name server: each name has its answers, given in turn. */
import { decode, encode, type Answer, type DecodedPacket } from 'dns-packet';

/** Addresses by name; the lists are given one after the other, and then from the first again. */
export type Names = Readonly<Record<string, readonly (readonly string[])[]>>;

export interface ScriptedNames {
  /** The answer to a message; undefined for what is no question. */
  answer(message: Buffer): { readonly name: string; readonly reply: Buffer } | undefined;
}

/**
 * The questions for A and AAAA of one look-up get addresses of the same list.
 * @param names may be replaced by the caller between answers.
 */
export function scriptNames(names: () => Names): ScriptedNames {
  const turns = new Map<string, number>();
  return {
    answer: (message) => {
      const { id, questions = [], flags = 0 } = read(message);
      const [question] = questions;
      if (!question) return undefined;
      const { type } = question;
      const name = question.name.toLowerCase();
      const lists = names()[name] ?? [];
      const key = `${type} ${name}`;
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      const addresses = lists[turn % Math.max(1, lists.length)] ?? [];
      const answers = addresses.flatMap((address): Answer[] => {
        const kind = address.includes(':') ? 'AAAA' : 'A';
        // Never to be kept, as whoever rebinds wants it.
        return kind === type ? [{ type: kind, name: question.name, ttl: 0, data: address }] : [];
      });
      const missing = lists.length === 0 ? 3 : 0;
      const reply = encode({
        type: 'response',
        id: id ?? 0,
        flags: (flags & 0x01_00) | 0x04_00 | missing,
        questions,
        answers,
      });
      return { name, reply };
    },
  };
}

/** Nothing of a message that is none. */
function read(message: Buffer): Partial<DecodedPacket> {
  try {
    return decode(message);
  } catch {
    return {};
  }
}
