// Loads an engine by the options of an evaluator.
import { EngineBase } from '../engine/engine-base.js';
import { loadDefinitions, loadModule, neededModule } from '../engine/load.js';
import type { Listeners } from '../support/listeners.js';
import { definitionsProblem, messageOf } from '../support/problem.js';
import type { Diagnostic, ProblemCode } from '../types.js';
import type { EvaluatorOptions } from './types.js';

export class EngineLoader {
  readonly #options: Partial<EvaluatorOptions>;
  readonly #listeners: Listeners;
  readonly #loading = new Set<string>();
  #diagnostics: readonly Diagnostic[] = [];
  /** The definitions as JSON in UTF-8, or the compiled program, once they are loaded. */
  bundle: Uint8Array | undefined;

  constructor(options: Partial<EvaluatorOptions>, listeners: Listeners) {
    this.#options = options;
    this.#listeners = listeners;
  }

  /** The names of the parts that are not loaded yet. */
  get loading(): readonly string[] {
    return [...this.#loading];
  }

  /** Errors and warnings about the definitions, once they are loaded. */
  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics;
  }

  /** Loads the engine; undefined if that failed, after an emitted error. Never rejects. */
  async load(): Promise<EngineBase | undefined> {
    const { definitions, wasm, loadTimeout, limits } = this.#options;
    if (definitions === undefined) {
      await null; // the caller of createEvaluator can listen before anything is emitted
      return this.#listeners.fail(
        'options',
        'The option "definitions" is missing: give the definitions bundle, or its address.',
      );
    }
    const loading = this.#loaded('definitions', 'the definitions', loadDefinitions(definitions, loadTimeout));
    const needed = await neededModule(wasm, definitions, loading);
    const module = needed && (await this.#loaded('wasm', 'the module', loadModule(wasm, needed, loadTimeout)));
    const bundle = (this.bundle = await loading);
    if (module === undefined || bundle === undefined) return undefined;
    try {
      const { engine, diagnostics } = EngineBase.load(module, bundle, limits);
      this.#diagnostics = diagnostics;
      this.#emitDiagnostics();
      return engine;
    } catch (error) {
      return this.#listeners.fail('wasm', `The engine broke on the definitions: ${messageOf(error)}`, error);
    }
  }

  async #loaded<Part>(code: ProblemCode, name: string, loading: Promise<Part>): Promise<Part | undefined> {
    this.#loading.add(name);
    try {
      return await loading;
    } catch (error) {
      return this.#listeners.fail(code, messageOf(error), error);
    } finally {
      this.#loading.delete(name);
    }
  }

  #emitDiagnostics(): void {
    for (const severity of ['error', 'warning'] as const) {
      const problem = definitionsProblem(this.#diagnostics, severity);
      if (problem) this.#listeners.emit(severity, problem);
    }
  }
}
