import type { DoctorReport } from 'tripline';

const report: DoctorReport = {
  ok: false,
  findings: [
    { check: 'wasm', ok: true, message: 'WebAssembly runs here.' },
    { check: 'engine', ok: true, message: 'Events are evaluated.' },
    { check: 'definitions', ok: true, message: 'The definitions have neither errors nor warnings.' },
    { check: 'storage', ok: true, message: 'What is counted is stored, and shared with other tabs.' },
    { check: 'journal', ok: true, message: 'Events are kept in localStorage until they are counted.' },
    { check: 'clock', ok: true, message: "The device's clock goes on as it should." },
    {
      check: 'delivery',
      ok: false,
      message: "No intervention waits to be dispatched. There is no handler: call on('intervention', …).",
    },
  ],
  problems: [],
};

export {};
