/** Makes a self-signed certificate for loopback, so that tests speak real TLS without stored keys. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

export interface TestCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM; its own issuer. */
  readonly cert: string;
}

/** A P-256 certificate for some names and 127.0.0.1 that holds a day before and after now. */
export function makeCertificate(names: readonly string[] = ['localhost']): TestCertificate {
  const now = new Date();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const day = 24 * 3600 * 1000;
  const name = sequence(set(sequence(oid('550403'), tagged(0x0c, Buffer.from('duckmon test')))));
  const algorithm = sequence(oid('2a8648ce3d040302'));
  const validity = sequence(time(now.getTime() - day), time(now.getTime() + day));
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(authority(), alternativeNames(names))),
  );
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const der = sequence(body, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${der.replace(/.{1,64}/g, '$&\n')}-----END CERTIFICATE-----\n`,
  };
}

/**
 * Lets this process trust a certificate beside the usual ones.
 * @returns what takes the trust back.
 */
export function trust(certificate: TestCertificate): () => void {
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, certificate.cert]);
  return () => setDefaultCACertificates(usual);
}

/** DER: a tag, the length of the content, the content. */
function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const set = (...parts: readonly Buffer[]): Buffer => tagged(0x31, ...parts);
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));

/** UTCTime, YYMMDDHHMMSSZ. */
const time = (at: number): Buffer =>
  tagged(0x17, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), tagged(0x04, value));

/** basicConstraints: it may vouch for itself. */
const authority = (): Buffer => extension('551d13', sequence(tagged(0x01, Buffer.from([0xff]))));

const alternativeNames = (names: readonly string[]): Buffer =>
  extension(
    '551d11',
    sequence(
      ...names.map((name) => tagged(0x82, Buffer.from(name))),
      tagged(0x87, Buffer.from([127, 0, 0, 1])),
    ),
  );
