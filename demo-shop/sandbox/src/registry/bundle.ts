// Bundles of definitions, which engines load, here and in the browser.
import { createHash } from 'node:crypto';
import type { Diagnostic } from 'tripline/engine';
import { forPages, type Bundle as PageBundle } from 'tripline/define';
import {
  engineTypes,
  isPublished,
  objectTypes,
  type ObjectType,
  type Registry,
  type StoredObject,
} from './registry.ts';
import type { Definition } from '../types.ts';

/** Returns the engine's diagnostics for a bundle. */
export type Check = (bundle: Bundle) => Promise<readonly Diagnostic[]>;

export type Bundle = Readonly<Partial<Record<ObjectType, readonly Definition[]>>>;

/** Returns the bundle for engines, which know nothing of event logs. */
export function bundleOf(objects: readonly StoredObject[], types: readonly ObjectType[] = engineTypes): Bundle {
  const bodies = (type: ObjectType) => objects.filter((object) => object.type === type).map(({ body }) => body);
  return Object.fromEntries(types.map((type) => [type, bodies(type)]));
}

/** Returns the published objects, event logs in their published form. */
export function publishedObjects(registry: Registry): StoredObject[] {
  const published = registry.all().filter(isPublished);
  return published.map(({ type, body, live = body }) => ({ type, body: live }));
}

/**
 * Returns the bundle for browsers: published objects without owners, descriptions and the names of warehouse columns.
 */
export function publicBundle(registry: Registry): Bundle {
  // The engine has checked these objects, which is more than types could.
  const published = bundleOf(publishedObjects(registry), objectTypes) as unknown as PageBundle;
  return forPages(published) as unknown as Bundle;
}

export function entityTag(content: string | Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
}
