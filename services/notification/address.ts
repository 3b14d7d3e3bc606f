/** Mail addresses: exactly one, plain, so that nothing can be added to a header or an envelope. */

const PLAIN =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Whether the text is one address `local@domain` and nothing else: no name, list, space or line break. */
export const isPlainAddress = (text: string): boolean => text.length <= 254 && PLAIN.test(text);

/** The part behind the `@`. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
