import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { isBrowserHost } from './browserHosts.ts';
import { endpointsOf, isEndpoint } from './endpoints.ts';
import { admitAddresses, admitTarget, isSameAddress, type Asker, type Policy } from './policy.ts';
import { asRefusal, bodyOf, codeOf, Refusal, statusOf } from './refusal.ts';

const policyOf = (more: Partial<Policy> = {}): Policy => ({
  allow: () => [],
  deny: [],
  endpoints: [],
  ownPorts: () => [8005, 9005],
  ...more,
});
const home: Asker = { issuer: 'scheduler', workspace: 'home' };
const isReason = (reason: string) => (error: unknown) =>
  error instanceof Refusal && error.reason === reason;

describe('egress: policy', () => {
  it('admits a public name on the ports of the web', () => {
    for (const port of [80, 443])
      assert.equal(admitTarget(policyOf(), home, { host: 'shop.test', port }), 'open');
  });

  it('judges the port before anything is resolved', () => {
    assert.throws(
      () => admitTarget(policyOf(), home, { host: 'shop.test', port: 22 }),
      isReason('port'),
    );
  });

  it('calls public what needed no entry and opened what did', () => {
    const policy = policyOf({ allow: () => [{ cidr: '10.0.0.0/8', ports: [443] }] });
    assert.equal(admitAddresses(policy, home, ['93.184.215.14'], 443, 'open').grounds, 'public');
    assert.equal(admitAddresses(policy, home, ['10.0.0.1'], 443, 'open').grounds, 'opened');
  });

  it('C18 opens to a workspace what is opened to it or to all, says by which entry, and to others nothing', () => {
    const policy = policyOf({
      allow: () => [
        { workspace: 'team-a', cidr: '10.1.2.3', ports: [8443] },
        { workspace: 'team-b', cidr: 'fd00::/8', ports: [8444] },
        { cidr: '10.9.0.0/16', ports: [80] },
      ],
    });
    const judge = (workspace: string, address: string, port: number) => {
      const asker: Asker = { issuer: 'scheduler', workspace };
      const admitted = admitTarget(policy, asker, { host: address, port });
      return admitAddresses(policy, asker, [address], port, admitted);
    };
    assert.deepEqual(judge('team-a', '10.1.2.3', 8443), {
      grounds: 'opened',
      by: 'team-a=10.1.2.3:8443',
    });
    assert.equal(judge('team-b', 'fd00::7', 8444).by, 'team-b=[fd00::/8]:8444');
    for (const workspace of ['team-a', 'team-b', '', 'TEAM-A', 'platform'])
      assert.equal(judge(workspace, '10.9.1.1', 80).by, '10.9.0.0/16:80');
    for (const workspace of ['team-b', '', 'TEAM-A', 'team-a ', 'team'])
      assert.throws(() => judge(workspace, '10.1.2.3', 8443), isReason('port'), workspace);
    assert.throws(() => judge('team-b', '10.1.2.3', 8444), isReason('address'));
    assert.throws(() => judge('team-a', 'fd00::7', 8443), isReason('address'));
  });

  it('lets a denied block win over an allowed one around it', () => {
    const policy = policyOf({
      allow: () => [{ cidr: '10.0.0.0/8', ports: [443] }],
      deny: ['10.96.0.0/12'],
    });
    assert.throws(
      () => admitAddresses(policy, home, ['10.96.0.1'], 443, 'open'),
      isReason('address'),
    );
  });

  it('refuses itself under every address of this machine', () => {
    const own = Object.values(networkInterfaces())
      .flat()
      .flatMap((entry) => entry?.address ?? []);
    for (const address of [...own, '127.9.9.9', '0.0.0.0', '::', '::1', '::ffff:127.0.0.1'])
      for (const admitted of ['open', 'endpoint'] as const)
        for (const port of [8005, 9005])
          assert.throws(
            () => admitAddresses(policyOf(), home, [address], port, admitted),
            isReason('self'),
            address,
          );
  });

  it('takes its own port on another machine for an ordinary one', () => {
    const policy = policyOf({ allow: () => [{ cidr: '10.9.9.9', ports: [8005] }] });
    assert.equal(admitAddresses(policy, home, ['10.9.9.9'], 8005, 'open').grounds, 'opened');
  });

  for (const [a, b, same] of [
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['fe80::1%eth0', 'fe80::1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::7f00:1', '127.0.0.1', false],
    ['x', 'x', false],
  ] as const)
    it(`${same ? 'takes' : 'does not take'} ${a} and ${b} for the same address`, () => {
      assert.equal(isSameAddress(a, b), same);
    });

  it('opens api.sendgrid.com for notification when nothing else is configured', () => {
    const endpoints = endpointsOf({ smtpPort: 587 });
    assert.deepEqual(endpoints, [{ issuer: 'notification', host: 'api.sendgrid.com', port: 443 }]);
  });

  it('opens the override of SendGrid instead of SendGrid', () => {
    const endpoints = endpointsOf({ smtpPort: 587, sendgridBaseUrl: 'http://[::1]:9000' });
    assert.equal(isEndpoint(endpoints, 'notification', { host: '::1', port: 9000 }), true);
    assert.equal(
      isEndpoint(endpoints, 'notification', { host: 'api.sendgrid.com', port: 443 }),
      false,
    );
  });

  it("knows Chromium's hosts and no page's", () => {
    for (const host of ['clients4.google.com', 'clients.google.com', 'update.googleapis.com'])
      assert.equal(isBrowserHost(host), true, host);
    for (const host of [
      'www.google.com',
      'fonts.googleapis.com',
      'clients4.google.com.evil.test',
      'myclients4.google.com',
    ])
      assert.equal(isBrowserHost(host), false, host);
  });

  it('has a status, a body and, but for broken requests, a code for every reason', () => {
    const source = readFileSync(path.join(import.meta.dirname, 'refusal.ts'), 'utf8');
    const reasons = [...source.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, reason]) => reason as never);
    assert.ok(reasons.length >= 18);
    for (const reason of reasons) {
      assert.ok(statusOf(reason) >= 400, reason);
      assert.ok(bodyOf(reason).length > 1, reason);
      assert.equal(codeOf(reason) === undefined, reason === 'malformed', reason);
    }
  });

  it('takes anything unforeseen for a failed connection', () => {
    assert.deepEqual(
      [asRefusal('x').reason, asRefusal(new Error('y')).detail],
      ['connect_failed', 'y'],
    );
    const refusal = new Refusal('name');
    assert.equal(asRefusal(refusal), refusal);
  });
});
