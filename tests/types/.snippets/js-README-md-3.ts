import { createEvaluator } from 'tripline';

const evaluator = createEvaluator({ definitions: '/definitions.json' });
evaluator.on('intervention', (intervention) => showBanner(intervention.name));
evaluator.track(payload); // what the tracker gives to a plugin's afterTrack

export {};
