import assert from 'node:assert/strict';
import { startAgent, type Agent } from '../../scripts/testing/netns/agent.ts';
import type * as browse from '../../scripts/testing/netns/agents/browse.ts';
import type * as inet from '../../scripts/testing/netns/agents/inet.ts';
import type * as proxy from '../../scripts/testing/netns/agents/proxy.ts';
import type * as services from '../../scripts/testing/netns/agents/services.ts';
import { FORBIDDEN, LINKS, PROXY_PORT, SITES } from '../../scripts/testing/netns/addresses.ts';
import { shownFlow } from '../../scripts/testing/netns/counting.ts';
import { makeWorld, type World } from '../../scripts/testing/netns/world.ts';
import { requestOf } from '../browser/testing/request.ts';
import type { FetchRequest, PageStep } from '../core/contracts/browser.ts';
import type { ChannelTarget } from '../core/contracts/notification.ts';
import { issueCredential } from '../core/egress/credential.ts';
import type { EgressIssuer } from '../core/serviceKeys.ts';
import { testKeys } from '../core/testing/keys.ts';
import { grantOf } from './testing/harness.ts';

const TO_PROXY = `tcp ${LINKS.proxy.v4}:${PROXY_PORT}`;
const SITE = 'http://site.test';
const METADATA = `http://${FORBIDDEN.metadata}`;
/** A name that leads inside. */
const INSIDE = 'inside.test';

describe('egress: every way on which our code opens sockets, by packets', function () {
  this.timeout(60_000);
  const keys = testKeys();
  const { root } = keys;
  let world: World;
  let internet: Agent<typeof inet.handlers>;
  let egress: Agent<typeof proxy.handlers>;
  let ours: Agent<typeof services.handlers>;
  let chromium: Agent<typeof browse.handlers>;
  before(async () => {
    world = makeWorld();
    [internet, egress, ours, chromium] = await Promise.all([
      startAgent<typeof inet.handlers>(world, 'inet', 'inet'),
      startAgent<typeof proxy.handlers>(world, 'proxy', 'proxy'),
      startAgent<typeof services.handlers>(world, 'edge', 'services'),
      startAgent<typeof browse.handlers>(world, 'browse', 'browse'),
    ]);
    await egress.ask('start', { root });
    await internet.ask('name', { 'site.test': [[SITES.v4]], [INSIDE]: [[FORBIDDEN.clusterIp]] });
    await internet.ask('serve', {
      '/login': { body: `<form><input name="user"></form><p>${'Sign in here. '.repeat(20)}</p>` },
      '/icon': {
        body: `<link rel="icon" href="${METADATA}/icon.png"><img src="http://${INSIDE}/icon.png"><p>${'A page with an icon. '.repeat(20)}</p>`,
      },
      '/hook': { body: 'ok' },
    });
  });
  after(async () => {
    await Promise.all([internet, egress, ours, chromium].map((agent) => agent.stop()));
    world.close();
  });

  interface Trace {
    /** What left the service for anything but the proxy. */
    readonly around: readonly string[];
    /** Where the proxy sent packets, its questions of names and answers left out. */
    readonly dialled: readonly string[];
    /** Requests that arrived at another place than the public site. */
    readonly inside: readonly string[];
    /** `issuer host:port` that the proxy refused. */
    readonly refused: readonly string[];
  }

  async function trace(act: () => Promise<unknown>): Promise<Trace> {
    await Promise.all([internet.ask('take'), egress.ask('take')]);
    world.forget();
    await act();
    const flows = [...world.sent('edge'), ...world.sent('browse')].map(shownFlow);
    const pods = [LINKS.edge.v4, LINKS.browse.v4];
    const dialled = world.sent('proxy').filter(({ address }) => !pods.includes(address));
    const { arrivals } = await internet.ask('take');
    const lines = await egress.ask('take');
    return {
      around: flows.filter((flow) => flow !== TO_PROXY),
      dialled: dialled.filter(({ port }) => port !== 53).map(shownFlow),
      inside: arrivals.flatMap(({ address, path }) =>
        address === SITES.v4 ? [] : [`${address} ${path}`],
      ),
      refused: lines
        .filter(({ event }) => event === 'egress.refused')
        .map(({ issuer, host, port }) => `${String(issuer)} ${String(host)}:${String(port)}`),
    };
  }

  const credential = (): string => issueCredential(keys.of('scheduler'), grantOf());
  const read = (url: string, rest: Partial<FetchRequest> = {}) =>
    ours.ask('read', requestOf(url, {}, { egressCredential: credential(), ...rest }));
  const visit = (url: string, steps: readonly PageStep[] = [], screenshot = false) =>
    chromium.ask(
      'read',
      requestOf(url, { steps: [...steps] }, { egressCredential: credential(), screenshot }),
    );
  const deliver = (target: ChannelTarget, env: Record<string, string> = {}) =>
    ours.ask('deliver', { root, target, env });
  const hook = (url: string): ChannelTarget => ({ type: 'Webhook', url, signingSecrets: [] });
  const mail = (more: Partial<Extract<ChannelTarget, { type: 'Email' }>>): ChannelTarget => ({
    type: 'Email',
    to: ['ann@example.org'],
    provider: 'Smtp',
    ...more,
  });
  const mailServer = (host: string, port: number): ChannelTarget =>
    mail({ from: 'a@example.org', smtp: { host, port, startTls: true }, secret: 'x' });

  interface Way {
    readonly act: () => Promise<unknown>;
    /** What the proxy must have been asked for, so that silence says something. */
    readonly refused: readonly `${EgressIssuer} ${string}`[];
  }
  const WAYS: Readonly<Record<string, Way>> = {
    'a page over HTTP, a preview, a feed or an API': {
      act: async () => {
        for (const url of [`${METADATA}/`, `https://${FORBIDDEN.clusterIp}/`, `http://${INSIDE}/`])
          await read(url);
        await read('http://kubernetes.default.svc/');
      },
      refused: [
        `scheduler ${FORBIDDEN.metadata}:80`,
        `scheduler ${FORBIDDEN.clusterIp}:443`,
        `scheduler ${INSIDE}:80`,
        'scheduler kubernetes.default.svc:80',
      ],
    },
    'a redirect over HTTP': {
      act: () => read(`${SITE}/redir?to=${METADATA}/`),
      refused: [`scheduler ${FORBIDDEN.metadata}:80`],
    },
    'a page in the browser': {
      act: () => visit(`http://${INSIDE}/`),
      refused: [`scheduler ${INSIDE}:80`],
    },
    'a redirect in the browser': {
      act: () => visit(`${SITE}/redir?to=${METADATA}/`),
      refused: [`scheduler ${FORBIDDEN.metadata}:80`],
    },
    'a step of a login that goes elsewhere': {
      act: () => visit(`${SITE}/login`, [{ kind: 'goto', url: `${METADATA}/` }]),
      refused: [`scheduler ${FORBIDDEN.metadata}:80`],
    },
    'the pictures of a screenshot, and an icon': {
      act: () => visit(`${SITE}/icon`, [], true),
      refused: [`scheduler ${INSIDE}:80`],
    },
    'the target of a webhook': {
      act: async () => {
        await deliver(hook(`${METADATA}/hook`));
        await deliver(hook(`https://${INSIDE}/hook`));
      },
      refused: [`notification ${FORBIDDEN.metadata}:80`, `notification ${INSIDE}:443`],
    },
    "the target of a chat's webhook": {
      act: async () => {
        await deliver({ type: 'Slack', secret: `https://${FORBIDDEN.clusterIp}/services/x` });
        await deliver({ type: 'Teams', secret: `https://${INSIDE}/x` });
      },
      refused: [`notification ${FORBIDDEN.clusterIp}:443`, `notification ${INSIDE}:443`],
    },
    'a mail server of a channel': {
      act: async () => {
        await deliver(mailServer(FORBIDDEN.clusterIp, 443));
        await deliver(mailServer(INSIDE, 587));
      },
      refused: [`notification ${FORBIDDEN.clusterIp}:443`, `notification ${INSIDE}:587`],
    },
    'a mail provider that the proxy was not told of': {
      act: () =>
        deliver(mail({ provider: 'SendGrid' }), {
          SENDGRID_API_KEY: 'SG.x',
          SENDGRID_BASE_URL: METADATA,
        }),
      refused: [`notification ${FORBIDDEN.metadata}:80`],
    },
    'a base URL of the model that the proxy was not told of': {
      act: () => ours.ask('judge', { root, env: { OPENAI_BASE_URL: `${METADATA}/v1` } }),
      refused: [`llm ${FORBIDDEN.metadata}:80`],
    },
    'an OpenID provider that the proxy was not told of': {
      act: () =>
        ours.ask('signIn', { root, env: { OIDC_ISSUER: `https://${FORBIDDEN.clusterIp}` } }),
      refused: [`api ${FORBIDDEN.clusterIp}:443`],
    },
  };

  for (const [what, { act, refused }] of Object.entries(WAYS))
    it(`C19 ${what} goes by the proxy alone, and what that refuses gets no packet`, async () => {
      const seen = await trace(act);
      assert.deepEqual(seen.around, []);
      assert.deepEqual(
        seen.dialled.filter((flow) => flow !== `tcp ${SITES.v4}:80`),
        [],
      );
      assert.deepEqual(seen.inside, []);
      for (const target of refused)
        assert.ok(seen.refused.includes(target), `${target} in ${seen.refused.join(', ')}`);
    });

  it('C19 a webhook of the public Internet arrives, through the proxy (control)', async () => {
    const seen = await trace(async () => {
      assert.equal((await deliver(hook(`${SITE}/hook`))).kind, 'accepted');
    });
    assert.deepEqual(seen, {
      around: [],
      dialled: [`tcp ${SITES.v4}:80`],
      inside: [],
      refused: [],
    });
  });

  it('C19 a service that opens sockets itself is seen to reach the inside (control)', async () => {
    const target = hook(`${METADATA}/hook`);
    const seen = await trace(() => ours.ask('deliver', { root, target, around: true }));
    assert.deepEqual(seen.around, [`tcp ${FORBIDDEN.metadata}:80`]);
    assert.deepEqual(seen.inside, [`${FORBIDDEN.metadata} /hook`]);
  });
});
