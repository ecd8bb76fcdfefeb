import { check, loadEngine, stringAttributes } from 'tripline/engine';

for (const { severity, pointer, message } of await check(definitions)) console.log(severity, pointer, message);
const engine = await loadEngine({ definitions });
// `payload`: an event of the tracker protocol, as a collector receives it
for (const { name, attributes, triggered_at } of engine.process(payload, Date.now())) {
  console.log(name, triggered_at, stringAttributes(attributes));
}

export {};
