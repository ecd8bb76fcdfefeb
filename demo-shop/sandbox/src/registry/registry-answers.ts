// Registry objects in the form of the API's responses, which has more members than the SDK sends.
import { isVersioned, nameOf, type Registry, type StoredObject } from './registry.ts';
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

export function answerOf(registry: Registry, { type, body }: StoredObject): object {
  if (type === 'attribute_keys') return keyAnswer(body);
  if (type === 'attribute_groups') return groupAnswer(registry, body);
  return body;
}

/** Returns the stored form of an object. It has the defaults, so that equal definitions are deeply equal. */
export function normalised({ type, body }: StoredObject): StoredObject {
  const version = isVersioned(type) ? { version: 1 } : {};
  return { type, body: { ...version, is_published: false, ...withoutNulls(body) } };
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
    attribute_key: keyAnswer({ ...keyDefinition(registry, key.name), ...key }),
    attribute_key_or_name: key['key'] ?? key.name,
    feast_name: `${body.name}_v${version}`,
    full_name: `${body.name}_${version}`,
    stream_source_name: null,
    attribute_group_or_attribute_key_ttl: body['ttl'] ?? key['ttl'] ?? null,
  };
}

function keyDefinition(registry: Registry, name: string): Definition | undefined {
  const known = registry.latest('attribute_keys', name) ?? builtInKeys.find(({ body }) => body.name === name);
  return known?.body;
}

function withoutNulls(body: Definition): Definition {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Definition;
}
