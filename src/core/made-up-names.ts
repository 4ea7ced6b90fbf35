import { newSuffix } from '../crypto/random'
import { fail, failureOf } from './errors'
import { nameKey } from './identifiers'

/** Usernames for those who did not choose one. */

const partLengthMax = 30
const namesCount = 5

function slug(text: string): string {
  return nameKey(text)
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, partLengthMax)
    .replaceAll(/^-+|-+$/g, '')
}

/** Several of the form `first-last-xxxx`; where no ASCII letter is left, a word takes their place. */
export function madeUpNames(firstName: string, lastName: string): string[] {
  const parts = [slug(firstName), slug(lastName)].filter((part) => part !== '')
  const stem = parts.length === 0 ? 'user' : parts.join('-')
  return Array.from({ length: namesCount }, () => `${stem}-${newSuffix()}`)
}

/**
 * Registers under the first of several made-up names that is free: whether one is, the registration
 * itself decides. Fails as `register` does, but never with a username that is taken unless all are.
 */
export async function registerUnderFreeName<Result>(
  [name = '', ...more]: readonly string[],
  register: (username: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await register(name)
  } catch (error) {
    const failure = failureOf(error)
    if (failure?.code !== 'taken' || more.length === 0) throw error
    if (failure.fields.includes('email')) fail({ code: 'taken', fields: ['email'] })
    return registerUnderFreeName(more, register)
  }
}
