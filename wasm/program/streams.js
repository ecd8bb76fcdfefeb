// Emscripten takes every standard stream for a terminal: output to a file would be written line by line, and with
// progress in it.
Module['onRuntimeInitialized'] = () => {
  for (const descriptor of [0, 1, 2]) FS.streams[descriptor].tty = require('tty').isatty(descriptor);
};
