// The public API of an evaluator.
import type { Limits } from '../engine/engine-base.js';
import type { AgenticContext } from '../event/event-log.js';
import type { DefinitionsSource, WasmOption } from '../engine/load.js';
import type { Store } from '../state/store.js';
import type { Emitted } from '../support/listeners.js';
import type {
  AttributeKey,
  Attributes,
  AttributeUpdate,
  DirectIntervention,
  Explanation,
  Intervention,
  TrackerPayload,
} from '../types.js';
import type { DoctorReport } from './doctor.js';

/** Options of `createEvaluator`. */
export interface EvaluatorOptions {
  /** The definitions bundle, a compiled program, or the address of either. */
  definitions: DefinitionsSource | Promise<DefinitionsSource>;
  /** Where the module is that the definitions need, or each of both. Default: beside this package's own files. */
  wasm?: WasmOption | undefined;
  /** Where the state is kept. Default: the origin's IndexedDB. */
  store?: Store | undefined;
  /**
   * Time limit for loading the definitions, the module and each file on demand (ms). After that the page goes on
   * without them, and events wait for the next page. Default: 30 s.
   */
  loadTimeout?: number | undefined;
  /** Keeps evaluators of one origin apart. Default: "default". */
  namespace?: string | undefined;
  /** Time that an intervention waits for a handler (ms). Default: 30 minutes. */
  deliverWithin?: number | undefined;
  /** Limits of the engine's state. Default: 200 profiles, 10,000 marks of sent interventions, 512 event ids. */
  limits?: Limits | undefined;
}

/** The events of an evaluator, by name. */
export interface EvaluatorEvents extends Emitted {
  /** An intervention fires. A listener is a handler: it is started at most once per intervention and target. */
  intervention: Intervention;
}

/** Evaluates the definitions in this page. */
export interface Evaluator {
  /** Resolves with true if events are evaluated; with false if not, and an `error` names the reason. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Adds a listener, and returns a function that removes it. */
  on<Name extends keyof EvaluatorEvents>(name: Name, listener: (value: EvaluatorEvents[Name]) => unknown): () => void;
  /** Counts an event: the object that the tracker hands to `afterTrack`. It is copied, never changed. */
  track(payload: TrackerPayload): void;
  /**
   * Sets fields of an external attribute group, exactly once, and dispatches the interventions that this triggers.
   * Emits an `error` of the code `options` if the definitions have no such field. This and `push` load a file on
   * demand.
   */
  setAttributes(update: AttributeUpdate): void;
  /** Dispatches an intervention whatever its criteria say, at most once for each `intervention_id`. */
  push(intervention: DirectIntervention): void;
  /**
   * Resolves with a profile's attributes, after all events that were tracked before. Resolves with {} if nothing is
   * evaluated, or if there is no such attribute key, after a warning. This and `explain` load a file on demand.
   */
  attributes(key: AttributeKey): Promise<Attributes>;
  /**
   * Explains why an intervention did or did not fire for a profile. Resolves with undefined if nothing is evaluated, or
   * if there is no such intervention or attribute key, after a warning of the code `options` with the nearest name.
   */
  explain(intervention: string, key: AttributeKey): Promise<Explanation | undefined>;
  /**
   * Resolves with an event log of the definitions for the session that the page holds, after all events that were
   * tracked before: the last events, newest first. Resolves with undefined if nothing is evaluated, if no session is
   * held, or if there is no such event log, after a warning. Loads a file on demand.
   */
  eventLog(name: string, options?: { format?: 'json' | undefined }): Promise<AgenticContext | undefined>;
  /** The same as a text for a language model, one line an event. */
  eventLog(name: string, options: { format: 'narrative' }): Promise<string | undefined>;
  /**
   * Reports which parts work here and which do not, for a person or for a test. Takes at most a second; the report
   * names the parts that are still loading then. Loads a file on demand.
   */
  doctor(): Promise<DoctorReport>;
  /** Forgets all profiles, which interventions were sent, and the events that are not yet counted, in all tabs. */
  reset(): Promise<void>;
  /** Ends the evaluation in this page. Tracked events are kept for the next page. */
  close(): void;
}
