export type { DoctorReport, Finding } from './doctor.js';
export { createEvaluator } from './evaluator.js';
export type { Limits } from './engine.js';
export type { Evaluator, EvaluatorEvents, EvaluatorOptions } from './evaluator.js';
export type { DefinitionsSource, WasmSource } from './load.js';
export { indexedDbStore, memoryStore } from './storage.js';
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
