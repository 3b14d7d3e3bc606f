import assert from 'node:assert/strict';
import { StoreError, codeOf, isRetryable, toStoreError } from './errors.ts';

const withCode = (code: string, extra: object = {}): Error =>
  Object.assign(new Error('secret detail of row 42'), { code, ...extra });

const kindOf = (error: unknown): string => {
  const typed = toStoreError(error);
  return typed instanceof StoreError ? typed.code : 'other';
};

describe('errors', () => {
  for (const code of ['ECONNREFUSED', '57P01', '53300', '08006', '28P01', '57014', '55P03'])
    it(`F14 ${code} means that the database is unavailable`, () => {
      assert.equal(kindOf(withCode(code)), 'unavailable');
    });

  for (const code of ['23505', '40001', '40P01'])
    it(`${code} means a conflict`, () => {
      assert.equal(kindOf(withCode(code)), 'conflict');
    });

  it('a missing parent is not found', () => {
    assert.equal(kindOf(withCode('23503')), 'notFound');
  });

  for (const code of ['23514', '22P02', '42501'])
    it(`${code} means an invalid value`, () => {
      assert.equal(kindOf(withCode(code)), 'invalid');
    });

  it('tells the operator what failed and what to do, and keeps the cause', () => {
    const cause = withCode('ECONNREFUSED');
    const error = toStoreError(cause) as StoreError;
    assert.match(error.message, /^Database connection failed; check that Postgres runs/);
    assert.equal(error.cause, cause);
  });

  it('carries no text of the database in its own message', () => {
    assert.doesNotMatch((toStoreError(withCode('23505')) as StoreError).message, /42/);
  });

  it('knows the messages of pg that have no code', () => {
    for (const words of ['Connection terminated unexpectedly', 'timeout expired'])
      assert.equal(kindOf(new Error(words)), 'unavailable');
  });

  it('leaves an error of the program as it is', () => {
    const error = new TypeError('x is not a function');
    assert.equal(toStoreError(error), error);
  });

  it('leaves a typed error as it is', () => {
    const error = new StoreError('notFound', 'gone');
    assert.equal(toStoreError(error), error);
  });

  for (const [prisma, kind] of [
    ['P2002', 'conflict'],
    ['P2003', 'notFound'],
    ['P2025', 'notFound'],
    ['P1001', 'unavailable'],
    ['P2034', 'conflict'],
  ] as const)
    it(`reads Prisma's ${prisma}`, () => {
      assert.equal(kindOf(withCode(prisma)), kind);
    });

  it('finds the SQLSTATE that Prisma hides in a raw query', () => {
    const meta = { driverAdapterError: { cause: { originalCode: '40P01' } } };
    assert.equal(codeOf(withCode('P2010', { meta })), '40P01');
  });

  it('F16 retries deadlocks and serialisation failures and nothing else', () => {
    const retried = ['40001', '40P01', '23505', '57014'].filter((code) =>
      isRetryable(withCode(code)),
    );
    assert.deepEqual(retried, ['40001', '40P01']);
  });
});
