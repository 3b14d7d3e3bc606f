/** The OpenAPI 3.1 document, made from the routes' own schemas. */
import { z } from 'zod';
import { errorBody } from '../core/contracts/common.ts';
import { WORKSPACE_PARAMETER } from './chosen.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
  }) as Json;
  return rest;
};

const parametersOf = (where: 'path' | 'query', schema: z.ZodObject): Json[] =>
  Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path' || !(field as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(field as z.ZodType, 'input'),
  }));

function operationOf(route: Route): Json {
  const answer = route.answer
    ? { content: { 'application/json': { schema: schemaOf(route.answer, 'output') } } }
    : {};
  return {
    operationId: `${route.method}${route.path.replaceAll(/[^A-Za-z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? '').toUpperCase())}`,
    summary: route.summary,
    tags: [route.tag],
    security: route.policy === 'public' ? [] : [{ bearer: [] }, { session: [] }],
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(route.policy === 'public' || route.anywhere
        ? []
        : [{ $ref: '#/components/parameters/Workspace' }]),
    ],
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
          },
        }
      : {}),
    responses: {
      [String(route.status)]: { description: route.summary, ...answer },
      default: {
        description: 'An error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
    'x-policy': route.policy,
  };
}

/** @param version of the product. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'duckmon',
      version,
      description:
        'Watches web pages and tells people, with proof, when something that matters to them changed.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      parameters: {
        Workspace: {
          name: 'X-Workspace',
          in: 'header',
          required: false,
          description: `The workspace of the request, else the first of one's own; also as the query parameter ${WORKSPACE_PARAMETER}`,
          schema: { type: 'string' },
        },
      },
      schemas: { Error: schemaOf(errorBody, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'mon_sid' },
      },
    },
  };
}
