// Uses of `tripline/fetcher` that must compile, and, after @ts-expect-error, uses that must not. Nothing here runs.
import { SignalsPlugin, type FetcherFactory } from '@snowplow/signals-browser-plugin';
import { evaluatorFetcher } from 'tripline/fetcher';

// Snowplow's own plugin accepts it.
const factory: FetcherFactory = evaluatorFetcher({ definitions: '/definitions.json' });
SignalsPlugin({ fetcher: factory, handlers: { banner: ({ name }) => name } });
SignalsPlugin({
  fetcher: evaluatorFetcher({
    definitions: {},
    wasm: '/tripline.wasm',
    onError: ({ code }) => code === 'wasm',
    onWarning: ({ message }) => message,
    onEvaluator: (evaluator, tracker) =>
      evaluator.push({ name: tracker.namespace, target_attribute_key: { name: 'a', id: 'b' } }),
  }),
});
// @ts-expect-error: definitions are missing
evaluatorFetcher({});
// @ts-expect-error: handlers belong to the plugin
evaluatorFetcher({ definitions: {}, handlers: {} });
