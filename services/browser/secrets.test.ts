import assert from 'node:assert/strict';
import fc from 'fast-check';
import { requestOf } from './testing/request.ts';
import { showsLogin, withoutLogin, withoutLoginIn, withoutSecrets } from './secrets.ts';

const TOKEN = 'tok-<5f&3a>"9=c/é7';

const masked = (document: string | Uint8Array, name: string, value: string): Buffer =>
  withoutSecrets(
    document,
    requestOf('https://shop.test/', { http: { method: 'GET', headers: [{ name, value }] } }).source,
  );

describe('a kept document', () => {
  const forms = {
    'as it is': TOKEN,
    'in a URL': encodeURIComponent(TOKEN),
    'in JSON': JSON.stringify(TOKEN),
    'in base64': Buffer.from(TOKEN).toString('base64'),
    'in base64 for URLs': Buffer.from(TOKEN).toString('base64url'),
    'in an attribute': 'tok-&lt;5f&amp;3a&gt;&quot;9=c/é7',
  };
  for (const [how, form] of Object.entries(forms))
    it(`E9 holds no secret of a header that the page echoes ${how}`, () => {
      const kept = masked(`<p>before ${form} after</p>`, 'X-Api-Key', TOKEN).toString();
      assert.match(kept, /^<p>before "?\*+"? after<\/p>$/);
    });

  it('E9 holds no token without the word before it', () => {
    const kept = masked('you are 0123456789abcdef', 'Authorization', 'Bearer 0123456789abcdef');
    assert.equal(kept.toString(), 'you are ****************');
  });

  it('E9 holds no single cookie', () => {
    const kept = masked('sid is 0123456789abcdef', 'Cookie', 'a=b; sid=0123456789abcdef');
    assert.equal(kept.toString(), 'sid is ****************');
  });

  it('E9 holds no password of Basic authentication', () => {
    const value = `Basic ${Buffer.from('ann:correct horse').toString('base64')}`;
    assert.equal(
      masked('hello correct horse', 'Authorization', value).toString(),
      'hello *************',
    );
  });

  it('keeps the words of headers that are no secret', () => {
    assert.equal(
      masked('application/json', 'Accept', 'application/json').toString(),
      'application/json',
    );
  });

  it('keeps every byte of a document that is no text', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        assert.deepEqual(masked(bytes, 'X-Api-Key', 'a secret of some length'), Buffer.from(bytes));
      }),
    );
  });
});

describe('what is shown of a login', () => {
  const SECRET = 'abcdefghijklmno';

  it('E9 is no piece of eight characters, not the last one either', () => {
    for (let at = 0; at + 8 <= SECRET.length; at += 1) {
      const piece = SECRET.slice(at, at + 8);
      assert.equal(withoutLogin(`id: ${piece}.`, [SECRET]), 'id: ********.');
      assert.ok(showsLogin(`…${piece}`, [SECRET]));
    }
    assert.equal(withoutLogin('bcdefgh', [SECRET]), 'bcdefgh');
    assert.ok(!showsLogin('bcdefgh', [SECRET]));
  });

  it('E9 is nothing of a longer piece, nor of one beside another', () => {
    assert.equal(withoutLogin(SECRET.slice(1), [SECRET]), '*'.repeat(14));
    assert.equal(withoutLogin(`${SECRET}${SECRET} x`, [SECRET]), `${'*'.repeat(30)} x`);
    assert.deepEqual(withoutLoginIn({ a: ['pin 4711!', 7, null] }, ['4711']), {
      a: ['pin ****!', 7, null],
    });
  });

  it('costs one way through the text, however long the secret is', () => {
    const secret = Array.from({ length: 20_000 }, (_, at) => at.toString(36)).join('-');
    const text = 'a word of the page. '.repeat(20_000);
    assert.equal(withoutLogin(`${text}${secret}`, [secret]), text + '*'.repeat(secret.length));
  });
});
