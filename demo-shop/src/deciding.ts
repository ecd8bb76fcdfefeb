// The switch in the footer. It sets where interventions are decided: in this page, on the server whose stream the page
// receives, or in both.
import { subscribeToInterventions, type StreamStatus, type SubscriptionOptions } from 'tripline/snowplow';
import { find } from './elements.ts';
import { read, write } from './storage.ts';

type Mode = NonNullable<SubscriptionOptions['mode']>;

const modes: readonly Mode[] = ['fallback', 'only', 'always'];

const states: Readonly<Record<StreamStatus['state'], string>> = {
  idle: '',
  connecting: 'connecting …',
  open: 'connected',
  waiting: 'not connected, trying again',
  closed: 'closed',
};

/** One of the package's modes. Default: the page decides, or the server where the engine cannot run. */
function chosenMode(): Mode {
  const stored = read('shop.deciding');
  return modes.find((mode) => mode === stored) ?? 'fallback';
}

/** Without a sandbox, the footer has no switch and there is no stream to receive. */
function hasServer(): boolean {
  return document.getElementById('deciding') !== null;
}

/** Subscribes at the shop itself, which proxies the sandbox's stream: the page's policy allows no other origin. */
export function listenToServer(): void {
  if (!hasServer()) return;
  const subscription = subscribeToInterventions({
    endpoint: location.origin,
    mode: chosenMode(),
    attributeKeyTargets: { user_id: '/user_id' },
  });
  subscription.on('status', ({ state }) => {
    find('stream-status', HTMLElement).textContent = states[state];
  });
}

export function setUpDeciding(): void {
  if (!hasServer()) return;
  const select = find('deciding', HTMLSelectElement);
  select.value = chosenMode();
  select.addEventListener('change', () => {
    write('shop.deciding', select.value);
    location.reload();
  });
}
