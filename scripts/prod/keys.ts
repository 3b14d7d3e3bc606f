/** `generate-keys --cluster`: two root keys of a person's own, which the operator adopts. */
import { RINGS } from '../../operator/src/keys/ring.ts';
import { SetupError } from '../../services/core/errors.ts';
import type { KeysCommand } from './commands.ts';
import type { ProdDeps } from './deps.ts';
import { restrict } from './namespace.ts';
import { describePlace, type Place } from './place.ts';
import { kubectl, perform, shown, type Step } from './step.ts';

/** 256 bits. */
const KEY_BYTES = 32;
const HIDDEN = '(made when it is run)';
const NAMES = Object.values(RINGS).map(({ secret }) => secret);

/** Makes both Secrets; a key that is there is never replaced. */
export async function generateKeys(
  command: KeysCommand,
  place: Place,
  deps: ProdDeps,
): Promise<number> {
  deps.say(`generate-keys: makes the Secrets ${NAMES.join(' and ')} in ${describePlace(place)}`);
  deps.say(
    'nobody needs this: without it the operator makes the keys itself and rotates them; rotating these is up to you',
  );
  if (command.dryRun) {
    [restrict(place), keysStep(place, () => HIDDEN)].map(shown).forEach(deps.print);
    return 0;
  }
  await refuseKnown(place, deps);
  await perform(restrict(place), deps);
  const made = await perform(
    keysStep(place, () => deps.randomBytes(KEY_BYTES).toString('base64')),
    deps,
  );
  made.trim().split('\n').forEach(deps.print);
  deps.say('the operator adopts them at its next start, or within a minute; next: npm run prod-up');
  return 0;
}

async function refuseKnown(place: Place, deps: ProdDeps): Promise<void> {
  const args = ['get', 'secrets', ...NAMES, '--ignore-not-found', '-o=name'];
  const known = (await perform(kubectl(place, args), deps)).trim().split('\n').filter(Boolean);
  if (known.length > 0)
    throw new SetupError(
      `There is ${known.join(' and ')} already, and everybody signs in with it. kubectl monitor rotate replaces keys of the operator without an interruption; a key of your own you replace by kubectl edit.`,
    );
}

/** @param key a new key, as text */
export function keysStep(place: Place, key: () => string): Step {
  const items = Object.values(RINGS).map(({ secret, given }) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret },
    type: 'Opaque',
    stringData: { [given]: key() },
  }));
  const list = { apiVersion: 'v1', kind: 'List', items };
  return kubectl(place, ['create', '--filename=-', '-o=name'], JSON.stringify(list, undefined, 2));
}
