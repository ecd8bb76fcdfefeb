// What the sandbox knows: definitions, profiles, and the interventions of the last minutes. It changes by inputs alone,
// and has no clock, so the same inputs lead to the same state. An input on which the engine fails changes nothing: a trap
// leaves an engine's memory half changed, so a new one is built from the last checkpoint and the inputs since.
import { EngineError, loadEngine, stringAttributes, type Engine, type TriggeredIntervention } from 'tripline/engine';
import { bundleOf, publicBundle, publishedObjects } from '../registry/bundle.ts';
import type { Input, AttributeUpdate } from './inputs.ts';
import { ReplayBuffer, type ReplayEntry, type ReplayLimits } from '../stream/replay-buffer.ts';
import { Refusal } from '../support/refusal.ts';
import { Registry, type Change } from '../registry/registry.ts';
import type { Checkpoint, NumberedInput, StoredState } from './store.ts';
import { member, type DirectIntervention, type StreamedIntervention, type Target } from '../types.ts';

export interface StateLimits extends ReplayLimits {
  /** Profiles and marks of what was sent; the least recently used go first. */
  readonly profiles: number;
  readonly sentMarks: number;
}

/** What an input led to. */
export interface Outcome {
  readonly entries: readonly ReplayEntry[];
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

/** An input of the store on which the engine failed. */
export interface FailedInput extends NumberedInput {
  readonly error: unknown;
}

/** Loads engines. Tests have one whose engines fail. */
export type EngineLoader = typeof loadEngine;

const nothing: Outcome = { entries: [] };

export class SandboxState {
  readonly registry: Registry;
  readonly replayBuffer: ReplayBuffer;
  /** Ids that were forgotten since the last checkpoint: whoever stores one erases what else names them. */
  readonly forgotten: Target[] = [];
  readonly #limits: StateLimits;
  readonly #load: EngineLoader;
  /** The engine has the state of the base, and of the inputs since. */
  #base: Checkpoint;
  #since: Input[] = [];
  #engine: Engine;
  #isBroken = false;
  #publicBundle: string;

  private constructor(base: Checkpoint, replayBuffer: ReplayBuffer, engine: Engine, limits: StateLimits, load: EngineLoader) {
    this.registry = new Registry(base.objects);
    this.replayBuffer = replayBuffer;
    this.#base = base;
    this.#engine = engine;
    this.#limits = limits;
    this.#load = load;
    this.#publicBundle = JSON.stringify(publicBundle(this.registry));
  }

  /** The state that a store holds, and the inputs that could not be replayed. Rejects if its checkpoint cannot be read. */
  static async restore(
    stored: StoredState,
    limits: StateLimits,
    load: EngineLoader = loadEngine,
  ): Promise<{ state: SandboxState; failed: FailedInput[] }> {
    const state = await SandboxState.#at(stored.checkpoint, new ReplayBuffer(limits, stored.replayBuffer), limits, load);
    const failed: FailedInput[] = [];
    for (const { number, input } of stored.inputs) {
      await state.heal();
      try {
        await state.apply(input);
      } catch (error) {
        failed.push({ number, input, error });
      }
    }
    await state.heal();
    return { state, failed };
  }

  static async #at(checkpoint: Checkpoint | undefined, replayBuffer: ReplayBuffer, limits: StateLimits, load: EngineLoader): Promise<SandboxState> {
    const engine = await engineFor(new Registry(checkpoint?.objects), limits, load);
    if (checkpoint !== undefined) resume(engine, checkpoint.engine);
    const base = checkpoint ?? { engine: engine.snapshot(), objects: [] };
    return new SandboxState(base, replayBuffer, engine, limits, load);
  }

  /** The highest `now` so far (ms); far in the past at first. */
  get clock(): number {
    return this.#engine.clock ?? -Infinity;
  }

  /** Whether nothing can be read before `heal`. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** When an input of the kind `time` is due (ms). */
  get nextDeadline(): number {
    return this.#isBroken ? Infinity : this.#engine.nextDeadline;
  }

  /** What browsers load, as text. */
  get publicBundle(): string {
    return this.#publicBundle;
  }

  /** What a published group, or the first that has the attribute, reads for a target; null where there is no value. */
  attribute(target: Target, { group, version, attribute }: AttributeName): unknown {
    const groups = new Map(Object.entries(this.#reading(() => this.#engine.attributes(target, version))));
    const values = group === undefined ? [...groups.values()].find((each) => Object.hasOwn(each, attribute)) : groups.get(group);
    return member(values, attribute) ?? null;
  }

  checkpoint(): Checkpoint {
    const checkpoint = this.#reading(() => ({ engine: this.#engine.snapshot(), objects: this.registry.all() }));
    this.#rebase(checkpoint);
    return checkpoint;
  }

  /** Rejects with what the engine failed on; the state is as before, once it is healed. */
  async apply(input: Input): Promise<Outcome> {
    try {
      const outcome = await this.#take(input);
      this.#since.push(input);
      return outcome;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** After a failure: builds the engine anew. Rejects if that cannot be done; try again. No `apply` may be under way. */
  async heal(): Promise<void> {
    if (!this.#isBroken) return;
    // What the inputs led to has been kept and delivered when they came in.
    const twin = await SandboxState.#at(this.#base, new ReplayBuffer(this.#limits), this.#limits, this.#load);
    for (const input of this.#since) await twin.#take(input);
    const checkpoint = twin.checkpoint();
    this.#engine = twin.#engine;
    this.#isBroken = false;
    // The next failure need not go through these inputs again.
    this.#rebase(checkpoint);
  }

  #rebase(checkpoint: Checkpoint): void {
    this.#base = checkpoint;
    this.#since = [];
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  async #take(input: Input): Promise<Outcome> {
    switch (input.kind) {
      case 'event':
        return this.#sent(input.now, this.#engine.process(input.payload, input.now, { receivedAt: input.now }));
      case 'attributes':
        return this.#setAttributes(input.now, input.push);
      case 'time':
        return this.#sent(input.now, this.#engine.advance(input.now));
      case 'direct':
        return { entries: [this.replayBuffer.add(input.now, copiesOf(input.intervention, input.targets), false)] };
      case 'objects':
        return this.#change(input.now, input.changes);
      case 'forget':
        return this.#forget(input.target);
      case 'wake':
        this.#engine.restore(this.#engine.snapshot());
        return this.#sent(input.now, this.#engine.advance(input.now));
      case 'rebase':
        this.#engine.rebase(input.now);
        return nothing;
      case 'delivered':
        this.replayBuffer.markDelivered(input.numbers);
        return nothing;
      default:
        throw new TypeError('The store holds an input of an unknown kind.');
    }
  }

  #forget(target: Target): Outcome {
    const found = this.#engine.forget(target);
    this.replayBuffer.forget(target);
    this.forgotten.push(target);
    return { entries: [], found };
  }

  #setAttributes(now: number, { group, version, attribute_key, attributes }: AttributeUpdate): Outcome {
    try {
      const update = { group, attributeKey: attribute_key, attributes, ...(version !== undefined && { version }) };
      return this.#sent(now, this.#engine.setAttributes(update as Parameters<Engine['setAttributes']>[0], now));
    } catch (error) {
      if (error instanceof EngineError && error.code === 'options') return { entries: [], refusal: new Refusal(400, error.message) };
      throw error;
    }
  }

  /** Where what is published changes, the engine is loaded anew, and keeps what its definitions let it keep. */
  async #change(now: number, changes: readonly Change[]): Promise<Outcome> {
    const next = this.registry.with(changes);
    if (engineBundle(next) === engineBundle(this.registry)) {
      this.registry.apply(changes);
      return nothing;
    }
    const snapshot = this.#engine.snapshot();
    const engine = await engineFor(next, this.#limits, this.#load);
    engine.restore(snapshot);
    const fired = engine.advance(now);
    this.registry.apply(changes);
    // One that broke in the meantime, when an attribute was read, cannot even be released.
    if (!this.#isBroken) this.#engine.release();
    this.#engine = engine;
    this.#isBroken = false;
    this.#publicBundle = JSON.stringify(publicBundle(this.registry));
    return this.#sent(now, fired);
  }

  #sent(now: number, fired: readonly TriggeredIntervention[]): Outcome {
    if (fired.length === 0) return nothing;
    return { entries: groupCopies(fired).map((copies) => this.replayBuffer.add(now, copies, true)) };
  }
}

function engineBundle(registry: Registry): string {
  return JSON.stringify(bundleOf(publishedObjects(registry)));
}

function engineFor(registry: Registry, { profiles, sentMarks }: StateLimits, load: EngineLoader): Promise<Engine> {
  return load({ definitions: bundleOf(publishedObjects(registry)), limits: { profiles, sentMarks } });
}

/** Inputs are replayed as if the engine had never stopped, so nothing counts as missed in between. */
function resume(engine: Engine, snapshot: Uint8Array): void {
  engine.restore(snapshot);
  if (engine.clock !== undefined) engine.advance(engine.clock);
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
