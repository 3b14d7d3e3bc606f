import assert from 'node:assert/strict';
import { fakeClock, type FakeClock } from '../testing/clock.ts';
import { createAddresses, hostOf, type Addresses } from './addresses.ts';

const failing = (code: string) => Object.assign(new Error(code), { code });

describe('the addresses behind a name', () => {
  let clock: FakeClock;
  let asked: string[];
  let answer: () => Promise<readonly string[]>;
  let addresses: Addresses;
  beforeEach(() => {
    clock = fakeClock();
    asked = [];
    answer = async () => ['10.0.0.1'];
    addresses = of('pool.test');
  });
  const of = (host: string): Addresses =>
    createAddresses(host, (name) => (asked.push(name), answer()), clock);

  it('are asked for once within two seconds', async () => {
    assert.deepEqual(await addresses.current(), ['10.0.0.1']);
    clock.advance(1_999);
    assert.deepEqual(await addresses.current(), ['10.0.0.1']);
    assert.deepEqual(asked, ['pool.test']);
  });

  it('are asked for once by all who want them at a time', async () => {
    await Promise.all([addresses.current(), addresses.current()]);
    assert.equal(asked.length, 1);
  });

  it('are told as they were while they are asked for anew', async () => {
    await addresses.current();
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    answer = () => promise;
    clock.advance(2_000);
    assert.deepEqual(await addresses.current(), ['10.0.0.1']);
    resolve(['10.0.0.2']);
    await new Promise(setImmediate);
    assert.equal(asked.length, 2);
    assert.deepEqual(await addresses.current(), ['10.0.0.2']);
  });

  it('are waited for when nobody has asked for ten seconds', async () => {
    await addresses.current();
    answer = async () => ['10.0.0.2'];
    clock.advance(10_000);
    assert.deepEqual(await addresses.current(), ['10.0.0.2']);
  });

  it('are none when the name stands for nothing', async () => {
    await addresses.current();
    answer = () => Promise.reject(failing('ENOTFOUND'));
    clock.advance(10_000);
    assert.deepEqual(await addresses.current(), []);
  });

  it('stay as they were while the name server does not answer', async () => {
    await addresses.current();
    answer = () => Promise.reject(failing('EAI_AGAIN'));
    clock.advance(10_000);
    assert.deepEqual(await addresses.current(), ['10.0.0.1']);
  });

  it('are the host itself where that is an address or this machine, without asking', async () => {
    for (const [host, one] of [
      ['127.0.0.1', '127.0.0.1'],
      ['[::1]', '::1'],
      ['localhost', 'localhost'],
    ] as const)
      assert.deepEqual(
        await Promise.all([of(hostOf(`http://${host}:8001`)).current(), of(one).fresh()]),
        [[one], [one]],
      );
    assert.deepEqual(asked, []);
  });

  it('are asked for each time by who needs them as they are, who hears of a silent name server', async () => {
    await addresses.current();
    answer = async () => ['10.0.0.2'];
    assert.deepEqual(await addresses.fresh(), ['10.0.0.2']);
    assert.deepEqual(await addresses.current(), ['10.0.0.2']);
    answer = () => Promise.reject(failing('ENOTFOUND'));
    assert.deepEqual(await addresses.fresh(), []);
    answer = () => Promise.reject(failing('EAI_AGAIN'));
    await assert.rejects(addresses.fresh(), { code: 'EAI_AGAIN' });
  });
});
