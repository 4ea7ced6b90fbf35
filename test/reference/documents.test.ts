import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, test } from 'vitest'
import { apis } from '../../reference/apis'
import { documentOf } from '../../reference/document'

/** The documents of all APIs: well made, complete, and true to the routes. */

const config = await createConfig({ extends: ['recommended-strict'], telemetry: 'off' })

/** What the linter would have otherwise, and an API cannot. */
const exceptions: { readonly [api: string]: readonly string[] } = {
  oauth: [
    // Nothing can be wrong with a request for what is the same for everybody.
    'operation-4xx-response #/paths/~1.well-known~1oauth-authorization-server/get/responses',
    'operation-4xx-response #/paths/~1.well-known~1openid-configuration/get/responses',
    'operation-4xx-response #/paths/~1oauth~1jwks/get/responses',
  ],
  social: [
    // No other part of a path looks like an id.
    'no-ambiguous-paths #/paths/~1user~1follow-status~1{userId}',
    // With these nothing can be wrong.
    'operation-4xx-response #/paths/~1user~1logout/get/responses',
    'operation-4xx-response #/paths/~1user~1scopes/get/responses',
  ],
}

interface Content {
  readonly schema?: unknown
  readonly examples?: object
}

describe.each(apis)('the document of $name', (api) => {
  test('passes a strict linter', async () => {
    const source = JSON.stringify(await documentOf(api))
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
    const found = problems.map(({ ruleId, message, location: [place] }) => {
      return { problem: `${ruleId} ${place?.pointer}`, message }
    })
    const excepted = exceptions[api.name] ?? []
    expect(found.filter(({ problem }) => !excepted.includes(problem))).toEqual([])
    expect(found.map(({ problem }) => problem)).toEqual(expect.arrayContaining([...excepted]))
  })

  test('has every route, and no other', async () => {
    const routes = api.routes.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/\{[^}]*\}/g, '')}`)
    const described = api.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(described.toSorted()).toEqual(
      [...new Set(routes)].filter((route) => !api.undescribed?.includes(route)).sort(),
    )
  })

  test('shows an example of every body that has a shape', async () => {
    const { paths = {} } = await documentOf(api)
    const bare = Object.entries(paths).flatMap(([path, item]) =>
      Object.values(item).flatMap(({ operationId, requestBody, responses }) =>
        [requestBody, ...Object.values(responses)]
          .flatMap((one) => Object.values<Content>(Object(one).content ?? {}))
          .filter(({ schema, examples }) => schema && Object.keys(examples ?? {}).length === 0)
          .map(() => `${path} ${operationId}`),
      ),
    )
    expect(bare).toEqual([])
  })
})
