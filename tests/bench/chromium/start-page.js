// Two ways of starting, each with everything at hand, `pause` ms after the page and all of it were loaded.

/** From bytes, bundle and stored state to an engine that holds the state, in ms. */
export async function startTripline(pause, storedState) {
  const { createEvaluator, memoryStore } = await import('/dist/index.js');
  const wasm = await bytesOf('/dist/tripline.wasm');
  const definitions = await (await fetch('/samples/ecom_bundle.json')).json();
  const store = memoryStore({ default: { ...storedState, snapshot: Uint8Array.from(storedState.snapshot) } });
  await passed(pause);
  const started = performance.now();
  const ended = await new Promise((resolve, reject) => {
    const evaluator = createEvaluator({
      definitions,
      wasm,
      store: {
        // The state is restored in the first transaction.
        update: (name, change) =>
          store.update(name, (before) => {
            const after = change(before);
            resolve(performance.now());
            return after;
          }),
        close: () => store.close(),
      },
    });
    for (const name of ['error', 'warning']) evaluator.on(name, ({ message }) => reject(new Error(message)));
  });
  return ended - started;
}

/** From bytes to an embind module without content, in ms. */
export async function startEmpty(pause) {
  const { default: createModule } = await import('/empty/empty.js');
  const wasmBinary = await bytesOf('/empty/empty.wasm');
  await passed(pause);
  const started = performance.now();
  await createModule({ wasmBinary });
  return performance.now() - started;
}

const passed = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function bytesOf(address) {
  return await (await fetch(address)).arrayBuffer();
}
