// JSON schemas of requests and responses. They validate, and they make up the OpenAPI document.
import { longestId } from '../types.ts';

const name = { type: 'string', pattern: '^[A-Za-z0-9_]+$', minLength: 1, maxLength: 128 } as const;
const identifier = { type: 'string', minLength: 1, maxLength: longestId } as const;
const anyObject = { type: 'object', additionalProperties: true } as const;
const version = { type: 'integer', minimum: 0, maximum: 1_000_000 } as const;

export const target = {
  type: 'object',
  required: ['name', 'id'],
  properties: { name, id: identifier },
} as const;

// ---- errors ------------------------------------------------------------------------------------

export const errorAnswer = { type: 'object', required: ['error'], properties: { error: { type: 'string' } } } as const;

export const servingRefusals = { '4xx': errorAnswer, '5xx': errorAnswer } as const;

const registryError = {
  type: 'object',
  required: ['detail'],
  properties: {
    detail: {
      anyOf: [
        { type: 'string' },
        {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              loc: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
              msg: { type: 'string' },
              type: { type: 'string' },
            },
          },
        },
      ],
    },
  },
} as const;

export const registryRefusals = { '4xx': registryError, '5xx': registryError } as const;

// ---- registry ----------------------------------------------------------------------------------

/** The engine checks the rest of a definition. */
export const objectBody = {
  type: 'object',
  required: ['name'],
  additionalProperties: true,
  properties: { name, version, is_published: { type: 'boolean' } },
} as const;

export const objectParameters = {
  type: 'object',
  required: ['name'],
  properties: { name, version: { type: 'string' } },
} as const;

const flag = { type: 'string', enum: ['true', 'false'] } as const;
export const listQuery = {
  type: 'object',
  properties: { applied: flag, online: flag, offline: flag, attribute_key_or_name: { type: 'string' } },
} as const;

export const registryAnswer = anyObject;
export const registryList = { type: 'array', items: anyObject } as const;
export const okAnswer = { type: 'object', properties: { ok: { type: 'boolean' } } } as const;

const reference = { type: 'object', required: ['name'], properties: { name } } as const;
const versionedReference = {
  type: 'object',
  required: ['name', 'version'],
  properties: { name, version },
} as const;
const anyList = { type: 'array' } as const;

/** Objects to publish or unpublish, by name. */
export const publicationBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    attribute_keys: { type: 'array', items: reference },
    attribute_groups: { type: 'array', items: versionedReference },
    services: { type: 'array', items: reference },
    interventions: { type: 'array', items: versionedReference },
    event_logs: { type: 'array', items: reference },
    agentic_decisions: anyList,
    agentic_attributes: anyList,
  },
} as const;

export const publicationAnswer = { type: 'object', properties: { status: { type: 'string' } } } as const;

export const templatesAnswer = {
  type: 'object',
  properties: { templates: { type: 'array', items: anyObject } },
} as const;

// ---- attributes --------------------------------------------------------------------------------

export const readAttributesBody = {
  type: 'object',
  required: ['attribute_keys'],
  properties: {
    attribute_keys: {
      type: 'object',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: { type: 'array', items: identifier, minItems: 1 },
    },
    service: name,
    attributes: { type: 'array', items: { type: 'string', maxLength: 280 }, minItems: 1, maxItems: 1000 },
    full_attribute_names: { type: 'boolean' },
  },
} as const;

/** A column for each attribute, with an entry for each identifier. */
export const columns = { type: 'object', additionalProperties: { type: 'array', items: {} } } as const;

export const attributeUpdateBody = {
  type: 'object',
  required: ['group', 'attribute_key', 'attributes'],
  additionalProperties: false,
  properties: { group: name, version, attribute_key: target, attributes: anyObject },
} as const;

export const profileParameters = {
  type: 'object',
  properties: { attribute_key: name, identifier },
} as const;

export const forgottenAnswer = {
  type: 'object',
  properties: { keys_found: { type: 'integer' }, message: { type: 'string' } },
} as const;

export const eventLogQuery = {
  type: 'object',
  required: ['name', 'identifier'],
  properties: { name, identifier, format: { type: 'string', enum: ['json', 'narrative'] } },
} as const;

// ---- testing -----------------------------------------------------------------------------------

export const testGroupBody = {
  type: 'object',
  required: ['attribute_group'],
  properties: {
    attribute_group: { ...objectBody, required: ['name', 'attribute_key', 'attributes'] },
    app_ids: { type: 'array', items: { type: 'string' } },
    window: { type: 'string', maxLength: 40 },
    attribute_key_ids: { type: 'array', items: identifier, maxItems: 100 },
  },
} as const;

export const testInterventionBody = {
  type: 'object',
  required: ['intervention'],
  properties: {
    intervention: { ...objectBody, required: ['name', 'criteria'] },
    app_ids: { type: 'array', items: { type: 'string' } },
    window: { type: 'string', maxLength: 40 },
  },
} as const;

export const testInterventionAnswer = {
  type: 'object',
  properties: {
    scanned_count: { type: 'integer' },
    matched_count: { type: 'integer' },
    matches: { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
  },
} as const;

// ---- interventions -----------------------------------------------------------------------------

/** Attribute keys and ids: `?domain_userid=…&domain_sessionid=…`. Names may occur more than once. */
export const targetsQuery = { type: 'object', additionalProperties: true } as const;

export const directInterventionBody = {
  type: 'object',
  required: ['name', 'version'],
  properties: {
    // Both are free since SDK 0.4.4.
    intervention_id: { type: 'string', minLength: 1, maxLength: 1024 },
    name: { type: 'string', minLength: 1, maxLength: 1024 },
    version,
    attributes: { type: 'object', additionalProperties: { type: 'string' } },
    target_attribute_key: target,
  },
} as const;

export const deliveryAnswer = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['success', 'undelivered', 'failure'] },
    intervention_id: { type: 'string' },
  },
} as const;

export const testInterventionParameters = { type: 'object', properties: { name } } as const;
