/**
 * Evaluates definitions in a page, without the Snowplow plugin: `createEvaluator`, and where the state is kept.
 *
 * @module
 */

// The plugin's file holds the evaluator: a page that loads both entries has one copy, and most pages load one file.
export { createEvaluator, indexedDbStore, memoryStore } from './snowplow.js';
export type { DoctorReport, Finding } from './evaluator/doctor.js';
export type { Limits } from './engine/engine-base.js';
export type { Evaluator, EvaluatorEvents, EvaluatorOptions } from './evaluator/types.js';
export type { DefinitionsSource, WasmModules, WasmOption, WasmSource } from './engine/load.js';
export type { Store, StoredState, Waiting } from './state/store.js';
export type {
  AttributeKey,
  AttributeUpdate,
  Attributes,
  AttributeValue,
  Diagnostic,
  DirectIntervention,
  ExplainedCriterion,
  Explanation,
  Intervention,
  TrackerPayload,
  Problem,
  ProblemCode,
} from './types.js';
