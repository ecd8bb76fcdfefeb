// In Chromium, with the real tracker: our own time for each event, and the wait for the first handler.

import { check, report } from '../runner.mjs';
import { p50AndP99 } from '../statistics.mjs';
import { Site } from './site.mjs';

const visitors = 40; // every page begins cold, as pages do

const site = await Site.open('decision-page.js');
const visits = [];
for (let visitor = 0; visitor < visitors; ++visitor) {
  const session = visitor % 3 === 0 ? 'looker' : 'buyer';
  const visit = await site.visit(async (name) => (await import('/page.js')).visit(name), session);
  const handled = visit.events.filter(({ wall }) => wall !== undefined).length;
  check(handled === (session === 'buyer' ? 3 : 0), `${handled} interventions of a ${session} were handled`);
  visits.push(visit);
}
await site.close();

const events = visits.flatMap((visit) => visit.events);
report({
  'own-time': {
    measured: p50AndP99(events.map(({ own }) => own)),
    peer: p50AndP99(events.map(({ tracker }) => tracker)),
    parts: Object.fromEntries(
      Object.keys(events[0].parts).map((part) => [part, p50AndP99(events.map(({ parts }) => parts[part]))]),
    ),
  },
  'first-handler': {
    measured: p50AndP99(events.flatMap(({ wall }) => wall ?? [])),
    peer: p50AndP99(visits.flatMap(({ bare }) => bare)),
  },
});
