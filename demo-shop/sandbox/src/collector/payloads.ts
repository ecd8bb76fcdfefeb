// Reads the tracker payloads of a request, one for each event, and counts malformed events.
import { randomUUID } from 'node:crypto';
import { nilUuid, type TrackerPayload } from '../types.ts';

export interface ReadPayloads {
  readonly payloads: readonly TrackerPayload[];
  readonly malformed: number;
}

/** Facts that the request itself carries, not its events. */
export interface RequestFacts {
  readonly networkUserId: string;
  readonly userAgent: string | undefined;
}

const kinds = new Set(['pv', 'pp', 'se', 'ue', 'tr', 'ti', 'ad']);

/** A POST's body: one payload_data with a list of events. */
export function readBody(text: string, facts: RequestFacts): ReadPayloads {
  const body = parse(text) as { schema?: unknown; data?: unknown } | undefined;
  const isPayloadData = typeof body?.schema === 'string' && body.schema.includes('/payload_data/');
  return isPayloadData && Array.isArray(body.data) ? readAll(body.data, facts) : { payloads: [], malformed: 1 };
}

/** A GET's query: one event. */
export function readQuery(query: string, facts: RequestFacts): ReadPayloads {
  return readAll([Object.fromEntries(new URLSearchParams(query))], facts);
}

function readAll(events: readonly unknown[], facts: RequestFacts): ReadPayloads {
  const wellFormed = events.filter(isPayload);
  return {
    payloads: wellFormed.map((payload) => complete(payload, facts)),
    malformed: events.length - wellFormed.length,
  };
}

function isPayload(event: unknown): event is TrackerPayload {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return false;
  const payload = event as TrackerPayload;
  return (
    kinds.has(String(payload['e'])) &&
    Object.values(payload).every((value) => typeof value === 'string' || typeof value === 'number') &&
    isJson(payload['ue_pr']) &&
    isJson(payload['co']) &&
    isJson(decoded(payload['ue_px'])) &&
    isJson(decoded(payload['cx']))
  );
}

/** An event without an id gets one here, not in the engine, so that a replay has the same id. */
function complete(payload: TrackerPayload, { networkUserId, userAgent }: RequestFacts): TrackerPayload {
  return {
    ...(userAgent !== undefined && { ua: userAgent }),
    nuid: networkUserId,
    ...payload,
    eid: payload['eid'] === nilUuid ? randomUUID() : payload['eid'] || randomUUID(),
  };
}

function isJson(text: unknown): boolean {
  return text === undefined || (typeof text === 'string' && parse(text) !== undefined);
}

function decoded(text: unknown): unknown {
  return typeof text === 'string' ? Buffer.from(text, 'base64url').toString() : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
