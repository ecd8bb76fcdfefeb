import type { Intervention } from 'tripline';

const intervention: Intervention = {
  intervention_id: '2611ba2e-5a77-8aed-a433-640ff13899bc',
  name: 'discount',
  version: 1,
  attributes: { 'visit:views': 3, 'visit:page': '/shop/shoes' },
  target_attribute_key: { name: 'domain_userid', id: '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772' },
};

export {};
