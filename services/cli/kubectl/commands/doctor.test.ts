import assert from 'node:assert/strict';
import { ApiError, NoAnswerError } from '../../../core/kube/errors.ts';
import type { ListOptions, Transport } from '../../../core/kube/transport.ts';
import type { Resource } from '../../../core/kube/types.ts';
import type { KubectlIo } from '../cluster.ts';
import type { Finding } from '../doctor/finding.ts';
import type { AccessReview } from '../doctor/kinds.ts';
import { main } from '../main.ts';

describe('kubectl monitor doctor', () => {
  let out = '';
  let reviews: AccessReview['spec']['resourceAttributes'][] = [];
  let lists: [string, ListOptions][] = [];
  let failure: Error | undefined;
  const refused = (status: number, what: string) => new ApiError(status, { message: what }, 'GET');

  /** A cluster with two pages of Secrets, and nothing else. */
  const transport = {
    getPath: () => (failure ? Promise.reject(failure) : Promise.resolve({ gitVersion: 'v1.34.1' })),
    get: ({ kind }: Resource) =>
      Promise.reject(refused(kind === 'Ingress' ? 403 : 404, `${kind} is not for you`)),
    list: ({ kind }: Resource, options: ListOptions) => {
      lists.push([kind, options]);
      if (kind !== 'Secret')
        return Promise.resolve({ metadata: { resourceVersion: '1', continue: '' }, items: [] });
      const more = options.continue === undefined ? 'more' : '';
      const name = more === '' ? 'duckmon-jwt-secret' : 'duckmon-internal-key';
      const secret = { metadata: { name }, data: { key: 'c2VjcmV0' } };
      return Promise.resolve({
        metadata: { resourceVersion: '1', continue: more },
        items: [secret],
      });
    },
    create: (_resource: Resource, review: AccessReview) => {
      reviews.push(review.spec.resourceAttributes);
      const allowed = review.spec.resourceAttributes['subresource'] !== 'exec';
      return Promise.resolve({ ...review, status: { allowed } });
    },
  } as unknown as Transport;
  const call = (...argv: string[]) =>
    main(argv, {
      out: (text: string) => void (out += text),
      err: () => undefined,
      now: () => new Date('2026-03-10T12:00:00Z'),
      open: () => Promise.resolve({ transport, namespace: 'team' }),
    } as unknown as KubectlIo);

  beforeEach(() => {
    [out, reviews, lists, failure] = ['', [], [], undefined];
  });

  it('prints each finding with its mark, and ends with 1 when something is wrong', async () => {
    assert.equal(await call('doctor', '--platform', 'mon'), 1);
    assert.match(out, /^ok {4}API server: answers, v1\.34\.1$/m);
    assert.match(out, /^FAIL {2}operator: no operator has ever led here/m);
    assert.match(out, /^warn {2}rights: you may not create pods\/exec/m);
    assert.match(out, /Something is wrong: see the lines marked FAIL\.\n$/);
  });

  it('reads all pages, and says names of Secrets and no value', async () => {
    await call('doctor', '--json');
    const { items } = JSON.parse(out) as { items: Finding[] };
    const missing = items.filter(({ topic }) => topic === 'secrets').map(({ text }) => text);
    assert.deepEqual(missing, [
      'duckmon-data-key is not there; the operator makes it: see kubectl monitor logs operator',
    ]);
    assert.ok(!out.includes('c2VjcmV0'));
    assert.deepEqual(
      lists.filter(([kind]) => kind === 'Secret').map(([, { namespace }]) => namespace),
      ['duckmon', 'duckmon'],
    );
  });

  it('asks for rights in the namespace of the platform and in that of the monitors', async () => {
    await call('doctor');
    const asked = reviews.map(
      ({ namespace, verb, resource }) => `${namespace} ${verb} ${resource}`,
    );
    assert.ok(asked.includes('team patch monitorjobs') && asked.includes('duckmon create pods'));
  });

  it('says that the API server does not answer, and looks no further', async () => {
    failure = new NoAnswerError('unreachable', 'ECONNREFUSED');
    assert.equal(await call('doctor'), 1);
    assert.match(out, /^FAIL {2}API server: does not answer: ECONNREFUSED/);
    assert.equal(out.split('\n').length, 3);
  });
});
