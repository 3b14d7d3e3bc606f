/** What lies outside of the cluster: pages, a receiver of alerts, a model. The node sees it at one address. */
import { MACHINE_ADDRESS } from '../../lib/cluster/node/addresses.ts';
import { startHook, type Hook } from '../hook/server.ts';
import { startModel, type FakeModel } from '../model/server.ts';
import { startSite, type Site } from '../site/site.ts';

/** What the receiver checks signatures with. */
export const SIGNING_KEY = 'e2e-signing-key-of-at-least-32-characters';

export interface World {
  readonly site: Site;
  readonly hook: Hook;
  readonly model: FakeModel;
  /** What has to be opened for the egress proxy. */
  readonly ports: readonly number[];
  stop(): Promise<void>;
}

/** Needs a node that is up: its link has the address. */
export async function startWorld(): Promise<World> {
  const host = MACHINE_ADDRESS;
  const [site, hook, model] = await Promise.all([
    startSite({ host }),
    startHook({ host, secrets: [SIGNING_KEY] }),
    startModel({ host }),
  ]);
  return {
    site,
    hook,
    model,
    ports: [site.port, hook.port, model.port],
    stop: async () => {
      await Promise.all([site.close(), hook.stop(), model.stop()]);
    },
  };
}
