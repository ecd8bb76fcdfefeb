// Bundles of definitions, which engines load, here and in the browser.
import { createHash } from 'node:crypto';
import { forPages, type Bundle as PageBundle } from 'tripline/define';
import { isPublished, objectTypes, type ObjectType, type Registry, type StoredObject } from './registry.ts';
import type { Definition } from '../types.ts';

export type Bundle = Readonly<Record<ObjectType, readonly Definition[]>>;

export function bundleOf(objects: readonly StoredObject[]): Bundle {
  const bodies = (type: ObjectType) => objects.filter((object) => object.type === type).map(({ body }) => body);
  return Object.fromEntries(objectTypes.map((type) => [type, bodies(type)])) as unknown as Bundle;
}

export function publishedObjects(registry: Registry): StoredObject[] {
  return registry.all().filter(isPublished);
}

/**
 * Returns the bundle for browsers: published objects without owners, descriptions and the names of warehouse columns.
 */
export function publicBundle(registry: Registry): Bundle {
  // The engine has checked these objects, which is more than types could.
  const published = bundleOf(publishedObjects(registry)) as unknown as PageBundle;
  return forPages(published) as unknown as Bundle;
}

export function entityTag(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
}
