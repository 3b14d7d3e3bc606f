import assert from 'node:assert/strict';
import { factorActions, type AccountNotice } from '../../core/contracts/accountMail.ts';
import { renderHtml } from '../html.ts';
import { plainText } from '../template.ts';
import { renderAccountMail } from './render.ts';

const AT = '2026-03-01T12:00:00Z';
const LINK = 'https://mon.example';
const said = (...notices: AccountNotice[]) =>
  renderAccountMail({
    notices: notices.map((notice) => ({ at: AT, notice })),
    more: 0,
    link: LINK,
  });
const reused = (token: string): AccountNotice => ({
  kind: 'refreshReused',
  token,
  workspace: 'team-a',
});

describe('the words of a mail about an account', () => {
  it('say what happened, when, and what to do if it was somebody else', () => {
    const { subject, body } = said(reused('ci'));
    const text = plainText(body);
    assert.equal(subject, '[duckmon] Somebody may have a copy of one of your tokens');
    assert.match(text, /2026-03-01 12:00 UTC: a refresh token of the API token “ci”/);
    assert.match(text, /If not: revoke that API token and make another one\./);
  });

  for (const notice of [
    { kind: 'sessionsEnded' },
    { kind: 'accountDisabled' },
    ...factorActions.map((action) => ({ kind: 'factorChanged', action, name: '' }) as const),
  ] satisfies AccountNotice[])
    it(`have words for ${'action' in notice ? notice.action : notice.kind}`, () => {
      const { subject, body } = said(notice);
      assert.match(subject, /^\[duckmon\] Your? /);
      assert.doesNotMatch(plainText(body), /undefined|“”/);
    });

  it('tell several by how many they are, and each with its time', () => {
    const { subject, body } = renderAccountMail({
      notices: [
        { at: AT, notice: { kind: 'sessionsEnded' } },
        { at: '2026-03-01T12:05:00Z', notice: reused('ci') },
      ],
      more: 3,
      link: LINK,
    });
    assert.equal(subject, '[duckmon] 5 changes to your account');
    assert.match(plainText(body), /12:00 UTC: all sessions.*\n.*12:05 UTC.*\n… and 3 more\./);
  });

  it('D18 link to the dashboard and to nothing that a name brings along', () => {
    const { body } = said(reused('see https://evil.example/x or evil.example'), {
      kind: 'factorChanged',
      action: 'passkey.add',
      name: '[win](http://evil.example)',
    });
    const { subject } = said(reused('x'));
    assert.doesNotMatch(plainText(body), /https?:\/\/evil/);
    const links = [...renderHtml({ subject, body }).matchAll(/href="([^"]*)"/g)];
    assert.deepEqual(
      links.map(([, href]) => href),
      [`${LINK}/`],
    );
  });

  it('D17 D18 take markup, templates and line breaks of a name as text', () => {
    const { subject, body } = said(reused('a\r\nBcc: b@evil.example\r\n\r\n<b>{{7*7}}</b>${1}'));
    assert.doesNotMatch(subject, /[\r\n]/);
    assert.doesNotMatch(plainText(body), /\nBcc:/);
    assert.doesNotMatch(renderHtml({ subject, body }), /<b>/);
  });
});
