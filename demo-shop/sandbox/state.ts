// What the sandbox knows: definitions, profiles, and the interventions of the last minutes. It changes by inputs alone,
// and has no clock, so the same inputs lead to the same state.
import { EngineError, loadEngine, stringAttributes, type Engine, type TriggeredIntervention } from 'tripline/engine';
import { bundleOf, publicBundle, publishedObjects } from './bundle.ts';
import type { Input, Push } from './inputs.ts';
import { Outbox, type OutboxEntry, type OutboxLimits } from './outbox.ts';
import { Refusal } from './refusal.ts';
import { Registry, type Change } from './registry.ts';
import type { Checkpoint, StoredState } from './store.ts';
import type { DirectIntervention, StreamedIntervention, Target } from './types.ts';

export interface StateLimits extends OutboxLimits {
  /** Profiles and marks of what was sent; the least recently used go first. */
  readonly profiles: number;
  readonly sentMarks: number;
}

/** What an input led to. */
export interface Outcome {
  readonly entries: readonly OutboxEntry[];
  readonly refusal?: Refusal;
  /** Whether there was something to forget. */
  readonly found?: boolean;
}

/** An attribute of one version of a group; without a version, of the highest that is published. */
export interface AttributeName {
  readonly group: string | undefined;
  readonly version: number | undefined;
  readonly attribute: string;
}

const nothing: Outcome = { entries: [] };

export class State {
  readonly registry: Registry;
  readonly outbox: Outbox;
  readonly #limits: StateLimits;
  #engine: Engine;
  #publicBundle: string;

  private constructor(registry: Registry, outbox: Outbox, engine: Engine, limits: StateLimits) {
    this.registry = registry;
    this.outbox = outbox;
    this.#engine = engine;
    this.#limits = limits;
    this.#publicBundle = JSON.stringify(publicBundle(registry));
  }

  /** The state that a store holds. */
  static async restore(stored: StoredState, limits: StateLimits): Promise<State> {
    const registry = new Registry(stored.checkpoint?.objects);
    const engine = await engineFor(registry, limits);
    if (stored.checkpoint !== undefined) resume(engine, stored.checkpoint.engine);
    const state = new State(registry, new Outbox(limits, stored.outbox), engine, limits);
    for (const input of stored.inputs) await state.apply(input);
    return state;
  }

  /** The highest `now` so far (ms); far in the past at first. */
  get clock(): number {
    return this.#engine.clock;
  }

  /** When an input of the kind `time` is due (ms). */
  get nextDeadline(): number {
    return this.#engine.nextDeadline;
  }

  /** What browsers load, as text. */
  get publicBundle(): string {
    return this.#publicBundle;
  }

  /** What a published group, or the first that has the attribute, reads for a target; null where there is no value. */
  attribute(target: Target, { group, version, attribute }: AttributeName): unknown {
    const groups = this.#engine.attributes(target, version);
    const owner = group ?? Object.keys(groups).find((name) => attribute in groups[name]!);
    return (owner === undefined ? undefined : groups[owner]?.[attribute]) ?? null;
  }

  checkpoint(): Checkpoint {
    return { engine: this.#engine.snapshot(), objects: this.registry.all() };
  }

  /** After a time in which no sandbox ran: what became true in the meantime fires if it still holds (rule 12). */
  wake(now: number): void {
    this.#engine.restore(this.#engine.snapshot());
    this.#sent(now, this.#engine.advance(now));
  }

  async apply(input: Input): Promise<Outcome> {
    switch (input.kind) {
      case 'event':
        return this.#sent(input.now, this.#engine.process(input.payload, input.now));
      case 'attributes':
        return this.#push(input.now, input.push);
      case 'time':
        return this.#sent(input.now, this.#engine.advance(input.now));
      case 'direct':
        return { entries: [this.outbox.add(input.now, copiesOf(input.intervention, input.targets), false)] };
      case 'objects':
        return this.#change(input.now, input.changes);
      case 'forget':
        this.outbox.forget(input.target);
        return { entries: [], found: this.#engine.forget(input.target) };
      case 'rebase':
        this.#engine.rebase(input.now);
        return nothing;
      case 'delivered':
        this.outbox.markDelivered(input.numbers);
        return nothing;
    }
  }

  #push(now: number, { group, version, attribute_key, attributes }: Push): Outcome {
    try {
      const push = { group, attributeKey: attribute_key, attributes, ...(version !== undefined && { version }) };
      return this.#sent(now, this.#engine.push(push as Parameters<Engine['push']>[0], now));
    } catch (error) {
      if (error instanceof EngineError && error.code === 'options') return { entries: [], refusal: new Refusal(400, error.message) };
      throw error;
    }
  }

  /** Where what is published changes, the engine is loaded anew, and keeps what its definitions let it keep. */
  async #change(now: number, changes: readonly Change[]): Promise<Outcome> {
    const before = engineBundle(this.registry);
    this.registry.apply(changes);
    if (engineBundle(this.registry) === before) return nothing;
    const engine = await engineFor(this.registry, this.#limits);
    engine.restore(this.#engine.snapshot());
    this.#engine.release();
    this.#engine = engine;
    this.#publicBundle = JSON.stringify(publicBundle(this.registry));
    return this.#sent(now, engine.advance(now));
  }

  #sent(now: number, fired: readonly TriggeredIntervention[]): Outcome {
    if (fired.length === 0) return nothing;
    return { entries: groupCopies(fired).map((copies) => this.outbox.add(now, copies, true)) };
  }
}

function engineBundle(registry: Registry): string {
  return JSON.stringify(bundleOf(publishedObjects(registry)));
}

function engineFor(registry: Registry, { profiles, sentMarks }: StateLimits): Promise<Engine> {
  return loadEngine({ definitions: bundleOf(publishedObjects(registry)), limits: { profiles, sentMarks } });
}

/** Inputs are replayed as if the engine had never stopped, so nothing counts as missed in between. */
function resume(engine: Engine, snapshot: Uint8Array): void {
  engine.restore(snapshot);
  if (engine.clock > 0) engine.advance(engine.clock);
}

function groupCopies(fired: readonly TriggeredIntervention[]): StreamedIntervention[][] {
  const groups = new Map<string, StreamedIntervention[]>();
  for (const { triggered_at: _, ...intervention } of fired) {
    const copy = { ...intervention, attributes: stringAttributes(intervention.attributes) };
    const group = groups.get(copy.intervention_id) ?? [];
    groups.set(copy.intervention_id, [...group, copy]);
  }
  return [...groups.values()];
}

/** A direct intervention names its target itself, or is for each one that it was sent to. */
function copiesOf(intervention: DirectIntervention, targets: readonly Target[]): StreamedIntervention[] {
  return targets.map((target) => ({ ...intervention, target_attribute_key: target }));
}
