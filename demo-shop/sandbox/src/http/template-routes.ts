// The templates of attribute groups.
import type { FastifyInstance } from 'fastify';
import type { SdkCompatibility } from '../registry/sdk-compatibility.ts';
import { templates, type Template } from '../registry/templates.ts';
import { registryRefusals, templatesAnswer } from './schemas.ts';

const schema = {
  tags: ['registry'],
  summary: 'Lists templates of attribute groups',
  response: { 200: templatesAnswer, ...registryRefusals },
};

export async function templateRoutes(
  server: FastifyInstance,
  { compatibility }: { compatibility: SdkCompatibility },
): Promise<void> {
  server.get('/api/v1/registry/templates/attribute_groups', { schema }, ({ headers }) => {
    const sdk = headers['x-signals-sdk-name'];
    return { templates: templates.filter((template) => compatibility.canRead(sdk, groupOf(template))) };
  });
}

function groupOf({ name, attributes }: Template) {
  return { type: 'attribute_groups', body: { name, attributes } } as const;
}
