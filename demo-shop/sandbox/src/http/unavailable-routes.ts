// The calls of the API that need what a sandbox does not have: a warehouse, or a language model.
import type { FastifyInstance } from 'fastify';
import { Refusal } from '../support/refusal.ts';
import { registryRefusals } from './schemas.ts';

export const needsLanguageModel =
  'Agentic decisions and attributes need a language model, which the sandbox does not have. Use Signals itself.';
const needsWarehouse = 'Datasets need a warehouse, which the sandbox does not have. Use Signals itself.';
const needsWarehouseTables =
  'This call reads the tables of a warehouse, which the sandbox does not have. Use Signals itself.';

const refusals: readonly (readonly [address: string, reason: string])[] = [
  ['datasets/*', needsWarehouse],
  ['registry/datasets/*', needsWarehouse],
  ['registry/agentic_decisions', needsLanguageModel],
  ['registry/agentic_decisions/*', needsLanguageModel],
  ['registry/agentic_attributes', needsLanguageModel],
  ['registry/agentic_attributes/*', needsLanguageModel],
  ['warehouse/*', needsWarehouseTables],
];

export async function unavailableRoutes(server: FastifyInstance): Promise<void> {
  const schema = { tags: ['unavailable'], summary: 'Returns 501', response: registryRefusals };
  for (const [address, reason] of refusals) {
    server.route({
      method: ['GET', 'POST', 'PUT', 'DELETE'],
      url: `/api/v1/${address}`,
      schema,
      handler: () => {
        throw new Refusal(501, reason);
      },
    });
  }
}
