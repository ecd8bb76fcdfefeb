import type { Explanation } from 'tripline';

const explanation: Explanation = {
  intervention: 'discount',
  version: 1,
  at: '2026-01-01T12:00:00.000Z',
  holds: false,
  criteria: {
    holds: false,
    all: [
      { holds: false, attribute: 'visit:views', group_version: 1, operator: '>', value: 2, current: 1 },
      { holds: true, attribute: 'visit:page', group_version: 1, operator: 'like', value: '/shop/%', current: '/shop/shoes' },
    ],
  },
  targets: [{ name: 'domain_userid', id: '9c6d7a65-d4ec-465f-8cdf-ffbfe939e772', sent: false }],
  why: 'the criteria do not hold; it fires when they become true',
};

export {};
