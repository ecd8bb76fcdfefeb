// The reason why a request is refused. Messages say what to do. They never repeat an id, a token, a query or a value of
// an event, since they end up in logs. The API has two shapes for them.

/** An error in a body; `loc` is its place, as a list of member names and indices. */
export interface Fault {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly detail: string | readonly Fault[],
  ) {
    super(typeof detail === 'string' ? detail : detail.map(({ msg }) => msg).join('; '));
  }
}

/** True for the calls that manage definitions: the registry, its engines, datasets and warehouse tables. */
export function isManagement(path: string): boolean {
  return /^\/+api\/+v1\/+(registry|engines|datasets|warehouse)\//.test(path);
}

/** `{"detail": …}` in calls that manage definitions, `{"error": "…"}` elsewhere. */
export function refusalBody(path: string, refusal: Refusal): object {
  return isManagement(path) ? { detail: refusal.detail } : { error: refusal.message };
}
