// Reads the attributes of a service. Loaded by pages that do.
import type { LocalEvaluator } from '../evaluator/evaluator.js';
import { idOf } from '../state/held-ids.js';
import { fetchUnderPolicy } from '../support/policy.js';
import { messageOf } from '../support/problem.js';
import { isProgram } from '../support/program-bytes.js';
import type { AttributeValue } from '../types.js';
import { addressOf, defaultPath } from './endpoint.js';
import type { TrackerSubscription } from './subscription.js';

/** The argument of `getServiceAttributes`. */
export interface ServiceAttributesRequest {
  /** The service's name. */
  name: string;
  /** The name of an attribute key, such as `domain_userid`. */
  attribute_key: string;
  /** The id whose attributes are read. A server takes UUIDs only. */
  identifier: string;
  /** The address of a server with public services. Default: that of the tracker's subscription. */
  endpoint?: string | undefined;
}

/** A service's attributes by name, and the identifier by the name of its attribute key. null: no value. */
export type ServiceAttributes = Record<string, AttributeValue | null>;

/** A tracker with the plugin. */
interface Host {
  evaluator: Pick<LocalEvaluator, 'ask' | 'bundle' | 'inspect' | 'isPaused' | 'visitor' | 'emit'>;
  subscription?: Pick<TrackerSubscription, 'options' | 'isEnded'>;
}

interface Service {
  name: string;
  attribute_groups: { name: string; version?: number | null }[];
}

/** Time limit for a server's response (ms). */
const longestRequest = 10_000;

/** Asks each tracker's page, then a server; null if no one has the attributes, after a warning. Never rejects. */
export async function serviceAttributes(
  hosts: readonly Host[],
  request: ServiceAttributesRequest,
): Promise<ServiceAttributes | null> {
  const { name, attribute_key, identifier } = Object(request) as ServiceAttributesRequest;
  if (![name, attribute_key, identifier].every((text) => typeof text === 'string' && text !== '')) {
    return refused(hosts, 'give {name, attribute_key, identifier}, each a string that is not empty');
  }
  let why = 'no tracker has the plugin';
  for (const { evaluator } of hosts) {
    const own = await ownAttributes(evaluator, request);
    if (typeof own !== 'string') return own;
    why = own;
  }
  if (hosts.some(({ evaluator }) => evaluator.visitor.isOptedOut)) return refused(hosts, 'the visitor has opted out');
  const address = serverOf(hosts, request);
  if (address === undefined) {
    return refused(hosts, `${why}, and there is no server to ask: give "endpoint", or call subscribeToInterventions`);
  }
  try {
    return await publicAttributes(address, request);
  } catch (cause) {
    return refused(hosts, `${why}, and ${address} has not returned it: ${messageOf(cause)}`, cause);
  }
}

/** Returns the attributes in this page, or why it does not have them. */
async function ownAttributes(
  evaluator: Host['evaluator'],
  { name, attribute_key, identifier }: ServiceAttributesRequest,
): Promise<ServiceAttributes | string> {
  const key = { name: attribute_key, id: identifier };
  const own = await evaluator.ask(evaluator.inspect, (engine, inspect) => {
    if (evaluator.isPaused) return undefined;
    if (isProgram(evaluator.bundle!)) return 'the page has a compiled program, which contains no services';
    const { services } = JSON.parse(new TextDecoder().decode(evaluator.bundle)) as { services?: Service[] | null };
    const service = services?.find((each) => each.name === name);
    if (!service) return 'the definitions of this page have no such service';
    const isHeld = evaluator.visitor.held.some((held) => held.name === key.name && held.id === idOf(key.id));
    if (!isHeld) return `this page does not hold the "${key.name}" "${key.id}"`;
    const values = service.attribute_groups.map(
      ({ name: group, version }) => inspect.attributes(engine, key, version ?? 1)[group],
    );
    if (values.every((each) => !each)) return `the service is not for the attribute key "${key.name}"`;
    return Object.assign({}, ...values, { [key.name]: key.id }) as ServiceAttributes;
  });
  return own ?? 'this page evaluates nothing';
}

/** Returns the address of the server's attributes; undefined if no server is known. */
function serverOf(hosts: readonly Host[], { endpoint }: ServiceAttributesRequest): string | undefined {
  const subscribed = hosts.find(({ subscription }) => subscription?.isEnded === false)?.subscription?.options;
  const given = endpoint === undefined ? subscribed : { endpoint };
  if (typeof given?.endpoint !== 'string') return undefined;
  const { apiPath = defaultPath } = given as { apiPath?: string };
  return addressOf(given.endpoint) + apiPath.replace(/[^/]*$/, 'get-online-attributes');
}

/** Reads a public service, which needs no token. The server returns a list for each attribute, as for many ids. */
async function publicAttributes(
  address: string,
  { name, attribute_key, identifier }: ServiceAttributesRequest,
): Promise<ServiceAttributes> {
  const response = await fetchUnderPolicy(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ attribute_keys: { [attribute_key]: [identifier] }, service: name }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(longestRequest),
  });
  if (!response.ok) throw new Error(`it answered with status ${response.status}`);
  const columns: unknown = await response.json();
  if (Object.prototype.toString.call(columns) !== '[object Object]')
    throw new Error('what it returned is not an object');
  return Object.fromEntries(
    Object.entries(columns as object).map(([column, values]: [string, unknown]) => [
      column,
      ((Array.isArray(values) ? values[0] : values) ?? null) as AttributeValue | null,
    ]),
  );
}

function refused(hosts: readonly Host[], why: string, cause?: unknown): null {
  const message = `Cannot read a service: ${why}.`;
  if (hosts[0]) hosts[0].evaluator.emit('warning', { code: 'stream', message, cause });
  else console.warn(`tripline: ${message}`);
  return null;
}
