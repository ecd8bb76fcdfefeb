// Goes into the glue: what the minimal runtime leaves to the program.

// An instance that cannot be made rejects the promise of the module, not one that nobody sees.
var WebAssembly = {
  instantiate: (wasm, imports) =>
    new Promise((resolve) => globalThis.WebAssembly.instantiate(wasm, imports).then(resolve, readyPromiseReject)),
};

ready = () => {
  Object.assign(Module, {
    memory: wasmMemory,
    _tripline_buffer,
    _tripline_process,
    _tripline_push,
    _tripline_advance,
    _tripline_snapshot,
    _tripline_release,
    _tripline_rebase,
    _tripline_clock,
    _tripline_next_deadline,
    _tripline_result,
    _tripline_result_size,
  });
  readyPromiseResolve(Module);
};
