// A site with one page, which runs official-page.js.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
// esbuild is a dependency of the package's tests.
const { build } = createRequire(here('../../js/package.json'))('esbuild');

const html =
  '<!doctype html><link rel="icon" href="data:,"><title>Site</title><script type="module" src="/page.js"></script>';

/** Returns the site's address. The site closes at the end of the test `t`. */
export async function startSite(t) {
  const { outputFiles } = await build({
    entryPoints: [here('official-page.js')],
    bundle: true,
    format: 'esm',
    write: false,
    nodePaths: [here('../../js/node_modules')],
  });
  const server = createServer(({ url }, response) => {
    const isScript = url === '/page.js';
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? outputFiles[0].text : html);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}
