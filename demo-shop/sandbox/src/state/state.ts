// The state of a sandbox: definitions, profiles, and the interventions of the last minutes. Only inputs change it, and
// it has no clock, so the same inputs lead to the same state. An input on which the engine fails changes nothing: a
// trap leaves an engine's memory half changed, so a new engine is built from the last checkpoint and the inputs since.
import {
  EngineError,
  loadEngine,
  stringAttributes,
  type Engine,
  type EventLogDefinition,
  type TriggeredIntervention,
} from 'tripline/engine';
import { bundleOf, publicBundle, publishedObjects } from '../registry/bundle.ts';
import { EventLogs, type EventLogLimits } from './event-logs.ts';
import type { Input, AttributeUpdate } from './inputs.ts';
import { ReplayBuffer, type ReplayEntry, type ReplayLimits } from '../stream/replay-buffer.ts';
import { Refusal } from '../support/refusal.ts';
import { isPublished, nameOf, Registry, type Change } from '../registry/registry.ts';
import type { Checkpoint, NumberedInput, StoredState } from './store.ts';
import { jsonBytes } from '../support/json-bytes.ts';
import {
  engineId,
  member,
  type DirectIntervention,
  type StreamedIntervention,
  type Target,
  type TrackerPayload,
} from '../types.ts';

export interface StateLimits extends ReplayLimits, EventLogLimits {
  /** Profiles and marks of what was sent; the least recently used go first. */
  readonly profiles: number;
  readonly sentMarks: number;
}

/** The effect of an input. */
export interface Outcome {
  readonly entries: readonly ReplayEntry[];
  readonly refusal?: Refusal;
  /** For `forget`: true if the engine had a profile to forget. */
  readonly found?: boolean;
}

/** An attribute of one version of a group; without a version, of the highest published one. */
export interface AttributeName {
  readonly group: string | undefined;
  readonly version: number | undefined;
  readonly attribute: string;
}

/** An input of the store on which the engine failed. */
export interface FailedInput extends NumberedInput {
  readonly error: unknown;
}

/** Loads engines. Tests pass one whose engines fail. */
export type EngineLoader = typeof loadEngine;

/** At a start, the inputs since the last checkpoint take this much of memory at most (bytes). */
const longestReplay = 16 * 1024 * 1024;

const nothing: Outcome = { entries: [] };

export class SandboxState {
  readonly registry: Registry;
  readonly replayBuffer: ReplayBuffer;
  readonly eventLogs: EventLogs;
  /** Ids that were forgotten since the last checkpoint. The next checkpoint erases dead letters that name them. */
  readonly forgotten: Target[] = [];
  readonly #limits: StateLimits;
  readonly #load: EngineLoader;
  /** The engine has the state of the base, and of the inputs since. */
  #base: Checkpoint;
  #since: Input[] = [];
  #engine: Engine;
  #isBroken = false;
  /** Of the registry's content, derived. */
  #publicBundle!: string;
  #publishedLogs!: readonly EventLogDefinition[];

  private constructor(
    base: Checkpoint,
    replayBuffer: ReplayBuffer,
    engine: Engine,
    limits: StateLimits,
    load: EngineLoader,
  ) {
    this.registry = new Registry(base.objects);
    this.replayBuffer = replayBuffer;
    this.#base = base;
    this.#engine = engine;
    this.#limits = limits;
    this.#load = load;
    this.eventLogs = new EventLogs(limits, base.eventLogs);
    this.#derive();
  }

  /** Returns the stored state, and the inputs that could not be replayed. Rejects if the checkpoint cannot be read. */
  static async restore(
    stored: StoredState,
    limits: StateLimits,
    load: EngineLoader = loadEngine,
  ): Promise<{ state: SandboxState; failed: FailedInput[] }> {
    const state = await SandboxState.#at(
      stored.checkpoint,
      new ReplayBuffer(limits, stored.replayBuffer),
      limits,
      load,
    );
    const failed: FailedInput[] = [];
    let bytes = 0;
    for (const { number, input } of stored.inputs) {
      await state.heal();
      bytes += jsonBytes(input);
      if (bytes > longestReplay) {
        state.checkpoint();
        bytes = 0;
      }
      try {
        await state.apply(input);
      } catch (error) {
        failed.push({ number, input, error });
      }
    }
    await state.heal();
    return { state, failed };
  }

  static async #at(
    checkpoint: Checkpoint | undefined,
    replayBuffer: ReplayBuffer,
    limits: StateLimits,
    load: EngineLoader,
  ): Promise<SandboxState> {
    const engine = await engineFor(new Registry(checkpoint?.objects), limits, load);
    if (checkpoint !== undefined) resume(engine, checkpoint.engine);
    const base = checkpoint ?? { engine: engine.snapshot(), objects: [], eventLogs: [] };
    return new SandboxState(base, replayBuffer, engine, limits, load);
  }

  /** The highest `now` of an input so far (ms); -Infinity before the first. */
  get clock(): number {
    return this.#engine.clock ?? -Infinity;
  }

  /** True from a failure of the engine until `heal`: nothing can be read. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** The time at which an input of the kind `time` is due (ms). */
  get nextDeadline(): number {
    return this.#isBroken ? Infinity : this.#engine.nextDeadline;
  }

  /** The bundle for browsers, as JSON. */
  get publicBundle(): string {
    return this.#publicBundle;
  }

  /** The value in a published group, or in the first group that has the attribute; null if there is no value. */
  attribute(target: Target, { group, version, attribute }: AttributeName): unknown {
    const groups = new Map(Object.entries(this.#reading(() => this.#engine.attributes(target, version))));
    const values =
      group === undefined ? [...groups.values()].find((each) => Object.hasOwn(each, attribute)) : groups.get(group);
    return member(values, attribute) ?? null;
  }

  /** The published event log of that name. */
  publishedLog(name: string): EventLogDefinition | undefined {
    return this.#publishedLogs.find((log) => log.name === name);
  }

  checkpoint(): Checkpoint {
    const checkpoint = this.#reading(() => ({
      engine: this.#engine.snapshot(),
      objects: this.registry.all(),
      eventLogs: this.eventLogs.snapshot(this.clock),
    }));
    this.#rebase(checkpoint);
    return checkpoint;
  }

  /** Rejects with the engine's error. The state is then as before, after `heal`. */
  async apply(input: Input): Promise<Outcome> {
    try {
      const outcome = await this.#run(input);
      this.#since.push(input);
      return outcome;
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }

  /** Builds the engine anew after a failure. If it rejects, call it again. Do not call it during an `apply`. */
  async heal(): Promise<void> {
    if (!this.#isBroken) return;
    // The interventions of these inputs have been kept and delivered before, so this replay buffer is thrown away.
    const twin = await SandboxState.#at(this.#base, new ReplayBuffer(this.#limits), this.#limits, this.#load);
    for (const input of this.#since) await twin.#run(input);
    const checkpoint = twin.checkpoint();
    this.#engine = twin.#engine;
    this.#isBroken = false;
    // After the next failure, these inputs need no second replay.
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

  async #run(input: Input): Promise<Outcome> {
    switch (input.kind) {
      case 'event':
        return this.#process(input.now, input.payload);
      case 'attributes':
        return this.#setAttributes(input.now, input.update);
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
        this.eventLogs.rebase(input.now);
        return nothing;
      case 'delivered':
        this.replayBuffer.markDelivered(input.numbers);
        return nothing;
      default:
        throw new TypeError('The store holds an input of an unknown kind.');
    }
  }

  #process(now: number, payload: TrackerPayload): Outcome {
    const fired = this.#engine.process(payload, now, { receivedAt: now });
    // Only now: an event on which the engine fails changes nothing.
    this.eventLogs.add(this.#publishedLogs, payload, now);
    return this.#sent(now, fired);
  }

  #forget(target: Target): Outcome {
    // The id as it was sent, and as the engine has read it from an event.
    const ids = new Set([target.id, engineId(target.id)]);
    const targets = [...ids].map((id) => ({ ...target, id }));
    const found = targets.map((each) => this.#engine.forget(each)).includes(true);
    for (const each of targets) this.replayBuffer.forget(each);
    this.eventLogs.forget(target);
    this.forgotten.push(target);
    return { entries: [], found };
  }

  #setAttributes(now: number, { group, version, attribute_key, attributes }: AttributeUpdate): Outcome {
    try {
      const update = { group, attributeKey: attribute_key, attributes, ...(version !== undefined && { version }) };
      return this.#sent(now, this.#engine.setAttributes(update as Parameters<Engine['setAttributes']>[0], now));
    } catch (error) {
      if (error instanceof EngineError && error.code === 'options')
        return { entries: [], refusal: new Refusal(400, error.message) };
      throw error;
    }
  }

  /**
   * Loads a new engine if the published definitions change. It keeps the state of attributes that are still defined.
   */
  async #change(now: number, changes: readonly Change[]): Promise<Outcome> {
    const next = this.registry.with(changes);
    if (engineBundle(next) === engineBundle(this.registry)) {
      this.#applyChanges(changes);
      return nothing;
    }
    const snapshot = this.#engine.snapshot();
    const engine = await engineFor(next, this.#limits, this.#load);
    engine.restore(snapshot);
    if (isUnpublishing(this.registry, next)) engine.eraseDormant();
    const fired = engine.advance(now);
    this.#applyChanges(changes);
    // An engine that broke meanwhile, while an attribute was read, cannot be released.
    if (!this.#isBroken) this.#engine.release();
    this.#engine = engine;
    this.#isBroken = false;
    return this.#sent(now, fired);
  }

  #applyChanges(changes: readonly Change[]): void {
    this.registry.apply(changes);
    this.#derive();
    this.eventLogs.retain((name) => this.publishedLog(name) !== undefined);
  }

  #derive(): void {
    this.#publicBundle = JSON.stringify(publicBundle(this.registry));
    const logs = publishedObjects(this.registry).filter(({ type }) => type === 'event_logs');
    // Their form was checked when they were published.
    this.#publishedLogs = logs.map(({ body }) => body as unknown as EventLogDefinition);
  }

  #sent(now: number, fired: readonly TriggeredIntervention[]): Outcome {
    if (fired.length === 0) return nothing;
    return { entries: groupCopies(fired).map((copies) => this.replayBuffer.add(now, copies, true)) };
  }
}

/** True if something that is published is not any more: what only that computed is erased. */
function isUnpublishing(before: Registry, after: Registry): boolean {
  return publishedObjects(before).some((object) => {
    const kept = after.get(nameOf(object));
    return kept === undefined || !isPublished(kept);
  });
}

function engineBundle(registry: Registry): string {
  return JSON.stringify(bundleOf(publishedObjects(registry)));
}

function engineFor(registry: Registry, { profiles, sentMarks }: StateLimits, load: EngineLoader): Promise<Engine> {
  return load({ definitions: bundleOf(publishedObjects(registry)), limits: { profiles, sentMarks } });
}

/** Continues at the snapshot's own time, so that a replay of inputs does not treat the time since as missed. */
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

/** Makes a copy of a direct intervention for each of its targets. */
function copiesOf(intervention: DirectIntervention, targets: readonly Target[]): StreamedIntervention[] {
  return targets.map((target) => ({ ...intervention, target_attribute_key: target }));
}
