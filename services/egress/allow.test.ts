import assert from 'node:assert/strict';
import { SetupError } from '../core/errors.ts';
import { entryFor, openedTo, parseAllow, parseDeny, shownEntry } from './allow.ts';

describe('egress: opened targets', () => {
  it('reads addresses, blocks and IPv6 in brackets', () => {
    assert.deepEqual(
      parseAllow('V', ['127.0.0.1:9100', '10.1.0.0/16:443', '[fd00::/8]:8443', '[::1]:80']),
      [
        { cidr: '127.0.0.1', ports: [9100] },
        { cidr: '10.1.0.0/16', ports: [443] },
        { cidr: 'fd00::/8', ports: [8443] },
        { cidr: '::1', ports: [80] },
      ],
    );
  });

  it('reads for which workspace an entry is, and shows an entry as it was written', () => {
    const written = ['team-a=10.1.2.3:443', 'default=[fd00::/8]:80', '10.1.0.0/16:8080'];
    const entries = parseAllow('V', written);
    assert.deepEqual(
      entries.map(({ workspace }) => workspace),
      ['team-a', 'default', undefined],
    );
    assert.deepEqual(entries.map(shownEntry), written);
  });

  it('C18 opens an entry of a workspace to that one alone, and one without to all', () => {
    const entries = parseAllow('V', ['a=10.0.0.1:80', 'b=10.0.0.2:80', '10.0.0.3:80']);
    const to = (name: string): string[] => openedTo(entries, name).map(({ cidr }) => cidr);
    assert.deepEqual(
      [to('a'), to('b')],
      [
        ['10.0.0.1', '10.0.0.3'],
        ['10.0.0.2', '10.0.0.3'],
      ],
    );
    for (const other of ['', 'A', 'a ', 'ab']) assert.deepEqual(to(other), ['10.0.0.3']);
  });

  for (const wrong of [
    '=127.0.0.1:80',
    'team a=127.0.0.1:80',
    'team-a=127.0.0.1',
    'team-a=team-b=127.0.0.1:80',
    `${'x'.repeat(65)}=127.0.0.1:80`,
    '127.0.0.1',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '127.0.0.1:http',
    '10.0.0.0/33:80',
    '10.0.0:80',
    '::1:80',
    '[fd00::/129]:80',
    'localhost:80',
    'http://127.0.0.1:80',
  ])
    it(`refuses ${wrong} in a sentence that names it and shows how it is written`, () => {
      assert.throws(
        () => parseAllow('DUCKMON_EGRESS_ALLOW', ['127.0.0.1:80', wrong]),
        (error) =>
          error instanceof SetupError &&
          error.message.startsWith('DUCKMON_EGRESS_ALLOW: ') &&
          error.message.includes(`"${wrong}"`) &&
          error.message.includes('10.1.2.3:443') &&
          !error.message.includes('"127.0.0.1:80"'),
      );
    });

  it('names all wrong entries at once', () => {
    assert.throws(() => parseAllow('V', ['a', 'b']), /"a", "b"/);
    assert.throws(() => parseDeny('V', ['10.0.0.0/8', 'x', 'y']), /"x", "y"/);
  });

  it('C18 refuses what opens more than any private network, and says what to write', () => {
    const wide = ['0.0.0.0/0:80', 'team-a=10.0.0.0/7:443', '[::/0]:443', '[::ffff:0:0/96]:80'];
    for (const entry of wide)
      assert.throws(
        () => parseAllow('V', ['10.0.0.0/8:80', entry]),
        (error) =>
          error instanceof SetupError &&
          error.message ===
            `V: "${entry}" is wider than any private network; write the network that you mean, 10.0.0.0/8 or [fc00::/7] at the widest.`,
      );
    assert.equal(parseAllow('V', ['10.0.0.0/8:80', '[fc00::/7]:443']).length, 2);
  });

  it('reads denied blocks', () => {
    assert.deepEqual(parseDeny('V', ['10.0.0.0/8', 'fd00::/8']), ['10.0.0.0/8', 'fd00::/8']);
  });

  const allow = parseAllow('V', ['10.1.0.0/16:443', '[fd00::/8]:443']);
  for (const [address, port, expected] of [
    ['10.1.255.255', 443, true],
    ['10.2.0.0', 443, false],
    ['10.1.0.1', 80, false],
    ['fd12::1', 443, true],
    ['fc00::1', 443, false],
    ['not an address', 443, false],
  ] as const)
    it(`${expected ? 'opens' : 'does not open'} ${address} on ${port}`, () => {
      assert.equal(entryFor(allow, address, port) !== undefined, expected);
    });
});
