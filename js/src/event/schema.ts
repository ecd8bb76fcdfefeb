// Addresses of Iglu schemas.

export interface Schema {
  vendor: string;
  name: string;
  format: string;
  version: string;
  /** Equal for schemas that enriched JSON keeps under one name. */
  key: string;
}

// Spells vendor, name and major version as Snowplow's enriched events do, so that a definition matches the same schemas
// here and in a warehouse.
export function schemaKey(vendor: string, name: string, majorVersion: string | number): string {
  const spell = (text: string): string => text.replace(/[.-]/g, '_').toLowerCase();
  return `${spell(vendor)}/${spell(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2'))}/${majorVersion}`;
}

/** Parsed addresses, in at most about a megabyte. A site has dozens of schemas with short names. */
const schemas = new Map<string, Schema | null>();

/** Returns the parts of a schema's address; null if `uri` is not one. */
export function schemaOf(uri: unknown): Schema | null {
  if (typeof uri !== 'string') return null;
  let schema = schemas.get(uri);
  if (schema === undefined) {
    schema = parseSchema(uri);
    if (schemas.size > 500) schemas.clear();
    if (uri.length < 500) schemas.set(uri, schema);
  }
  return schema;
}

function parseSchema(uri: string): Schema | null {
  const parts = /^iglu:([^/]+)\/([^/]+)\/([^/]+)\/((\d+)-\d+-\d+)$/.exec(uri);
  if (!parts) return null;
  const [, vendor = '', name = '', format = '', version = '', major = ''] = parts;
  return { vendor, name, format, version, key: schemaKey(vendor, name, major) };
}
