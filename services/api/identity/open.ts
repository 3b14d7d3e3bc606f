/** Sign-in by the provider of the configuration, through the egress proxy. */
import { randomUUID } from 'node:crypto';
import type { CustomFetch } from 'openid-client';
import { DEFAULT_CAPS, issueCredential } from '../../core/egress/credential.ts';
import { createEgressTransport } from '../../core/egress/transport.ts';
import { watchKeyFile } from '../../core/serviceKeys.ts';
import { PLATFORM_WORKSPACE } from '../../store/workspace.ts';
import type { ApiDeps } from '../deps.ts';
import type { AllowList } from './allow.ts';
import { createProvider } from './provider.ts';
import { providerSettings } from './settings.ts';
import { createSignIn, type SignInByProvider } from './strategy.ts';

export type ProviderFetch = CustomFetch;

export interface SignIn extends SignInByProvider {
  /** Of the provider, for people. */
  readonly name: string;
  readonly allow: AllowList;
  close(): Promise<void>;
}

type Deps = Pick<ApiDeps, 'config' | 'pool' | 'clock' | 'log'>;

/**
 * @param fetch asks the provider; by default through the egress proxy.
 * @returns undefined when no provider is configured.
 * @throws SetupError for a configuration that is wrong.
 */
export function openSignIn(deps: Deps, fetch?: ProviderFetch): SignIn | undefined {
  const settings = providerSettings(deps.config);
  if (!settings) return undefined;
  const way = fetch ? { fetch, close: async () => {} } : egress(deps);
  const provider = createProvider(settings, { clock: deps.clock, fetch: way.fetch });
  return {
    ...createSignIn(deps, provider),
    name: settings.name,
    allow: settings.allow,
    close: way.close,
  };
}

function egress({ config, clock, log }: Deps): {
  readonly fetch: ProviderFetch;
  readonly close: () => Promise<void>;
} {
  const keys = watchKeyFile(config.KEYS_FILE, (error) =>
    log.error({ err: error }, 'key file unreadable'),
  );
  const transport = createEgressTransport(config.EGRESS_URL, () =>
    issueCredential(keys, {
      issuer: 'api',
      workspace: PLATFORM_WORKSPACE,
      subject: 'sign-in',
      id: randomUUID(),
      expires: clock.now().getTime() + DEFAULT_CAPS.maxMs,
      ...DEFAULT_CAPS,
    }),
  );
  return {
    // undici's own types and the standard ones describe the same objects
    fetch: (url, options) => transport.fetch(url, options as never) as unknown as Promise<Response>,
    close: () => transport.close(),
  };
}
