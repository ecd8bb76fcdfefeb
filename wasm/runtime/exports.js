// Goes into the glue: what the minimal runtime leaves to the program.

// Whatever prevents an instance rejects the promise of the module: a foreign module, one that another version of this
// glue is for, one that traps at its start, too little memory. The runtime only calls `then` of what is returned here,
// and what that throws would be seen by nobody.
var WebAssembly = {
  instantiate: (wasm, imports) => ({
    then: async (start) => {
      try {
        const { Module, compile, instantiate } = globalThis.WebAssembly;
        const module = wasm instanceof Module ? wasm : await compile(wasm);
        const [version] = Module.customSections(module, 'tripline');
        if (new Uint8Array(version)[0] !== 5) throw Error('it is not a module of this version');
        start(await instantiate(module, imports));
      } catch (error) {
        readyPromiseReject(error);
      }
    },
  }),
};

ready = () => {
  Object.assign(Module, {
    memory: wasmMemory,
    buffer: _tripline_buffer,
    hold: _tripline_hold,
    process: _tripline_process,
    setAttributes: _tripline_set_attributes,
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
