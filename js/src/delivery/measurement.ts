// Events that report to Snowplow what became of an intervention: the same ones that the official plugin tracks.
import type { BrowserTracker, PayloadBuilder, SelfDescribingJson } from '@snowplow/browser-tracker';
import type { Step, StepData } from './dispatch.js';
import type { DispatchedIntervention, MeasurementOptions } from './plugin-types.js';
import { stringOf } from './string-attributes.js';
import type { Intervention } from '../types.js';

const schemas: Record<Step, string> = {
  delivery: 'iglu:com.snowplowanalytics.signals/intervention_receive/jsonschema/1-0-0',
  dispatch_accept: 'iglu:com.snowplowanalytics.signals/intervention_handle/jsonschema/1-0-0',
  dispatch_error: 'iglu:com.snowplowanalytics.signals/intervention_handle_error/jsonschema/1-0-0',
};
const instanceSchema = 'iglu:com.snowplowanalytics.signals/intervention_instance/jsonschema/1-0-0';
const eventSchema = 'iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0';

type Entity = SelfDescribingJson;

/** The schemas' limits, in characters. */
const longestHandlerId = 255;
const longestError = 1024;

/** Tracks the event of a step. Rethrows the errors of functions in `options`. */
export function measure(
  tracker: BrowserTracker,
  options: MeasurementOptions,
  event: Step,
  dispatched: Intervention,
  step: StepData,
): void {
  // The site says of which types its attributes are.
  const intervention = dispatched as DispatchedIntervention;
  const wanted = options[event] ?? true;
  if (!(typeof wanted === 'function' ? wanted(intervention) : wanted)) return;
  const data = eventData(step);
  const added = (options.context ?? []).map((entity) =>
    typeof entity === 'function' ? entity(event, intervention, data) : entity,
  );
  tracker.core.track(selfDescribingEvent({ schema: schemas[event], data }), [
    instance(dispatched),
    ...added.filter((entity) => entity != null),
  ]);
}

function eventData(step: StepData): Record<string, unknown> {
  if ('handlers' in step) return { handlers: step.handlers.map((id) => id.slice(0, longestHandlerId)) };
  const { handler, error } = step;
  return {
    handler: handler.slice(0, longestHandlerId),
    ...(error ? { error: String(error).slice(0, longestError) } : {}),
  };
}

function instance({ intervention_id, name, version, attributes, target_attribute_key }: Intervention): Entity {
  return {
    schema: instanceSchema,
    data: {
      intervention_id,
      name,
      version,
      attributeKey: target_attribute_key,
      attributes: Object.entries(attributes).map(([attribute, value]) => ({ attribute, value: stringOf(value) })),
    },
  };
}

// Builds the event without the tracker's own builder, which would be a dependency. The tracker adds the common fields.
function selfDescribingEvent(event: Entity): PayloadBuilder {
  type Jsons = ReturnType<PayloadBuilder['getJson']>;
  type Processor = Parameters<PayloadBuilder['withJsonProcessor']>[0];
  const payload: Record<string, unknown> = { e: 'ue' };
  const jsons: Jsons = [
    { keyIfEncoded: 'ue_px', keyIfNotEncoded: 'ue_pr', json: { schema: eventSchema, data: event } },
  ];
  const unprocessed: Jsons = [...jsons];
  const entities: SelfDescribingJson[] = [];
  let process: Processor | undefined;
  const builder: PayloadBuilder = {
    add(key, value) {
      if (value !== undefined && value !== null && value !== '') payload[key] = value;
    },
    addDict(fields) {
      for (const [key, value] of Object.entries(fields)) builder.add(key, value);
    },
    addJson(keyIfEncoded, keyIfNotEncoded, json) {
      if (!json || Object.keys(json).length === 0) return;
      const item = { keyIfEncoded, keyIfNotEncoded, json };
      jsons.push(item);
      unprocessed.push(item);
    },
    addContextEntity(entity) {
      entities.push(entity);
    },
    getPayload: () => payload,
    getJson: () => jsons,
    withJsonProcessor(processor) {
      process = processor;
    },
    build() {
      process?.(builder, unprocessed, entities);
      return payload;
    },
  };
  return builder;
}
