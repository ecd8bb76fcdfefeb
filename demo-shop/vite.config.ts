import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const pages = ['list', 'product', 'cart', 'checkout', 'order', 'message'];
const partials = ['header', 'footer'];

const source = (path: string): string => new URL(`src/${path}`, import.meta.url).pathname;

/** Replaces the comments `<!-- header -->` and `<!-- footer -->` by the parts that all pages share. */
function includePartials(): Plugin {
  const include = (html: string, name: string): string =>
    html.replace(`<!-- ${name} -->`, () => readFileSync(source(`partials/${name}.html`), 'utf8'));
  return {
    name: 'include-partials',
    transformIndexHtml: { order: 'pre', handler: (html) => partials.reduce(include, html) },
  };
}

export default defineConfig({
  root: 'src',
  publicDir: '../public',
  plugins: [includePartials()],
  build: {
    outDir: '../dist/pages',
    emptyOutDir: true,
    target: 'es2022',
    // The pages' Content-Security-Policy has no data: URLs and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: pages.map((page) => source(`${page}.html`)) },
  },
});
