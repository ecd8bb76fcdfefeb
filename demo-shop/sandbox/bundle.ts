// A bundle of definitions: what engines load, here and in the browser.
import { createHash } from 'node:crypto';
import { isPublished, objectTypes, type ObjectType, type Registry, type StoredObject } from './registry.ts';
import type { Definition } from './types.ts';

export type Bundle = Readonly<Record<ObjectType, readonly Definition[]>>;

export function bundleOf(objects: readonly StoredObject[]): Bundle {
  const bodies = (type: ObjectType) => objects.filter((object) => object.type === type).map(({ body }) => body);
  return Object.fromEntries(objectTypes.map((type) => [type, bodies(type)])) as unknown as Bundle;
}

export function publishedObjects(registry: Registry): StoredObject[] {
  return registry.all().filter(isPublished);
}

/** What a browser may see: published objects without owners, descriptions and the names of warehouses. */
export function publicBundle(registry: Registry): Bundle {
  return strip(bundleOf(publishedObjects(registry))) as Bundle;
}

export function entityTag(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}

const privateMembers = new Set(['owner', 'description', 'batch_source', 'external_column']);

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !privateMembers.has(name));
  return Object.fromEntries(members.map(([name, member]) => [name, strip(member)]));
}
