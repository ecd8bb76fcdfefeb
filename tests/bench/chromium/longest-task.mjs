// In Chromium: the longest task on the main thread while definitions are loaded.

import { report } from '../runner.mjs';
import { median } from '../statistics.mjs';
import { Site } from './site.mjs';

const starts = 15; // of each, each in a page of its own

const site = await Site.open('longest-task-page.js');
const visits = { tutorial: [], thousand: [] };
for (let start = 0; start < starts; ++start) {
  for (const [name, results] of Object.entries(visits)) {
    results.push(await site.visit(async (bundle) => (await import('/page.js')).longestTask(bundle), name));
  }
}
await site.close();

const figures = (what) => ({
  tutorial: median(visits.tutorial.map((visit) => visit[what])),
  '1,000 interventions': median(visits.thousand.map((visit) => visit[what])),
});
report({ 'longest-task': { measured: figures('longest'), peer: figures('parse') } });
