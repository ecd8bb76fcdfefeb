// Each type that Snowplow's own plugin exports is in `tripline/snowplow`, and values go from either to the other. Nothing
// here runs. tests/js/drop-in.test.ts sees to it that no type is left out.
import type * as official from '@snowplow/signals-browser-plugin';
import type * as own from 'tripline/snowplow';
import { addInterventionHandlers, SignalsPlugin, subscribeToInterventions } from 'tripline/snowplow';

type Assignable<From extends To, To> = From;

export type Checks = [
  Assignable<official.AttributeKeyId, own.AttributeKeyId>,
  Assignable<own.AttributeKeyId, official.AttributeKeyId>,
  Assignable<official.AttributeKeyName, own.AttributeKeyName>,
  Assignable<own.AttributeKeyName, official.AttributeKeyName>,
  Assignable<official.Fetcher, own.Fetcher>,
  Assignable<own.Fetcher, official.Fetcher>,
  Assignable<official.FetcherFactory, own.FetcherFactory>,
  Assignable<own.FetcherFactory, official.FetcherFactory>,
  Assignable<official.Handler, own.Handler>,
  Assignable<own.Handler, official.Handler>,
  Assignable<official.HandlerId, own.HandlerId>,
  Assignable<own.HandlerId, official.HandlerId>,
  Assignable<official.Intervention, own.Intervention>,
  Assignable<own.Intervention, official.Intervention>,
  Assignable<official.JSONPointer, own.JSONPointer>,
  Assignable<own.JSONPointer, official.JSONPointer>,
  Assignable<official.JSONPointerList, own.JSONPointerList>,
  Assignable<own.JSONPointerList, official.JSONPointerList>,
  Assignable<official.MeasurementEvents, own.MeasurementEvents>,
  Assignable<own.MeasurementEvents, official.MeasurementEvents>,
  Assignable<official.MeasurementSettings, own.MeasurementSettings>,
  Assignable<own.MeasurementSettings, official.MeasurementSettings>,
  Assignable<official.OneOrMore<string>, own.OneOrMore<string>>,
  Assignable<own.OneOrMore<string>, official.OneOrMore<string>>,
  Assignable<official.SignalsHandlerConfiguration, own.SignalsHandlerConfiguration>,
  Assignable<own.SignalsHandlerConfiguration, official.SignalsHandlerConfiguration>,
  Assignable<official.SignalsInterventionConfiguration, own.SignalsInterventionConfiguration>,
  Assignable<own.SignalsInterventionConfiguration, official.SignalsInterventionConfiguration>,
  Assignable<official.TrackerId, own.TrackerId>,
  Assignable<own.TrackerId, official.TrackerId>,

  // The functions take what those of Snowplow's plugin take.
  Assignable<typeof own.SignalsPlugin, typeof official.SignalsPlugin>,
  Assignable<typeof own.addInterventionHandlers, typeof official.addInterventionHandlers>,
  Assignable<typeof own.removeInterventionHandlers, typeof official.removeInterventionHandlers>,
  Assignable<typeof own.subscribeToInterventions, typeof official.subscribeToInterventions>,

  // A handler gets more than Snowplow's plugin promises: the target.
  Assignable<own.DispatchedIntervention, official.Intervention>,
  Assignable<official.Intervention, own.Intervention<Record<string, own.AttributeValue>>>,
  // @ts-expect-error: with dictionaries, it is not Snowplow's
  Assignable<own.Intervention<Record<string, own.AttributeValue>>, official.Intervention>,
];

// Code that was written for Snowplow's plugin compiles with this one.
export function move(
  configuration: official.SignalsHandlerConfiguration,
  subscription: official.SignalsInterventionConfiguration,
  handlers: Record<official.HandlerId, official.Handler>,
): void {
  SignalsPlugin(configuration);
  SignalsPlugin({ ...configuration, definitions: '/definitions.json' });
  subscribeToInterventions(subscription);
  addInterventionHandlers(handlers);
}
// @ts-expect-error: the option is not one of this plugin; `tripline/fetcher` is for Snowplow's
SignalsPlugin({ fetcher: () => ({ configure: () => undefined, update: () => undefined }) });

// Attributes that are dictionaries, or of which the types are known.
interface Known {
  'shop:views': number;
  'shop:categories': Record<string, number>;
}
const known: own.Handler<Known> = ({ attributes }) => attributes['shop:categories']['Caps']?.toFixed();
addInterventionHandlers({ known });
addInterventionHandlers<Known>({ known, other: ({ attributes }) => attributes['shop:views'].toFixed() });
addInterventionHandlers({
  any: (intervention: own.Intervention<Record<string, own.AttributeValue>>) => intervention.name,
});
SignalsPlugin<Known>({ handlers: { known }, onExpired: ({ attributes }) => attributes['shop:views'].toFixed() });
addInterventionHandlers({
  plain: ({ attributes, target_attribute_key }) => {
    const values: own.OneOrMore<string | number | boolean>[] = Object.values(attributes);
    return [values, target_attribute_key.id.length];
  },
});
// @ts-expect-error: there is no such attribute
addInterventionHandlers<Known>({ other: ({ attributes }) => void attributes['shop:likes'] });
