import { getEvaluator } from 'tripline/snowplow';

const evaluator = getEvaluator();
console.log(await evaluator?.explain('discount', { name: 'domain_userid', id: '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772' }));
console.log(await evaluator?.doctor());

export {};
