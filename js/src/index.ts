// The plugin's file holds the evaluator: a page that loads both entries has one copy, and most pages load one file.
export { createEvaluator, indexedDbStore, memoryStore } from './snowplow.js';
export type { DoctorReport, Finding } from './doctor.js';
export type { Limits } from './page-engine.js';
export type { Evaluator, EvaluatorEvents, EvaluatorOptions } from './evaluator.js';
export type { DefinitionsSource, WasmSource } from './load.js';
export type { Store, StoredState, Waiting } from './storage.js';
export type {
  AttributeKey,
  AttributePush,
  Attributes,
  AttributeValue,
  Diagnostic,
  DirectIntervention,
  ExplainedCriterion,
  Explanation,
  Intervention,
  Payload,
  Problem,
  ProblemCode,
} from './types.js';
