// The HTTP server without its routes: limits, parsing of bodies, errors, and the OpenAPI document.
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { readFileSync } from 'node:fs';
import type { Limits } from '../options.ts';
import { errorCode } from '../support/error-code.ts';
import { member } from '../types.ts';
import { isManagement, Refusal, refusalBody, type Fault } from '../support/refusal.ts';

type Validation = NonNullable<FastifyError['validation']>[number];

/** The engine reads 256 levels, and a definition is two levels down in a bundle. */
const deepestBody = 254;

export function newServer(limits: Limits): FastifyInstance {
  const server = fastify({
    bodyLimit: limits.bodyBytes,
    http: {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.requestTime,
      // Node refuses a longer time for headers than for the request, whose default is five minutes.
      requestTimeout: limits.requestTime,
      connectionsCheckingInterval: Math.ceil(limits.requestTime / 10),
    },
    requestTimeout: limits.requestTime,
    // An id in an address may be as long as the address.
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: limits.headerBytes },
    forceCloseConnections: true,
    // For an address that the router cannot read. Fastify's own response would repeat the address.
    frameworkErrors: (_error, request, reply) => {
      void (reply as FastifyReply)
        .code(400)
        .send(refusalBody(request.url, new Refusal(400, 'The address is malformed.')));
    },
    // A body that does not fit its schema is refused, never changed to fit.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  // The Python SDK sends the content type of JSON without a body, too.
  const parseJson = server.getDefaultJsonParser('error', 'error');
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    if (depthOf(body as string) > deepestBody)
      return done(new Refusal(400, `The body is nested more than ${deepestBody} levels deep.`));
    void parseJson(request, body as string, done);
  });
  server.addHook('preValidation', (request, _reply, done) => {
    request.body = withoutNulls(request.body, request.routeOptions.schema?.body as BodySchema | undefined);
    done();
  });
  return server;
}

interface BodySchema {
  readonly properties?: Readonly<Record<string, BodySchema>>;
  readonly required?: readonly string[];
  readonly items?: BodySchema;
}

/** Removes the nulls of optional members that the schema names: the SDK sends null for a member that it leaves out. */
function withoutNulls(value: unknown, schema: BodySchema | undefined): unknown {
  if (typeof value !== 'object' || value === null || schema === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, schema.items));
  const schemaOf = (name: string) => member(schema.properties, name) as BodySchema | undefined;
  const isAbsent = (name: string, own: unknown) =>
    own === null && schemaOf(name) !== undefined && schema.required?.includes(name) !== true;
  const given = Object.entries(value).filter(([name, own]) => !isAbsent(name, own));
  return Object.fromEntries(given.map(([name, own]) => [name, withoutNulls(own, schemaOf(name))]));
}

/** Returns the depth of nested brackets, outside of strings. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < json.length; ++i) {
    const character = json[i]!;
    if (character === '"') isInString = !isInString;
    else if (isInString) i += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') --depth;
  }
  return deepest;
}

/** Error messages never repeat what a client sent, so they do not use those of Fastify or of parsers. */
export function answerErrors(server: FastifyInstance): void {
  server.setErrorHandler((error: FastifyError | Refusal, request, reply) => {
    const refusal = error instanceof Refusal ? error : refusalOf(error, addressOf(request));
    return reply.code(refusal.status).send(refusalBody(addressOf(request), refusal));
  });
  server.setNotFoundHandler((request, reply) => {
    return reply
      .code(404)
      .send(refusalBody(request.url, new Refusal(404, 'Unknown address. The API is described at /docs/.')));
  });
}

/** The address as the router has it, however the client encoded it. */
function addressOf({ url, routeOptions }: FastifyRequest): string {
  return routeOptions.url ?? url;
}

function refusalOf(error: FastifyError, url: string): Refusal {
  if (error.validation !== undefined) {
    const faults = error.validation.map((fault) => faultOf(fault, error.validationContext ?? 'body', url));
    return isManagement(url) ? new Refusal(422, faults) : new Refusal(400, faults.map(({ msg }) => msg).join('; '));
  }
  switch (error.statusCode) {
    case 413:
      return new Refusal(413, 'The body is larger than the limit bodyBytes.');
    case 415:
      return new Refusal(415, 'Send the body as application/json.');
    case 400:
      return new Refusal(400, 'The body is not JSON.');
    default:
      console.error(`A request failed: ${errorCode(error)}`);
      return new Refusal(500, 'The request failed inside the sandbox. Its log names the error.');
  }
}

/** Names the place of an error in the message, too: a response without `loc` has only that. */
function faultOf(
  { instancePath, schemaPath, keyword, message, params }: Validation,
  context: string,
  url: string,
): Fault {
  const steps = instancePath.split('/').slice(1);
  const path = steps.slice(0, knownDepth(schemaPath)).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const known = path.length === 0 ? `The ${context}` : `'${path.join('.')}'`;
  const place = path.length < steps.length ? `A member of ${known}` : known;
  const unknown = keyword === 'additionalProperties' ? String(params['additionalProperty']) : undefined;
  // The members of definitions are not personal data; those of other bodies may be.
  const isNamed = unknown !== undefined && isManagement(url) && /^\w{1,128}$/.test(unknown);
  const member = isNamed ? `the unknown member '${unknown}'` : 'an unknown member';
  const msg = unknown === undefined ? `${message}` : `has ${member}; /docs/ lists the known ones`;
  return { loc: [context, ...path], msg: `${place} ${msg}`, type: 'value_error' };
}

/** Returns how many steps of a path have names that the schema knows: others are the client's own. */
function knownDepth(schemaPath: string): number {
  // The names of attributes are those of definitions.
  const [known = ''] = schemaPath
    .replace('/attributes/additionalProperties/', '/attributes/items/')
    .split('/additionalProperties/');
  return known.match(/\/properties\/[^/]+|\/items\b/g)?.length ?? 0;
}

export async function describeApi(server: FastifyInstance): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  await server.register(swagger, {
    openapi: {
      info: { title: 'Signals sandbox', version, description: 'A local stand-in for the Snowplow Signals API.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
}
