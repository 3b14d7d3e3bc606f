import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classifyAddress } from '../../../services/domain/address.ts';
import { addressCases } from '../../../services/domain/address-cases.ts';
import { blockOf, covers, embedded, knownBlock, textOf, without } from './blocks.ts';
import { internetRules, type AllowedTarget } from './internet.ts';
import { isAllowed } from './testing/evaluate.ts';
import type { EgressRule, NetworkPolicy } from './types.ts';

const proxy = { kind: 'pod', namespace: 'duckmon', labels: {}, ip: '10.244.0.9' } as const;
const reaches = (egress: readonly EgressRule[], ip: string, port = 443): boolean => {
  const policy: NetworkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'egress', namespace: 'duckmon' },
    spec: { podSelector: {}, policyTypes: ['Egress'], egress },
  };
  return isAllowed([policy], { from: proxy, to: { kind: 'address', ip }, port });
};
const deny = (...blocks: readonly string[]) => blocks.map(knownBlock);
const allow = (cidr: string, ports = [443]): AllowedTarget => ({ block: knownBlock(cidr), ports });
const plain = internetRules({ deny: [], allow: [] });

/** Carries an IPv4 address in the lower half of any prefix: no block can say that. */
const isIsatap = (ip: string): boolean =>
  !classifyAddress(ip).allowed && /ISATAP/.test(JSON.stringify(classifyAddress(ip)));
const ordinary = addressCases.filter(({ address }) => blockOf(address) && !isIsatap(address));

describe('operator: the Internet of the egress proxy', () => {
  it('C21 is what the address classifier allows, on every known case of v4 and v6', () => {
    assert.ok(ordinary.length >= 40, `${ordinary.length}`);
    for (const { address, allowed } of ordinary)
      assert.equal(reaches(plain, address), allowed, address);
  });
  it('C21 is what the address classifier allows, on any address', () => {
    const any = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((ip) => `64:ff9b::${ip}`),
    );
    fc.assert(
      fc.property(any, (ip) => {
        if (!isIsatap(ip)) assert.equal(reaches(plain, ip), classifyAddress(ip).allowed, ip);
      }),
      { numRuns: 2000 },
    );
  });
  it('C21 is what the classifier allows also with blocks that are denied and allowed', () => {
    const length = (from: number, to: number) => fc.integer({ min: from, max: to });
    const v4 = fc.tuple(
      fc.constantFrom('10.1.2.3', '93.184.215.14', '169.254.169.254', '198.41.0.4'),
      length(1, 32),
    );
    const v6 = fc.tuple(
      fc.constantFrom('fd00:ec2::254', '2606:2800::1', '2001:500::1'),
      length(1, 128),
    );
    const cidr = fc.oneof(v4, v6).map(([ip, bits]) => textOf(knownBlock(`${ip}/${bits}`)));
    const near = fc.oneof(
      fc.ipV4(),
      fc.constantFrom(
        '10.1.2.3',
        '10.1.2.4',
        '93.184.215.14',
        '169.254.169.254',
        '169.254.1.1',
        '198.41.0.4',
        'fd00:ec2::254',
        'fd00:ec2::1',
        '2606:2800::1',
        '2001:500::1',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(cidr, { maxLength: 3 }),
        fc.array(cidr, { maxLength: 3 }),
        near,
        (denied, opened, ip) => {
          const rules = internetRules({
            deny: deny(...denied),
            allow: opened.map((one) => allow(one, [443])),
          });
          const policy = {
            deny: denied,
            allow: opened.map((one) => ({ cidr: one, ports: [443] })),
            port: 443,
          };
          // Rules of one policy add up, so they can let through what the proxy then refuses; never less.
          if (classifyAddress(ip, policy).allowed) assert.ok(reaches(rules, ip), ip);
          if (opened.length <= 1 && !reaches(rules, ip))
            assert.equal(classifyAddress(ip, policy).allowed, false, ip);
          if (opened.length === 0)
            assert.equal(reaches(rules, ip), classifyAddress(ip, policy).allowed, ip);
        },
      ),
      { numRuns: 2000 },
    );
  });
  it('leaves out what the installation denies', () => {
    const rules = internetRules({ deny: deny('93.184.0.0/16', '2606:2800::/32'), allow: [] });
    for (const ip of ['93.184.215.14', '2606:2800::1', '64:ff9b::93.184.215.14'])
      assert.equal(reaches(rules, ip), false, ip);
    assert.equal(reaches(rules, '93.185.0.1'), true);
  });
  it('is empty, and not open, when everything is denied', () => {
    assert.deepEqual(internetRules({ deny: deny('0.0.0.0/0', '::/0'), allow: [] }), []);
  });
  it('opens a private block on its ports alone', () => {
    const rules = internetRules({ deny: [], allow: [allow('10.1.0.0/16', [8443])] });
    assert.equal(reaches(rules, '10.1.2.3', 8443), true);
    assert.equal(reaches(rules, '10.1.2.3', 443), false);
    assert.equal(reaches(rules, '10.2.2.3', 8443), false);
  });
  it('lets the more specific block win, and a tie refuse', () => {
    const wide = internetRules({ deny: deny('10.1.2.0/24'), allow: [allow('10.1.0.0/16')] });
    assert.deepEqual([reaches(wide, '10.1.2.3'), reaches(wide, '10.1.3.3')], [false, true]);
    const narrow = internetRules({ deny: deny('10.0.0.0/8'), allow: [allow('10.1.2.3/32')] });
    assert.deepEqual([reaches(narrow, '10.1.2.3'), reaches(narrow, '10.1.2.4')], [true, false]);
    const tie = internetRules({ deny: deny('10.1.0.0/16'), allow: [allow('10.1.0.0/16')] });
    assert.equal(reaches(tie, '10.1.2.3'), false);
  });
  it('C21 opens a cloud metadata address only by its very name', () => {
    const network = internetRules({ deny: [], allow: [allow('169.254.0.0/16', [80])] });
    assert.equal(reaches(network, '169.254.169.254', 80), false);
    assert.equal(reaches(network, '169.254.7.7', 80), true);
    const host = internetRules({ deny: [], allow: [allow('169.254.169.254/32', [80])] });
    assert.equal(reaches(host, '169.254.169.254', 80), true);
  });
  it('opens pods of the cluster by their labels', () => {
    const labels = { matchLabels: { app: 'shop' } };
    const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': 'team-a' } };
    const rules = internetRules({
      deny: [],
      allow: [{ namespaceSelector, podSelector: labels, ports: [8080] }],
    });
    assert.deepEqual(rules.at(-1), {
      to: [{ namespaceSelector, podSelector: labels }],
      ports: [{ protocol: 'TCP', port: 8080 }],
    });
  });
});

describe('operator: blocks of addresses', () => {
  it('are written as Kubernetes wants them: without the bits behind their length', () => {
    for (const [text, written] of [
      ['10.1.2.3/8', '10.0.0.0/8'],
      ['10.1.2.3', '10.1.2.3/32'],
      ['2001:DB8:0:0::1/32', '2001:db8::/32'],
      ['::/0', '::/0'],
      ['64:ff9b::a00:0/104', '64:ff9b::a00:0/104'],
    ] as const)
      assert.equal(textOf(knownBlock(text)), written);
  });
  it('are read strictly', () => {
    for (const text of [
      '',
      '10.0.0.0/33',
      '::/129',
      '10.0.0',
      '010.0.0.0/8',
      'fe80::1%eth0/64',
      '10.0.0.0/8/8',
    ])
      assert.equal(blockOf(text), undefined, text);
    assert.throws(() => knownBlock('x'), /"x" is no block/);
  });
  it('name only the outermost of those that are taken out, in order', () => {
    const refused = deny(
      '10.5.0.0/16',
      '10.0.0.0/9',
      '10.0.0.0/9',
      '192.168.0.0/16',
      '10.200.0.0/16',
      '::/8',
    );
    assert.deepEqual(without(knownBlock('10.0.0.0/8'), refused), {
      cidr: '10.0.0.0/8',
      except: ['10.0.0.0/9', '10.200.0.0/16'],
    });
  });
  it('are nothing when all of them is taken out', () => {
    for (const refused of ['10.0.0.0/8', '0.0.0.0/0'])
      assert.equal(without(knownBlock('10.0.0.0/8'), deny(refused)), undefined);
    assert.deepEqual(without(knownBlock('10.0.0.0/8'), []), { cidr: '10.0.0.0/8' });
  });
  it('never cover addresses of the other family', () => {
    assert.equal(covers(knownBlock('::/0'), knownBlock('10.0.0.0/8')), false);
    assert.equal(covers(knownBlock('0.0.0.0/0'), knownBlock('::1')), false);
  });
  it('stand for IPv4 inside of a NAT64 prefix', () => {
    assert.equal(
      textOf(embedded(knownBlock('64:ff9b::/96'), knownBlock('10.0.0.0/8'))),
      '64:ff9b::a00:0/104',
    );
  });
});
