// Checks of a service that its attributes have in the API, but not in the engine.
import type { Fault } from '../support/refusal.ts';
import { nameOf, type ObjectName, type Registry, type StoredObject } from './registry.ts';
import type { Definition } from '../types.ts';

/** Values of `access_mode`: only callers with a token may read a service, or everybody may. */
const accessModes = ['authenticated', 'public'];

export function isPublic({ body }: StoredObject): boolean {
  return body['access_mode'] === 'public';
}

/** The names of a group's attributes or fields. */
export function attributeNames({ body }: StoredObject): string[] {
  const members = (body['attributes'] ?? body['fields'] ?? []) as Definition[];
  return members.map(({ name }) => name);
}

/** The groups that a service names, in the versions that it names; a version that is absent or null is 1. */
export function groupLinks(service: Definition): ObjectName[] {
  const links = (service['attribute_groups'] ?? []) as Definition[];
  return links.map((body) => nameOf({ type: 'attribute_groups', body }));
}

/** A response names an attribute without its group, so two groups of a service may not have one of the same name. */
export function attributeClashes(registry: Registry, { body }: StoredObject): Fault[] {
  const mode = body['access_mode'];
  if (mode !== undefined && !accessModes.includes(String(mode))) {
    return [fault(['access_mode'], `'access_mode' must be ${accessModes.map((each) => `'${each}'`).join(' or ')}.`)];
  }
  const groups = new Map<string, string>();
  return groupsOf(registry, body).flatMap(({ group, index }) =>
    attributeNames(group).flatMap((name) => {
      const own = `'${group.body.name}' version ${nameOf(group).version}`;
      const other = groups.get(name);
      groups.set(name, other ?? own);
      if (other === undefined) return [];
      const message = `${other} and ${own} both have an attribute '${name}'. Rename one, or leave out a group.`;
      return [fault(['attribute_groups', index], message)];
    }),
  );
}

function groupsOf(registry: Registry, service: Definition): { group: StoredObject; index: number }[] {
  return groupLinks(service).flatMap((link, index) => {
    const group = registry.get(link);
    return group === undefined ? [] : [{ group, index }];
  });
}

function fault(at: readonly (string | number)[], msg: string): Fault {
  return { loc: ['body', ...at], msg, type: 'value_error' };
}
