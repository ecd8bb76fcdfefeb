import {
  Attribute, bundle, domain_userid, duration, InterventionCriterion, PageView, RuleIntervention, StreamAttributeGroup,
} from 'tripline/define';
import { pageView, testRules } from 'tripline/testing';

const visit = StreamAttributeGroup({
  name: 'visit',
  attribute_key: domain_userid,
  attributes: [
    Attribute({ name: 'views', type: 'int32', aggregation: 'counter', events: [PageView()], period: duration({ minutes: 10 }) }),
    Attribute({ name: 'idle', type: 'double', aggregation: 'time_since_last', time_unit: 'min' }),
  ],
});
const left = RuleIntervention({
  name: 'left_alone',
  criteria: InterventionCriterion({ attribute: 'visit:idle', operator: '>=', value: 15 }),
});
const definitions = bundle([visit, left]); // JSON.stringify(definitions) is definitions.json

const rules = await testRules({ definitions });
rules.track(pageView());
console.log(rules.attributes('visit')); // { views: 1, idle: 0 }
console.log(rules.advance({ minutes: 15 }).map(({ name }) => name)); // [ 'left_alone' ]

export {};
