// The definition objects that the sandbox holds, published or not.
import type { Definition } from '../types.ts';

/** The types that the engine reads. */
export const engineTypes = ['attribute_keys', 'attribute_groups', 'services', 'interventions'] as const;
/** In an order in which each type can refer to those before it. */
export const objectTypes = [...engineTypes, 'event_logs'] as const;
export type ObjectType = (typeof objectTypes)[number];

export interface StoredObject {
  readonly type: ObjectType;
  readonly body: Definition;
  /** The published form of an event log, whose `body` is the draft. Other types are published as they are. */
  readonly live?: Definition;
}

/** An object by its name; keys and services have no versions. */
export interface ObjectName {
  readonly type: ObjectType;
  readonly name: string;
  readonly version: number | undefined;
}

export type Change =
  { readonly kind: 'put'; readonly object: StoredObject } | { readonly kind: 'remove'; readonly object: ObjectName };

export function isVersioned(type: ObjectType): boolean {
  return type === 'attribute_groups' || type === 'interventions';
}

export function nameOf({ type, body }: StoredObject): ObjectName {
  return { type, name: body.name, version: isVersioned(type) ? Number(body['version'] ?? 1) : undefined };
}

export function isPublished({ type, body, live }: StoredObject): boolean {
  return type === 'event_logs' ? live !== undefined : body['is_published'] === true;
}

/** Returns an object with or without the publication of its body. */
export function withPublication({ type, body }: StoredObject, isPublished: boolean): StoredObject {
  if (type !== 'event_logs') return { type, body: { ...body, is_published: isPublished } };
  return isPublished ? { type, body, live: body } : { type, body };
}

export function describe({ type, name, version }: ObjectName): string {
  const words = {
    attribute_keys: 'Attribute key',
    attribute_groups: 'Attribute group',
    services: 'Service',
    interventions: 'Intervention',
    event_logs: 'Event log',
  };
  return `${words[type]} '${name}'${version === undefined ? '' : ` version ${version}`}`;
}

export class Registry {
  /** In the order of creation, which is the order of firing. */
  readonly #objects = new Map<string, StoredObject>();

  constructor(objects: Iterable<StoredObject> = []) {
    for (const object of objects) this.#objects.set(text(nameOf(object)), object);
  }

  get(name: ObjectName): StoredObject | undefined {
    return this.#objects.get(text(name));
  }

  /** The object of that name with the highest version. */
  latest(type: ObjectType, name: string): StoredObject | undefined {
    const versions = this.list(type).filter(({ body }) => body.name === name);
    return versions.sort((a, b) => nameOf(b).version! - nameOf(a).version!)[0];
  }

  list(type: ObjectType): StoredObject[] {
    return this.all().filter((object) => object.type === type);
  }

  all(): StoredObject[] {
    return [...this.#objects.values()];
  }

  /** Returns a registry with these changes; this one does not change. */
  with(changes: readonly Change[]): Registry {
    const next = new Registry(this.all());
    next.apply(changes);
    return next;
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'put') this.#objects.set(text(nameOf(change.object)), change.object);
      else this.#objects.delete(text(change.object));
    }
  }
}

function text({ type, name, version }: ObjectName): string {
  return `${type}/${name}/${version ?? ''}`;
}
