// Applies a test's `change` and `remove` to definitions.

/** Returns a copy of the definitions with the values of `change`, and without those of `remove`. */
export function edited(definitions, { change = {}, remove = [] }) {
  if (typeof definitions === 'string') return definitions;
  const copy = structuredClone(definitions);
  for (const [pointer, value] of Object.entries(change)) {
    const { parent, key } = locate(copy, pointer);
    parent[key] = value;
  }
  for (const pointer of remove) {
    const { parent, key } = locate(copy, pointer);
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }
  return copy;
}

function locate(root, pointer) {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((each) => each.replace(/~1/g, '/').replace(/~0/g, '~'));
  const key = keys.pop();
  const parent = keys.reduce((value, each) => value?.[each], root);
  if (typeof parent !== 'object' || parent === null) throw new Error(`There is no ${pointer} to change.`);
  return { parent, key };
}
