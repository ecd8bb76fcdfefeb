// Visits to the tutorial's shop: payloads in the tracker's form, and pages that evaluate them.
import {
  createEvaluator,
  type Evaluator,
  type EvaluatorOptions,
  type Intervention,
  type TrackerPayload,
  type Problem,
} from '../../js/src/index.js';
import { readSample, readSampleLines, wasmBytes } from './engine-module.js';

export const tutorial = JSON.parse(readSample('ecom_bundle.json')) as {
  attribute_groups: { attributes: { name: string; type: string }[] }[];
  interventions: { name: string; version: number; criteria: object }[];
};

export const visitor = '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772';
export const domainUser = { name: 'domain_userid', id: visitor };

const samples = readSampleLines<TrackerPayload>('aftertrack.ndjson');
const sample = (type: string): TrackerPayload => {
  const found = samples.find(({ ue_pr }) => String(ue_pr).includes(`"type":"${type}"`));
  if (!found) throw new Error(`There is no sample of ${type}.`);
  return found;
};

/** Returns an event of a guest, without user id, so that there is one target. */
function event(type: string, changes: TrackerPayload): TrackerPayload {
  const { uid: _, ...payload } = sample(type);
  return { ...payload, eid: crypto.randomUUID(), dtm: String(Date.now()), ...changes };
}

export const view = (changes: TrackerPayload = {}): TrackerPayload => event('product_view', changes);
export const add = (changes: TrackerPayload = {}): TrackerPayload => event('add_to_cart', changes);

/** An evaluator, and everything that it emits. */
export interface Page {
  evaluator: Evaluator;
  interventions: Intervention[];
  expired: Intervention[];
  errors: Problem[];
  warnings: Problem[];
  /** Resolves when all tracked events have counted and their interventions are dispatched. */
  settled(): Promise<void>;
}

const openPages: Page[] = [];

/** Closes the pages that `openPage` has opened. */
export function closePages(): void {
  for (const { evaluator } of openPages.splice(0)) evaluator.close();
}

export function openPage(options: Partial<EvaluatorOptions> = {}, { handle = true } = {}): Page {
  const evaluator = createEvaluator({ definitions: tutorial, wasm: wasmBytes, ...options });
  const page: Page = {
    evaluator,
    interventions: [],
    expired: [],
    errors: [],
    warnings: [],
    // Waits for two tasks of the queue: the batch, and the delivery that it may request.
    settled: async () => {
      await evaluator.attributes(domainUser);
      await evaluator.attributes(domainUser);
    },
  };
  evaluator.on('error', (problem) => page.errors.push(problem));
  evaluator.on('warning', (problem) => page.warnings.push(problem));
  evaluator.on('expired', (intervention) => page.expired.push(intervention));
  if (handle) evaluator.on('intervention', (intervention) => page.interventions.push(intervention));
  openPages.push(page);
  return page;
}

export const names = (interventions: readonly Intervention[]): string[] => interventions.map(({ name }) => name);
