// `npx tripline pull`: the published definitions of a Signals registry, as one bundle.

import { readFileSync, writeFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;
type Definition = Record<string, unknown>;

const types = ['attribute_keys', 'attribute_groups', 'services', 'interventions', 'event_logs'];
const patience = 30_000;
const console = 'https://console.snowplowanalytics.com';
const keyNames = ['SP_API_KEY', 'SP_API_KEY_ID', 'SP_ORG_ID'];

/** Keys that definitions may name without defining them. */
const builtInKeys = new Set<unknown>(['domain_userid', 'domain_sessionid', 'network_userid', 'user_id']);

/** Members that a registry adds to definitions: names of its own, and times at which objects were written. */
const ofTheRegistry =
  /^(feast_name|full_name|has_published_version|stream_source_name|attribute_key_or_name|attribute_group_or_attribute_key_ttl|.*_(at|by))$/;

/** Writes the bundle to the file, or to standard output for `-`. Rejects with one sentence. */
export async function pull(url: string, file: string, environment: Environment): Promise<void> {
  const api = addressOf(url);
  const token = await tokenOf(environment);
  const lists = await Promise.all(types.map((type) => list(new URL(`registry/${type}/`, api), token)));
  const named = lists.map((objects, index) => [types[index]!, published(objects)] as const);
  const bundle = Object.fromEntries(named.filter(([type, objects]) => type !== 'event_logs' || objects.length > 0));
  const text = `${JSON.stringify(bundle, null, 2)}\n`;
  // Where nothing changed, the file keeps its time, so that nothing is built anew.
  if (file === '-' || contentOf(file) !== text) writeFileSync(file === '-' ? 1 : file, text);
}

function addressOf(url: string): URL {
  const address = safeAddress(url);
  return new URL(`${address.origin}${address.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '')}/api/v1/`);
}

/** Returns an address to which credentials may be sent. */
function safeAddress(url: string): URL {
  const address: URL | undefined = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !/^https?:$/.test(address.protocol)) {
    throw new Error(`'${url}' is not the address of a registry, such as https://example.signals.snowplowanalytics.com`);
  }
  if (address.username || address.password) {
    throw new Error('the address contains credentials; they come from the environment only');
  }
  if (address.protocol === 'http:' && !/^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname)) {
    throw new Error(`${address.origin} would get the credentials in clear; use https`);
  }
  return address;
}

/** A sandbox's token as it is, or one of Snowplow's Console for an API key. */
async function tokenOf(environment: Environment): Promise<string> {
  const { SP_SANDBOX_TOKEN: token, SP_API_KEY: key, SP_API_KEY_ID: keyId, SP_ORG_ID: organization } = environment;
  if (token) return token;
  if (!key || !keyId || !organization) {
    const missing = keyNames.filter((name) => !environment[name]).join(', ');
    throw new Error(`the environment lacks ${missing}; for a sandbox, set SP_SANDBOX_TOKEN`);
  }
  const address = new URL(
    `/api/msc/v1/organizations/${encodeURIComponent(organization)}/credentials/v3/token`,
    safeAddress(environment['SP_CONSOLE_URL'] ?? console),
  );
  const answer = await request(address, { 'X-API-Key': key, 'X-API-Key-Id': keyId });
  const { accessToken } = (answer ?? {}) as { accessToken?: unknown };
  if (typeof accessToken !== 'string') throw new Error(`${address.origin} returned no access token`);
  return accessToken;
}

/** A registry of an older release has no event logs. */
async function list(address: URL, token: string): Promise<Definition[]> {
  const ifMissing = address.pathname.endsWith('/event_logs/') ? [] : undefined;
  const objects = await request(address, { Authorization: `Bearer ${token}` }, ifMissing);
  if (Array.isArray(objects) && objects.every(isDefinition)) return objects;
  throw new Error(`${address.href} returned something other than a list of definitions; is this a registry?`);
}

function isDefinition(object: unknown): object is Definition {
  return typeof (object as Definition | null)?.['name'] === 'string';
}

async function request(address: URL, credentials: Record<string, string>, ifMissing?: unknown): Promise<unknown> {
  const headers = { Accept: 'application/json', 'X-Signals-Sdk-Name': 'tripline', ...credentials };
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, { headers, redirect: 'manual', signal: AbortSignal.timeout(patience) });
    text = await response.text();
  } catch (error) {
    throw new Error(`${address.href} cannot be reached: ${causeOf(error)}`, { cause: error });
  }
  const { status } = response;
  if (status === 401 || status === 403) throw new Error(`${address.origin} refuses the credentials (${status})`);
  if (status >= 300 && status < 400) {
    throw new Error(`${address.href} redirects to ${response.headers.get('Location') ?? 'nowhere'}; use that address`);
  }
  if (status === 404 && ifMissing !== undefined) return ifMissing;
  if (!response.ok) throw new Error(`${address.href} returned ${status}: ${text.slice(0, 200)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${address.href} returned something other than JSON; is this a registry?`);
  }
}

/** fetch() hides the reason in a chain of causes, and an attempt for each address of a host in a list. */
function causeOf(error: unknown): string {
  const { name, message, code, cause } = error as NodeJS.ErrnoException & { cause?: unknown };
  if (name === 'TimeoutError') return `no response within ${patience / 1000} seconds`;
  return cause ? causeOf(cause) : message || code || name;
}

/** The published ones, without the keys that are built in, in an order that depends on nothing else. */
function published(objects: Definition[]): Definition[] {
  return objects
    .filter((object) => (object['is_published'] ?? true) && !isBuiltIn(object))
    .sort((a, b) => compare(a['name'], b['name']) || Number(a['version'] ?? 1) - Number(b['version'] ?? 1))
    .map((object) => inOrder(object) as Definition);
}

function isBuiltIn({ name, property, ttl }: Definition): boolean {
  const { type, name: field } = (property ?? {}) as Definition;
  return builtInKeys.has(name) && type === 'atomic' && field === name && (ttl ?? null) === null;
}

function compare(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : Number(a !== b);
}

/** Members by name, the name and the version first; without those that are null or belong to the registry. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const rank = (member: string): number => ['version', 'name'].indexOf(member);
  const members = Object.entries(value)
    .filter(([member, content]) => content !== null && !ofTheRegistry.test(member))
    .sort(([a], [b]) => rank(b) - rank(a) || compare(a, b));
  return Object.fromEntries(members.map(([member, content]) => [member, inOrder(content)]));
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
