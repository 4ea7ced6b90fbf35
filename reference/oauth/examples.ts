import type { AnyFailure } from '../../src/http/dialect'

/** What several endpoints are asked with, as the standards show it, and how they refuse it. */

export const client = {
  client_id: 's6BhdRkqt3',
  client_secret: '7Fjfp0ZBr1KtDRbnfVdmIw',
}
export const code = 'SplxlOBeZQQYbYS6WxSbIA'
export const redirectUri = 'https://client.example.com/cb'
export const accessToken = '2YotnFZFEjr1zCsicMWpAA'
export const refreshToken = 'tGzv3JOkF0XG5Qx2TlKWIA'
export const username = 'jdoe'
export const accountId = '507f1f77bcf86cd799439011'

/** A parameter that is wrong, as far as no schema knows. */
export function wrong(field: string, rule: 'missing' | 'format' | 'too_long' = 'format') {
  return { code: 'invalid_input', issues: [{ field, rule }] } satisfies AnyFailure
}

/** Who asks is said in the header or in the body, and not in both. */
export const security = ['client', 'none']
export const clientFailures = [
  'invalid_client',
  wrong('client_id'),
  wrong('client_secret'),
] as const
