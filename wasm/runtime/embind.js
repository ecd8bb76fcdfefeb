// The JavaScript side of embind for what we bind: functions over doubles. Embind's own converts and checks values of
// every type, and weighs 1.6 KB.

mergeInto(LibraryManager.library, {
  _embind_register_function: function (name, argumentCount, argumentTypes, signature, invoker, target) {
    var text = '';
    while (HEAPU8[name]) text += String.fromCharCode(HEAPU8[name++]);
    Module[text] = wasmTable.get(invoker).bind(null, target);
  },
});
