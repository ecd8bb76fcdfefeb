// Goes into the glue: what the minimal runtime leaves to the program.

// An instance that cannot be made rejects the promise of the module, not one that nobody sees.
var WebAssembly = {
  instantiate: (wasm, imports) =>
    new Promise((resolve) => globalThis.WebAssembly.instantiate(wasm, imports).then(resolve, readyPromiseReject)),
};

ready = () => {
  Object.assign(Module, {
    memory: wasmMemory,
    buffer: _tripline_buffer,
    hold: _tripline_hold,
    process: _tripline_process,
    push: _tripline_push,
    advance: _tripline_advance,
    snapshot: _tripline_snapshot,
    release: _tripline_release,
    rebase: _tripline_rebase,
    clock: _tripline_clock,
    nextDeadline: _tripline_next_deadline,
    result: _tripline_result,
    resultSize: _tripline_result_size,
  });
  readyPromiseResolve(Module);
};
