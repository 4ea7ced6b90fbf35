import { toBase64Url, toUtf8 } from './encoding'

/**
 * What is stored of a token: its SHA-256. A token has 75 random bits or more, so it needs
 * neither a salt nor a slow hash.
 */
export async function hashToken(token: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(token))))
}
