// Checks everything that evaluation depends on. Loaded by pages that call `doctor()`.
import type { Handlers } from '../delivery/dispatch.js';
import type { Journal } from '../state/journal.js';
import type { EngineBase } from '../engine/engine-base.js';
import { definitionsProblem, messageOf } from '../support/problem.js';
import { isProgram } from '../support/program-bytes.js';
import type { SharedState } from '../state/shared-state.js';
import type { Diagnostic, Problem } from '../types.js';

/** The result of one check. */
export interface Finding {
  /**
   * `wasm`: the browser runs WebAssembly, and the page's Content-Security-Policy allows it. `engine`: events are
   * evaluated. `definitions`: they have neither errors nor warnings. `storage`: counts outlive the page. `journal`:
   * events outlive the page before they are counted. `clock`: the device's clock has not been set back. `delivery`:
   * there is a handler for interventions.
   */
  check: 'wasm' | 'engine' | 'definitions' | 'storage' | 'journal' | 'clock' | 'delivery';
  ok: boolean;
  /** The result as a sentence, and what to do if it is not ok. */
  message: string;
}

/** The results of all checks. */
export interface DoctorReport {
  /** True if all findings are ok. */
  ok: boolean;
  findings: Finding[];
  /** Errors and warnings since the start, at most 50. */
  problems: Problem[];
}

/** The state of an evaluator, as far as the checks need it. */
export interface Symptoms {
  /** True if the store has responded. */
  isStored: boolean;
  /** The parts that the engine still waits for. */
  loading: readonly string[];
  /** The engine; undefined if none runs. */
  engine: Pick<EngineBase, 'clock'> | undefined;
  /** True for the plugin, whose handlers are added by other calls. */
  isPlugin: boolean;
  /** The definitions as JSON in UTF-8, or the compiled program; undefined if they are not loaded. */
  bundle: Uint8Array | undefined;
  diagnostics: readonly Diagnostic[];
  handlers: Handlers;
  journal: Pick<Journal<object>, 'isKept'>;
  problems: readonly Problem[];
  /** The stored state; undefined if the evaluator is closed. */
  shared: Pick<SharedState, 'isKept' | 'state'> | undefined;
}

export async function examine(symptoms: Symptoms): Promise<DoctorReport> {
  const findings = [
    await wasm(),
    engine(symptoms),
    definitions(symptoms),
    storage(symptoms),
    journal(symptoms),
    clock(symptoms),
    delivery(symptoms),
  ];
  return { ok: findings.every(({ ok }) => ok), findings, problems: [...symptoms.problems] };
}

async function wasm(): Promise<Finding> {
  const smallest = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  try {
    await WebAssembly.instantiate(smallest);
    return { check: 'wasm', ok: true, message: 'WebAssembly runs here.' };
  } catch (error) {
    const advice = "If there is a Content-Security-Policy, add 'wasm-unsafe-eval' to its script-src.";
    return { check: 'wasm', ok: false, message: `WebAssembly does not run here (${messageOf(error)}). ${advice}` };
  }
}

function engine({ engine, loading, problems }: Symptoms): Finding {
  if (engine) return { check: 'engine', ok: true, message: 'Events are evaluated.' };
  if (loading.length > 0) return { check: 'engine', ok: false, message: `Events wait: ${stillLoading(loading)}` };
  const causes = problems.filter(({ code }) => code === 'wasm' || code === 'definitions' || code === 'options');
  const why = causes.map(({ message }) => message).join(' ') || 'There is no engine.';
  return { check: 'engine', ok: false, message: `Events are not evaluated. ${why}` };
}

function stillLoading(parts: readonly string[]): string {
  return `still loading ${parts.join(' and ')}. If that stays so, check what their addresses return.`;
}

function definitions({ engine, bundle, diagnostics, loading }: Symptoms): Finding {
  if (loading.includes('the definitions')) {
    const message = `The definitions are not read yet: ${stillLoading(['the definitions'])}`;
    return { check: 'definitions', ok: false, message };
  }
  const problem = definitionsProblem(diagnostics, 'error') ?? definitionsProblem(diagnostics, 'warning');
  if (problem) return { check: 'definitions', ok: false, message: problem.message };
  if (!engine || !bundle) return { check: 'definitions', ok: false, message: 'The definitions were not read.' };
  const advice = isProgram(bundle)
    ? ''
    : " They are JSON: in production, let 'tripline build' compile them, so that pages load no compiler.";
  return { check: 'definitions', ok: true, message: `The definitions have neither errors nor warnings.${advice}` };
}

function storage({ isStored, shared }: Symptoms): Finding {
  if (!isStored) {
    return { check: 'storage', ok: false, message: 'The stored state is not read yet: still loading the database.' };
  }
  return shared?.isKept
    ? { check: 'storage', ok: true, message: 'The state is stored, and shared with other tabs.' }
    : { check: 'storage', ok: false, message: 'IndexedDB cannot be used: the state lasts as long as the page.' };
}

function journal({ journal }: Symptoms): Finding {
  return journal.isKept
    ? { check: 'journal', ok: true, message: 'Events are kept in localStorage until they are counted.' }
    : {
        check: 'journal',
        ok: false,
        message: 'Events do not fit into localStorage: those of a page that is left at once are lost.',
      };
}

function clock({ engine, problems }: Symptoms): Finding {
  const warning = problems.find(({ code }) => code === 'clock');
  if (warning) return { check: 'clock', ok: false, message: warning.message };
  const ahead = Math.max(0, Math.round(((engine?.clock ?? 0) - Date.now()) / 1000));
  return ahead > 60
    ? { check: 'clock', ok: false, message: `Events were counted ${ahead} s later than the device's clock says now.` }
    : { check: 'clock', ok: true, message: "The device's clock was not set back." };
}

function delivery({ handlers, isPlugin, shared }: Symptoms): Finding {
  const outbox = shared?.state?.outbox ?? [];
  const waiting = outbox.map(({ intervention }) => `"${intervention.name}"`).join(', ');
  const message = waiting
    ? `Interventions wait to be dispatched: ${waiting}.`
    : 'No intervention waits to be dispatched.';
  if (handlers.size > 0) return { check: 'delivery', ok: true, message };
  const advice = isPlugin
    ? 'call addInterventionHandlers, or give the option "handlers"'
    : "call on('intervention', …)";
  return { check: 'delivery', ok: false, message: `${message} There is no handler: ${advice}.` };
}
