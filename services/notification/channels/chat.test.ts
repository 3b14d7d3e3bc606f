import assert from 'node:assert/strict';
import { startHook, type Hook } from '../../../scripts/testing/hook/server.ts';
import {
  priceAlert,
  startNotificationUnderTest,
  type NotificationUnderTest,
} from '../../../scripts/testing/notificationService.ts';
import type { DeliverResult } from '../../core/contracts/notification.ts';
import { renderContent } from '../template.ts';
import { escapeSlack, slackPayload } from './slack.ts';
import { teamsPayload } from './teams.ts';

let hook: Hook;
let service: NotificationUnderTest;
before(async () => {
  hook = await startHook();
  service = await startNotificationUnderTest();
});
afterEach(() => hook.reset());
after(async () => {
  await service.stop();
  await hook.stop();
});

const attack =
  '<!channel> <@U123> <https://evil.example|click> *bold* @here [x](https://evil.example) & "q"';
const reasonOf = (result: DeliverResult): string =>
  'reason' in result ? `${result.kind}: ${result.reason}` : result.kind;

describe('Slack', () => {
  const secret = (): string => `${hook.url}services/T0/B0/x`;

  it('gets the alert at the address of the secret', async () => {
    const result = await service.deliver({ type: 'Slack', secret: secret() });
    assert.deepEqual(result, { kind: 'accepted', providerId: null });
    assert.equal(hook.posts[0]?.path, '/services/T0/B0/x');
  });

  it('shows title, claims and our links', async () => {
    await service.deliver({ type: 'Slack', secret: secret() });
    const text = hook.posts[0]?.raw ?? '';
    for (const part of [
      '[duckmon] The price rose',
      'Price: €49.00 → €54.00',
      '<https://mon.example/findings/f001|Open in duckmon>',
      '<https://mon.example/acknowledge?token=t0k3n&amp;f=1|Acknowledge>',
    ])
      assert.ok(text.includes(part), part);
  });

  it('D9 mentions nobody and links nowhere, whatever model and page say', async () => {
    const message = priceAlert({
      title: attack,
      summary: attack,
      claims: [
        {
          source: 's',
          subject: attack,
          before: attack,
          after: attack,
          quote: attack,
          side: 'after',
        },
      ],
    });
    await service.deliver({ type: 'Slack', secret: secret() }, { message });
    const raw = hook.posts[0]?.raw ?? '';
    assert.doesNotMatch(raw, /evil\.example|<!|<@|@here/);
    assert.deepEqual(
      [...raw.matchAll(/<([^|>]*)\|/g)].map(([, url]) => url),
      ['https://mon.example/findings/f001', 'https://mon.example/acknowledge?token=t0k3n&amp;f=1'],
    );
  });

  it("escapes a user's own words as well", async () => {
    await service.deliver({ type: 'Slack', secret: secret() }, { template: { body: attack } });
    const blocks = hook.posts[0]?.json?.['blocks'] as { text: { text: string } }[];
    assert.ok(blocks[1]?.text.text.startsWith('&lt;!channel&gt; &lt;@U123&gt;'));
  });

  it('unfurls nothing', () => {
    const payload = slackPayload({ content: renderContent(priceAlert()) });
    assert.deepEqual(
      [payload['unfurl_links'], payload['unfurl_media'], payload['link_names'], payload['parse']],
      [false, false, false, 'none'],
    );
  });

  it('stays below the lengths that Slack allows', () => {
    const content = renderContent(priceAlert(), { body: 'word & more '.repeat(4000) });
    const blocks = slackPayload({ content })['blocks'] as {
      type: string;
      text: { text: string };
    }[];
    assert.ok(blocks.length <= 50);
    for (const { type, text } of blocks)
      assert.ok(text.text.length <= (type === 'header' ? 150 : 3000));
  });

  it('cuts no escape in two', () => {
    const content = renderContent(priceAlert(), { body: '&'.repeat(4000) });
    const blocks = slackPayload({ content })['blocks'] as { text: { text: string } }[];
    assert.match(blocks[1]?.text.text ?? '', /^(?:&amp;)+…$/);
  });

  it('escapes the three control characters', () => {
    assert.equal(escapeSlack('<a> & b'), '&lt;a&gt; &amp; b');
  });

  it('is rejected when the channel is gone, with what Slack said', async () => {
    hook.script({ kind: 'status', status: 404, body: 'no_service' });
    const result = await service.deliver({ type: 'Slack', secret: secret() });
    assert.match(reasonOf(result), /^rejected: Slack answered with status 404: no.?service/);
  });

  it('comes back later after a 429', async () => {
    hook.script({ kind: 'status', status: 429, headers: { 'retry-after': '17' } });
    const result = await service.deliver({ type: 'Slack', secret: secret() });
    assert.equal(result.kind === 'retry' && result.retryAfterSeconds, 17);
  });

  it('never tells its secret address in a reason or a log', async () => {
    hook.script({ kind: 'status', status: 500 }, { kind: 'resetBefore' });
    const results = [
      await service.deliver({ type: 'Slack', secret: `${secret()}-t0ps3cret` }),
      await service.deliver({ type: 'Slack', secret: `${secret()}-t0ps3cret` }),
      await service.deliver({ type: 'Slack', secret: 'ftp://t0ps3cret' }),
    ];
    assert.ok(!JSON.stringify([results, service.lines]).includes('t0ps3cret'));
  });

  it('is rejected when the secret is no address', async () => {
    assert.equal(
      reasonOf(await service.deliver({ type: 'Slack', secret: 'xoxb-token' })),
      'rejected: The address of Slack is not an absolute http or https URL without user info',
    );
  });
});

describe('Teams', () => {
  const target = (): { type: 'Teams'; secret: string } => ({
    type: 'Teams',
    secret: `${hook.url}workflows/x`,
  });
  const card = (): Record<string, unknown> => {
    const attachments = hook.posts[0]?.json?.['attachments'] as {
      content: Record<string, unknown>;
    }[];
    return attachments[0]?.content ?? {};
  };

  it('gets an adaptive card', async () => {
    hook.script({ kind: 'status', status: 202 });
    assert.equal((await service.deliver(target())).kind, 'accepted');
    assert.deepEqual([hook.posts[0]?.json?.['type'], card()['type']], ['message', 'AdaptiveCard']);
  });

  it('shows the claim and our links as buttons', async () => {
    await service.deliver(target());
    assert.ok(JSON.stringify(card()).includes('• Price: €49.00 → €54.00'));
    assert.deepEqual(card()['actions'], [
      {
        type: 'Action.OpenUrl',
        title: 'Open in duckmon',
        url: 'https://mon.example/findings/f001',
      },
      {
        type: 'Action.OpenUrl',
        title: 'Acknowledge',
        url: 'https://mon.example/acknowledge?token=t0k3n&f=1',
      },
    ]);
  });

  it('has no acknowledge button when there is nothing to acknowledge', () => {
    const message = priceAlert({ acknowledgeLink: null });
    const payload = JSON.stringify(teamsPayload({ message, content: renderContent(message) }));
    assert.ok(!payload.includes('Acknowledge'));
  });

  it('D9 writes text runs only, which know no markup', async () => {
    await service.deliver(target(), { message: priceAlert({ title: attack, summary: attack }) });
    assert.ok(!hook.posts[0]?.raw.includes('evil.example'));
    const kinds = (card()['body'] as { type: string }[]).map(({ type }) => type);
    assert.deepEqual([...new Set(kinds)], ['RichTextBlock']);
  });

  it('comes back later when a 200 says in its body that Teams was busy', async () => {
    hook.script({
      kind: 'status',
      status: 200,
      body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x',
    });
    assert.equal((await service.deliver(target())).kind, 'retry');
  });

  it('is rejected when a 200 says in its body that the card was refused', async () => {
    hook.script({
      kind: 'status',
      status: 200,
      body: 'Microsoft Teams endpoint returned HTTP error 413',
    });
    assert.equal((await service.deliver(target())).kind, 'rejected');
  });

  it('stays below the size that Teams allows', () => {
    const message = priceAlert();
    const content = renderContent(message, { body: 'ä'.repeat(4000) });
    assert.ok(Buffer.byteLength(JSON.stringify(teamsPayload({ message, content }))) < 28_000);
  });
});
