import assert from 'node:assert/strict';
import { decode, encode, type RecordType } from 'dns-packet';
import { scriptNames, type Names } from './dns.ts';

const NAMES: Names = { 'a.test': [['93.184.215.14', 'fd00::1'], ['10.0.0.1']] };

describe('network of a test: the name server', () => {
  const script = scriptNames(() => NAMES);
  const ask = (name: string, type: RecordType): { addresses: unknown[]; code: string } => {
    const question = encode({ type: 'query', id: 7, questions: [{ name, type }] });
    const { reply } = script.answer(question) ?? assert.fail('no answer');
    const { answers = [], ...rest } = decode(reply);
    return {
      addresses: answers.map((one) => ('data' in one ? one.data : undefined)),
      code: 'rcode' in rest ? String(rest.rcode) : '',
    };
  };

  it('gives the addresses of a name in turns, for A and AAAA alike', () => {
    assert.deepEqual(ask('A.test', 'A').addresses, ['93.184.215.14']);
    assert.deepEqual(ask('a.test', 'AAAA').addresses, ['fd00::1']);
    assert.deepEqual(ask('a.test', 'A').addresses, ['10.0.0.1']);
    assert.deepEqual(ask('a.test', 'AAAA').addresses, []);
    assert.deepEqual(ask('a.test', 'A').addresses, ['93.184.215.14']);
  });

  it('says that there is no other name', () => {
    assert.deepEqual(ask('b.test', 'A'), { addresses: [], code: 'NXDOMAIN' });
  });

  it('does not answer what is no question', () => {
    assert.equal(script.answer(Buffer.from('x')), undefined);
    assert.equal(script.answer(encode({ type: 'query', questions: [] })), undefined);
  });
});
