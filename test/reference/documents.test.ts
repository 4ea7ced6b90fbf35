import { createConfig, lintFromString } from '@redocly/openapi-core'
import { describe, expect, test } from 'vitest'
import { apis } from '../../reference/apis'
import { documentOf } from '../../reference/document'

/** The documents of all APIs: well made, complete, and true to the routes. */

const config = await createConfig({ extends: ['recommended-strict'], telemetry: 'off' })

interface Content {
  readonly schema?: unknown
  readonly examples?: object
}

describe.each(apis)('the document of $name', (api) => {
  test('passes a strict linter', async () => {
    const source = JSON.stringify(await documentOf(api))
    const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config })
    expect(
      problems.map(({ ruleId, message, location: [place] }) => [ruleId, message, place?.pointer]),
    ).toEqual([])
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
