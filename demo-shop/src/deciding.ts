// Who decides which intervention fires: this page, the server whose stream it listens to, or both.
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

/** The package's modes; in the page, with the server where the engine cannot run, if the visitor has not chosen. */
function chosenMode(): Mode {
  const stored = read('shop.deciding');
  return modes.find((mode) => mode === stored) ?? 'fallback';
}

/** A shop without a sandbox has no switch, and nobody to listen to. */
function hasServer(): boolean {
  return document.getElementById('deciding') !== null;
}

/** The shop hands the stream on to its sandbox, so the page's policy needs no other address. */
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
