// Registry objects in the form of the API's responses, which has more members than the SDK sends.
import { isDeepStrictEqual } from 'node:util';
import { isVersioned, nameOf, Registry, type ObjectName, type StoredObject } from './registry.ts';
import type { Definition } from '../types.ts';

/** Keys that exist without being created. */
export const builtInKeys: readonly StoredObject[] = [
  'domain_userid',
  'domain_sessionid',
  'network_userid',
  'user_id',
].map((name) => ({
  type: 'attribute_keys',
  body: { name, key: name, property: { type: 'atomic', name }, is_published: true },
}));

/** Returns a key's definition: the stored one, or that of a key which exists without one (rule 34). */
export function keyDefinition(registry: Registry, name: string): Definition | undefined {
  const known = registry.latest('attribute_keys', name) ?? builtInKeys.find(({ body }) => body.name === name);
  return known?.body ?? sessionKeys.find((key) => key.name === name);
}

/** True for a key that exists without being created. */
export function isBuiltInKey({ type, name }: ObjectName): boolean {
  return type === 'attribute_keys' && keyDefinition(new Registry(), name) !== undefined;
}

/** Returns the definition of the key that a group links, with what the link adds. A null of the link adds nothing. */
export function linkedKey(registry: Registry, link: Definition): Definition {
  return { ...keyDefinition(registry, link.name), ...withoutNulls(link) };
}

/** Keys of mobile trackers. */
const sessionKeys: readonly Definition[] = [
  ['client_session_user_id', 'userId'] as const,
  ['client_session_session_id', 'sessionId'] as const,
].map(([name, path]) => {
  const schema = { vendor: 'com.snowplowanalytics.snowplow', name: 'client_session', major_version: 1 };
  return { name, property: { type: 'entity', ...schema, path } };
});

export function responseOf(registry: Registry, { type, body, live }: StoredObject): object {
  switch (type) {
    case 'attribute_keys':
      return keyAnswer(body);
    case 'attribute_groups':
      return groupAnswer(registry, body);
    case 'event_logs':
      return { ...body, is_published: isDeepStrictEqual(live, body), has_published_version: live !== undefined };
    default:
      return body;
  }
}

/** Returns the stored form of an object. It has the defaults, so that equal definitions are deeply equal. */
export function normalised({ type, body }: StoredObject): StoredObject {
  if (type !== 'event_logs') {
    const version = isVersioned(type) ? { version: 1 } : {};
    return { type, body: { ...version, is_published: false, ...withoutNulls(body) } };
  }
  // The SDK publishes an event log by a call of its own. Logging reads a log as it is stored, at every level.
  const { is_published: _, has_published_version: __, ...rest } = withoutDeepNulls(body) as Definition;
  return { type, body: rest };
}

function keyAnswer(body: Definition): object {
  return { blobl_path: null, ...body };
}

function groupAnswer(registry: Registry, body: Definition): object {
  const key = body['attribute_key'] as Definition;
  const { version } = nameOf({ type: 'attribute_groups', body });
  return {
    online: true,
    offline: false,
    ...body,
    ...(Array.isArray(body['attributes']) && { attributes: body['attributes'].map(attributeAnswer) }),
    attribute_key: keyAnswer({ ...keyDefinition(registry, key.name), ...key }),
    attribute_key_or_name: key['key'] ?? key.name,
    feast_name: `${body.name}_v${version}`,
    full_name: `${body.name}_${version}`,
    stream_source_name: null,
    attribute_group_or_attribute_key_ttl: body['ttl'] ?? key['ttl'] ?? null,
  };
}

/** The SDK requires the list of events, which may be empty. */
function attributeAnswer(attribute: Definition): object {
  return { ...attribute, events: attribute['events'] ?? [] };
}

function withoutNulls(body: Definition): Definition {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Definition;
}

function withoutDeepNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDeepNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutDeepNulls(member)]));
}
