import assert from 'node:assert/strict';
import type { NetworkPolicy, Peer } from '../../../operator/src/policies/types.ts';
import { compile, type NetPod } from './compile.ts';
import { operatorsPolicies, PODS } from './installation.ts';

const pod = (link: string, labels: Record<string, string>, address: string): NetPod => ({
  link,
  namespace: 'a',
  labels,
  addresses: [address, `fd00::${address.split('.').at(-1)}`],
});
const PAIR = [pod('one', { app: 'one' }, '10.0.0.1'), pod('two', { app: 'two' }, '10.0.0.2')];

const policy = (spec: Partial<NetworkPolicy['spec']>, namespace = 'a'): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace },
  spec: { podSelector: { matchLabels: { app: 'one' } }, policyTypes: ['Egress'], ...spec },
});
const to = (...peers: readonly Peer[]): NetworkPolicy =>
  policy({ egress: [{ to: peers, ports: [{ protocol: 'TCP', port: 80 }] }] });

/** The rules of a chain; undefined when there is none. */
function chain(text: string, name: string): string[] | undefined {
  const body = new RegExp(`chain ${name} \\{\\n([^}]*(?:\\{[^}]*\\}[^}]*)*)\\n  \\}`).exec(
    text,
  )?.[1];
  return body?.split('\n').map((line) => line.trim());
}

describe('network of a test: policies as rules', () => {
  it('let what a policy names go back to the next chain, and drop the rest', () => {
    const text = compile([to({ podSelector: { matchLabels: { app: 'two' } } })], PAIR);
    assert.deepEqual(chain(text, 'egress_one'), [
      'ip daddr 10.0.0.2 tcp dport 80 return',
      'ip6 daddr fd00::2 tcp dport 80 return',
      'counter drop',
    ]);
    assert.match(text, /iifname "one" jump egress_one/);
  });

  it('have no chain for a pod that nothing selects, or whose namespace is another', () => {
    const text = compile([to(), policy({ egress: [] }, 'b')], PAIR);
    assert.equal(chain(text, 'egress_two'), undefined);
    assert.equal(chain(text, 'ingress_one'), undefined);
    assert.equal(chain(compile([policy({}, 'b')], PAIR), 'egress_one'), undefined);
  });

  it('drop everything where a policy says nothing', () => {
    assert.deepEqual(chain(compile([policy({})], PAIR), 'egress_one'), ['counter drop']);
  });

  it('take blocks with their exceptions, and every address and port where none is named', () => {
    const ipBlock = { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '127.0.0.0/8'] };
    assert.deepEqual(chain(compile([to({ ipBlock })], PAIR), 'egress_one')?.slice(0, -1), [
      'ip daddr 0.0.0.0/0 ip daddr != { 10.0.0.0/8, 127.0.0.0/8 } tcp dport 80 return',
    ]);
    const open = policy({ egress: [{ to: [], ports: [] }] });
    assert.deepEqual(chain(compile([open], PAIR), 'egress_one')?.slice(0, -1), ['return']);
    const udp = policy({
      egress: [{ to: [{ ipBlock: { cidr: '::/0' } }], ports: [{ protocol: 'UDP' }] }],
    });
    assert.deepEqual(chain(compile([udp], PAIR), 'egress_one')?.slice(0, -1), [
      'ip6 daddr ::/0 meta l4proto udp return',
    ]);
  });

  it('look at where a connection comes from on the side of the other end', () => {
    const from = policy({
      podSelector: { matchLabels: { app: 'two' } },
      policyTypes: ['Ingress'],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { app: 'one' } } }],
          ports: [{ protocol: 'TCP', port: 1 }],
        },
      ],
    });
    const text = compile([from], PAIR);
    assert.match(
      chain(text, 'ingress_two')?.[0] ?? '',
      /^ip saddr 10\.0\.0\.1 tcp dport 1 return$/,
    );
    assert.match(text, /oifname "two" jump ingress_two/);
  });

  it('C21 are made of the operator’s policies for both directions of browser and proxy', () => {
    const text = compile(operatorsPolicies(), PODS);
    assert.equal(chain(text, 'egress_browse')?.length, 3);
    for (const name of ['ingress_browse', 'egress_proxy', 'ingress_proxy'])
      assert.equal(chain(text, name)?.at(-1), 'counter drop', name);
  });
});
