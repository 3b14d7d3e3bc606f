/** Rebinding by packets: the real proxy in a network of its own, where every packet that it sends is counted. */
import { startProxyNetwork, type ProxyNetwork } from '../../../services/egress/testing/network.ts';
import { expectContent, figure } from '../../bench/lib/report.ts';
import { FORBIDDEN, SITES } from '../../testing/netns/addresses.ts';
import { isForbidden, scriptName } from './names.ts';

/** Names are told apart by their number, so that no answer of one is left for the next. */
const BATCH = 500;
const HARMLESS = Object.values(SITES);
const FLOWS = HARMLESS.map((address) =>
  address.includes(':') ? `tcp [${address}]:80` : `tcp ${address}:80`,
);

/**
 * Each try is a connection of its own to a name that is harmful at every second question.
 * @throws SetupError where namespaces cannot be made, ContentError for a packet that led elsewhere.
 */
export async function rebindByPackets(count: number, say: (line: string) => void): Promise<void> {
  const network = await startProxyNetwork();
  const started = performance.now();
  let opened = 0;
  try {
    await network.start();
    for (let tried = 0; tried < count; tried += BATCH)
      opened += await tryBatch(network, tried, Math.min(BATCH, count - tried));
    const seconds = (performance.now() - started) / 1000;
    say(
      `${count} rebindings by packets in ${figure(seconds)} s: ${opened} opened, ${count - opened} refused, 0 packets to another address than the judged one`,
    );
    await control(network);
  } finally {
    await network.close();
  }
}

/** @returns how many were opened. */
async function tryBatch(network: ProxyNetwork, number: number, size: number): Promise<number> {
  const name = `rebind-${number}.test`;
  const script = scriptName(Math.random, HARMLESS);
  const answers = Array.from({ length: size }, () => script.answer());
  await network.internet.ask('name', { [name]: answers });
  const statuses = await network.get(answers.map(() => `http://${name}/`));
  const elsewhere = network.dialled().filter((flow) => !FLOWS.includes(flow));
  expectContent(elsewhere.length === 0, `The proxy sent packets to ${elsewhere.join(', ')}.`);
  answers.forEach((answer, at) => {
    const wanted = answer.some(isForbidden) ? 403 : 200;
    const got = statuses[at];
    expectContent(got === wanted, `${answer.join(', ')} was answered by ${got}, not ${wanted}.`);
  });
  return statuses.filter((status) => status === 200).length;
}

/** A proxy that asks a second time must be seen, or the silence before says nothing. */
async function control(network: ProxyNetwork): Promise<void> {
  const name = 'control.test';
  await network.internet.ask('name', { [name]: [[SITES.v4], [FORBIDDEN.metadata]] });
  await network.start({ mutation: { kind: 'asks again', name } });
  await network.get([`http://${name}/`]);
  const seen = network.dialled();
  expectContent(
    seen.includes(`tcp ${FORBIDDEN.metadata}:80`),
    `A proxy that asks twice was not seen: ${seen.join(', ')}.`,
  );
}
