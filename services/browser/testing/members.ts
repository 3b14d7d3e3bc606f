/** Pages for members of the fixture site: a way to sign in, and what is behind it. */
import { documentOf, send } from '../../../scripts/testing/site/page.ts';
import type { Site } from '../../../scripts/testing/site/site.ts';
import type { FetchRequest, PageStep } from '../../core/contracts/browser.ts';

export const USER = 'rubber-duck';
export const PASSWORD = 'quack <&"9> é7 long secret';

export const bySelector = (selector: string) => ({ by: 'selector', selector }) as const;

/** Fills both fields from the Secret and sends the form. */
export const SIGN_IN: readonly PageStep[] = [
  { kind: 'typeSecret', target: { by: 'text', text: 'Name' }, key: 'user', totp: false },
  { kind: 'typeSecret', target: bySelector('#password'), key: 'password', totp: false },
  { kind: 'press', key: 'Enter' },
];

const FORM = `<h1>Members</h1><form method="post" action="/enter">
  <label>Name <input name="user"></label>
  <label>Password <input name="password" type="password" id="password"></label>
  <button>Sign in</button></form>`;

/** What a request brings that signs in. */
export const sessionOf = (
  rest: Partial<NonNullable<FetchRequest['session']>> = {},
): NonNullable<FetchRequest['session']> => ({
  login: { name: 'duckmon-login-shop', values: { user: USER, password: PASSWORD } },
  persist: false,
  ...rest,
});

export interface Members {
  /** Bodies of the forms that were sent to sign in. */
  readonly entered: string[];
  /** Ends the sessions of all members. */
  signOut(): void;
}

/** Adds `orders` (for members), `sign-in` and `enter`. */
export function addMembers(site: Site): Members {
  const entered: string[] = [];
  let era = 1;
  site.handle('sign-in', (visit) => send(visit, documentOf('Sign in', FORM)));
  site.handle('enter', (visit) => {
    const body = site.requests.findLast(({ path }) => path === '/enter')?.body ?? '';
    entered.push(body);
    const given = new URLSearchParams(body);
    const isMember = given.get('user') === USER && given.get('password') === PASSWORD;
    send(
      visit,
      '',
      isMember
        ? { location: '/orders', 'set-cookie': `member=${era}; HttpOnly; Path=/` }
        : { location: '/sign-in' },
      303,
    );
  });
  site.handle('orders', (visit) => {
    const isMember = visit.request.headers.cookie?.includes(`member=${era}`) ?? false;
    if (!isMember) return send(visit, '', { location: '/sign-in' }, 303);
    send(
      visit,
      documentOf('Orders', `<h1>Orders</h1><p>Hello ${USER}, your order is on its way</p>`),
    );
  });
  return {
    entered,
    signOut: () => {
      era += 1;
    },
  };
}
