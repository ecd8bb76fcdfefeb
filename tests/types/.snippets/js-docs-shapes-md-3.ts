import type { Problem } from 'tripline';

const problem: Problem = {
  code: 'definitions',
  message:
    'There are errors in the definitions:\n' +
    "/interventions/0/criteria/all/0/operator: '>>' is not known here; did you mean '>'?",
  diagnostics: [
    {
      severity: 'error',
      pointer: '/interventions/0/criteria/all/0/operator',
      message: "'>>' is not known here; did you mean '>'?",
    },
  ],
};

export {};
