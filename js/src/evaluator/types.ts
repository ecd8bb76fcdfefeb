// The public API of an evaluator.
import type { Limits } from '../engine/engine-base.js';
import type { DefinitionsSource, WasmSource } from '../engine/load.js';
import type { Store } from '../state/store.js';
import type { Emitted } from '../support/listeners.js';
import type { AttributeKey, Attributes, AttributeUpdate, DirectIntervention, Explanation, Intervention, TrackerPayload } from '../types.js';
import type { DoctorReport } from './doctor.js';

/** Options of `createEvaluator`. */
export interface EvaluatorOptions {
  /** The address of the definitions bundle, or the bundle. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /** Where tripline.wasm is. Default: beside this package's own files. */
  wasm?: WasmSource | undefined;
  /** Where the state is kept. Default: the origin's IndexedDB. */
  store?: Store | undefined;
  /**
   * How long definitions, module and what is loaded on demand may take to come (ms). After that the page goes on without,
   * and events wait for the next one. Default: 30 s.
   */
  loadTimeout?: number | undefined;
  /** Keeps evaluators of one origin apart. Default: "default". */
  namespace?: string | undefined;
  /** How long an intervention for which no handler was started is offered again (ms). Default: 30 minutes. */
  deliverWithin?: number | undefined;
  /** How much the engine keeps. Default: 200 profiles, 10,000 marks of what was sent, 512 event ids. */
  limits?: Limits | undefined;
}

/** What `on` listens for, by name. */
export interface EvaluatorEvents extends Emitted {
  /** An intervention fires. A listener is a handler: it is started at most once per intervention and target. */
  intervention: Intervention;
}

/** Evaluates the definitions in this page. */
export interface Evaluator {
  /** Fulfilled with true if events are evaluated; if not, an `error` names the reason. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Returns a function that removes the listener. */
  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void;
  /** Counts an event: the object that a tracker plugin's `afterTrack` gets. It is copied, never changed. */
  track(payload: TrackerPayload): void;
  /**
   * Sets fields of an external attribute group, exactly once, and fires what that triggers. Emits an `error` of the code
   * `options` if the definitions have no such field. This and `push` load a file of their own.
   */
  setAttributes(update: AttributeUpdate): void;
  /** Dispatches an intervention whatever its criteria say, at most once for each `intervention_id`. */
  push(intervention: DirectIntervention): void;
  /**
   * A profile's attributes, once everything that was tracked before is counted. {}: nothing is evaluated, or there is no
   * such key, which is a warning. This and `explain` load a file of their own.
   */
  attributes(key: AttributeKey): Promise<Attributes>;
  /**
   * Why an intervention did or did not fire for a profile. undefined: nothing is evaluated, or there is none of that name
   * or no such key, which is a warning of the code `options` with the nearest name.
   */
  explain(intervention: string, key: AttributeKey): Promise<Explanation | undefined>;
  /**
   * Reports what works here and what does not, for a person or for a test. Takes at most a second; the report names what is
   * still loading then. Loads a file of its own.
   */
  doctor(): Promise<DoctorReport>;
  /** Forgets all profiles, what was sent, and the events that are not yet counted; in all tabs. */
  reset(): Promise<void>;
  /** Ends the evaluation in this page. Tracked events are kept for the next page. */
  close(): void;
}
