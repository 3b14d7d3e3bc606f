import assert from 'node:assert/strict';
import { makeCertificate } from '../../testing/certificate.ts';
import { certificateSecret, entranceRows, type Certificate, type Ingress } from './entrance.ts';

/** Certificates of tests begin a day ago. */
const now = new Date();
const DAY = 24 * 3_600_000;
const later = (days: number): Date => new Date(Number(now) + days * DAY);
/** It holds a day before and after now. */
const found: Certificate = { kind: 'found', secret: 'duckmon-tls', pem: makeCertificate().cert };
const ingress = (host = 'localhost'): Ingress => ({
  spec: { rules: [{ host }], tls: [{ secretName: 'duckmon-tls', hosts: [host] }] },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } },
});
const certificate = (given: Certificate, at = now, host = 'localhost') =>
  entranceRows(ingress(host), given, at)[1];

describe('prod-health: the way in', () => {
  it('without an Ingress is a note that says how one looks in', () => {
    const rows = entranceRows(undefined, { kind: 'none' }, now);
    assert.deepEqual(
      rows.map(({ state }) => state),
      ['note'],
    );
    assert.match(rows[0]?.detail ?? '', /port-forward/);
  });

  it('names host and address, and is a note while there is no address', () => {
    const [row] = entranceRows(ingress(), found, now);
    assert.deepEqual([row?.state, row?.detail], ['ok', 'localhost at 192.0.2.7']);
    const { spec } = ingress();
    assert.equal(entranceRows(spec ? { spec } : {}, found, now)[0]?.state, 'note');
  });

  it('takes its certificate from the Secret that it names', () => {
    assert.equal(certificateSecret(ingress()), 'duckmon-tls');
    assert.equal(certificateSecret(undefined), undefined);
  });
});

describe('prod-health: the certificate', () => {
  it('is ok while it holds, and a note in the last tenth of its time', () => {
    assert.equal(certificate(found)?.state, 'ok');
    assert.match(certificate(found)?.detail ?? '', /^ends in 2[34]h/);
    assert.equal(certificate(found, later(0.9))?.state, 'note');
  });

  it('is bad when it has ended, has not begun, or is for another host', () => {
    assert.match(certificate(found, later(2))?.detail ?? '', /^ended .* ago$/);
    assert.match(certificate(found, later(-2))?.detail ?? '', /^begins in /);
    assert.equal(certificate(found, now, 'mon.example.org')?.detail, 'is not for mon.example.org');
    for (const row of [certificate(found, later(2)), certificate(found, now, 'm.example')])
      assert.equal(row?.state, 'bad');
  });

  it('is bad when it is none or not there, and a note when there is none to be or to be read', () => {
    assert.match(certificate({ ...found, pem: 'x' })?.detail ?? '', /is no certificate$/);
    const missing = certificate({ kind: 'missing', secret: 'duckmon-tls' });
    assert.deepEqual([missing?.state, missing?.detail], ['bad', 'there is no Secret duckmon-tls']);
    assert.equal(certificate({ kind: 'hidden', secret: 'duckmon-tls' })?.state, 'note');
    assert.equal(certificate({ kind: 'none' })?.state, 'note');
  });
});
