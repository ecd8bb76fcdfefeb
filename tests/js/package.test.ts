// Unpacks the package beside a new project: the package must need nothing else.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const js = fileURLToPath(new URL('../../js/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${js}package.json`, 'utf8')) as {
  version: string;
  exports: Record<string, unknown>;
};

let project: string;
let tarball: string;
let installed: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'tripline-package-'));
  const modules = join(project, 'node_modules');
  installed = join(modules, 'tripline');
  mkdirSync(installed, { recursive: true });
  const [{ filename = '' } = {}] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: js,
      encoding: 'utf8',
    }),
  ) as { filename?: string }[];
  tarball = join(project, filename);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', installed]);
  symlinkSync(join(js, 'node_modules/@snowplow'), join(modules, '@snowplow')); // the optional peer, whose types the package uses
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const run = (script: string): string =>
  execFileSync(process.execPath, ['--input-type=module'], { cwd: project, input: script, encoding: 'utf8' });

const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.wasm'));

test('every entry can be imported, and the engine finds its module', () => {
  expect(entries).toEqual(['.', './snowplow', './engine', './fetcher', './define', './testing']);
  const imports = entries.map((entry) => `await import('tripline${entry.slice(1)}');`).join('\n');
  expect(
    run(`${imports}
      import { createEvaluator } from 'tripline';
      import { build, check, loadEngine } from 'tripline/engine';
      console.log((await check({ interventions: 5 }))[0].pointer);
      for (const module of ['tripline.wasm', 'tripline-runtime.wasm']) {
        console.log(import.meta.resolve('tripline/' + module).endsWith('/dist/' + module));
      }
      const program = await build({ interventions: [] });
      console.log((await loadEngine({ definitions: program })).diagnostics.length);
      const evaluator = createEvaluator({ definitions: {}, wasm: 5, store: { update: async () => {}, close() {} } });
      evaluator.on('error', () => {});
      console.log((await evaluator.doctor()).findings.length);`),
  ).toBe('/interventions\ntrue\ntrue\n0\n7\n');
});

test('links between its documents lead to documents of the package, or to those of the engine in the repository', () => {
  const files = new Set(readdirSync(installed, { recursive: true, encoding: 'utf8' }));
  const documents = [...files].filter((file) => /^(README|CHANGELOG|docs\/.*)\.md$/.test(file));
  expect(documents.length).toBeGreaterThan(10);
  for (const document of documents) {
    const text = readFileSync(join(installed, document), 'utf8').replaceAll(/`[^`\n]*`/g, '');
    const links = [...text.matchAll(/\]\((?![a-z]+:)([^)#\s]+)/g)].map(([, link = '']) =>
      join(dirname(document), link),
    );
    const broken = links.filter((link) => !files.has(link) && !link.startsWith('../core/'));
    expect(broken, document).toEqual([]);
  }
});

test.each(['bundler', 'nodenext'])('its types are complete for a project that resolves as "%s"', (moduleResolution) => {
  const uses = entries.map(
    (entry, index) => `import * as entry${index} from 'tripline${entry.slice(1)}';\nvoid entry${index};`,
  );
  check(moduleResolution, uses.join('\n'));
});

test.each(['bundler', 'nodenext'])('what `tripline types` prints fits handlers, "%s"', (moduleResolution) => {
  const program = join(installed, 'dist/cli/tripline.js');
  const bundle = fileURLToPath(new URL('../samples/ecom_bundle.json', import.meta.url));
  writeFileSync(join(project, 'definitions.types.ts'), execFileSync(process.execPath, [program, 'types', bundle]));
  check(
    moduleResolution,
    `
    import { InterventionCriterion } from 'tripline/define';
    import { addInterventionHandlers } from 'tripline/snowplow';
    import type { AttributeName, Fields, InterventionName, KnownIntervention } from './definitions.types.js';

    addInterventionHandlers({
      banner(intervention) {
        const known = intervention as KnownIntervention;
        if (known.name !== 'discount') return;
        const views: number | undefined = known.attributes['ecom_attributes:count_product_views'];
        // @ts-expect-error: the definitions have no such attribute
        return [views, known.attributes['ecom_attributes:count']];
      },
    });
    const attribute: AttributeName = 'ecom_attributes:total_cart_value';
    InterventionCriterion({ attribute, operator: '>', value: 100 });
    // @ts-expect-error: nor such an intervention
    const name: InterventionName = 'discuont';
    const fields: Fields = {};
    void [name, fields];`,
  );
});

test('npx tripline needs nothing but Node and npm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-npx-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(project, 'path');
  const node = dirname(process.execPath);
  mkdirSync(path);
  for (const name of ['node', 'npm', 'npx']) symlinkSync(join(node, name), join(path, name));
  symlinkSync('/bin/sh', join(path, 'sh')); // npm starts programs by it
  const inFolder = (command: string, ...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(join(path, command), args, { cwd: folder, env: { PATH: path, HOME: folder }, encoding: 'utf8' });

  const { status, stderr } = inFolder('npm', 'install', '--offline', '--no-audit', '--no-fund', tarball);
  expect(status, String(stderr)).toBe(0);
  expect(inFolder('npx', 'tripline', '--version').stdout).toBe(`tripline ${manifest.version}\n`);
  writeFileSync(join(folder, 'definitions.json'), '{"interventions": 5}');
  expect(inFolder('npx', 'tripline', 'check', 'definitions.json')).toMatchObject({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^definitions\.json: \/interventions: /) as string,
  });
});

/** Compiles a file of a project that resolves modules in this way, and fails with the errors of the compiler. */
function check(moduleResolution: string, source: string): void {
  writeFileSync(join(project, 'use.ts'), source);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: moduleResolution === 'bundler' ? 'ESNext' : 'NodeNext',
    moduleResolution,
    types: [],
    skipLibCheck: false,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  try {
    execFileSync(`${js}node_modules/.bin/tsc`, ['-p', project], { encoding: 'utf8' });
  } catch (error) {
    expect.fail((error as { stdout: string }).stdout);
  }
}
