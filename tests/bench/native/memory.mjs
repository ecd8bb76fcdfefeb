// Heap per profile of the tutorial's group, at a million profiles.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { check, report } from '../runner.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, new URL('../../../', import.meta.url)));
const { status, stdout, stderr } = spawnSync(
  pathOf('.build/bench/bin/tripline-profile-memory'),
  [pathOf('tests/samples/ecom_bundle.json'), '1000000'],
  { encoding: 'utf8' },
);
check(status === 0, `tripline-profile-memory ended with status ${status}: ${stderr}`);
const { engine, table } = JSON.parse(stdout);
report({ memory: { measured: { 'per profile': engine }, peer: { 'per profile': table } } });
