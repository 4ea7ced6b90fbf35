import type { Settings } from '../env'

/** What Atrium writes to people: plain, short, with the code alone on its line. */

export type Letter =
  | {
      readonly kind: 'confirm_email'
      readonly username: string
      readonly code: string
      readonly disownCode: string
    }
  | {
      readonly kind: 'confirm_new_email'
      readonly username: string
      readonly code: string
      readonly disownCode: string
    }
  | { readonly kind: 'reset_password'; readonly code: string }
  | { readonly kind: 'sign_in_code'; readonly username: string; readonly code: string }
  | { readonly kind: 'password_changed' }
  | { readonly kind: 'email_changed' }
  | { readonly kind: 'second_factor_on' }
  | { readonly kind: 'second_factor_off' }
  | { readonly kind: 'second_factor_code'; readonly username: string; readonly code: string }
  | { readonly kind: 'backup_code_used' }
  | { readonly kind: 'account_key_set' }
  | { readonly kind: 'account_deleted' }

export interface ComposedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

type Part =
  | { readonly paragraph: string }
  | { readonly code: string }
  | { readonly smallCode: string }

interface Draft {
  readonly subject: string
  readonly parts: readonly Part[]
}

/** "30 minutes", "24 hours": a lifetime as people say it. */
function lifetime(seconds: number): string {
  const hours = seconds / 3600
  const [count, unit] = Number.isInteger(hours)
    ? [hours, 'hour']
    : [Math.round(seconds / 60), 'minute']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

function disownParts(settings: Settings, code: string, consequence: string): Part[] {
  const address = `${settings.origin}/disown-email`
  return [
    {
      paragraph: `If this was not you, open ${address} and enter the code below. ${consequence}`,
    },
    { smallCode: code },
  ]
}

function notMine(settings: Settings): Part {
  return {
    paragraph: `If this was not you, ask for a new password at once; that ends every session of the account. This mail comes from ${settings.origin} and needs no answer.`,
  }
}

function draft(settings: Settings, letter: Letter): Draft {
  const { appName, origin } = settings
  switch (letter.kind) {
    case 'confirm_email':
      return {
        subject: `Confirm your address for ${appName}`,
        parts: [
          {
            paragraph: `Hello ${letter.username}, an account at ${appName} was made with this address. Enter this code where the account was made, or at ${origin}/confirm-email:`,
          },
          { code: letter.code },
          {
            paragraph: `It works once, within ${lifetime(settings.confirmationTtlSeconds)}.`,
          },
          ...disownParts(settings, letter.disownCode, 'The account will be deleted.'),
        ],
      }
    case 'confirm_new_email':
      return {
        subject: `Confirm your new address for ${appName}`,
        parts: [
          {
            paragraph: `Hello ${letter.username}, your account at ${appName} is to use this address. Enter this code where you asked for the change:`,
          },
          { code: letter.code },
          {
            paragraph: `It works once, within ${lifetime(settings.confirmationTtlSeconds)}. Until then the account keeps its old address.`,
          },
          ...disownParts(settings, letter.disownCode, 'The change will be dropped.'),
        ],
      }
    case 'reset_password':
      return {
        subject: `Your code for a new ${appName} password`,
        parts: [
          {
            paragraph: `A new password was asked for the ${appName} account with this address. Enter this code where you asked for it, or at ${origin}/password/new:`,
          },
          { code: letter.code },
          {
            paragraph: `It works once, within ${lifetime(settings.resetTtlSeconds)}. If this was not you, do nothing: without the code the password stays as it is.`,
          },
        ],
      }
    case 'sign_in_code':
      return {
        subject: `Your ${appName} sign-in code`,
        parts: [
          {
            paragraph: `Hello ${letter.username}, somebody gave the right password for your ${appName} account. Enter this code to finish signing in:`,
          },
          { code: letter.code },
          {
            paragraph: `It works once, within ${lifetime(settings.twoFactorCodeTtlSeconds)}. If this was not you, your password is known to somebody else: change it.`,
          },
        ],
      }
    case 'password_changed':
      return {
        subject: `Your ${appName} password was changed`,
        parts: [
          {
            paragraph: `The password of your ${appName} account was changed, and its other sessions were ended.`,
          },
          notMine(settings),
        ],
      }
    case 'email_changed':
      return {
        subject: `Your ${appName} address was changed`,
        parts: [
          {
            paragraph: `The ${appName} account that had this address has confirmed another one, which is used in its place.`,
          },
          {
            paragraph: `If this was not you, write to whoever runs ${settings.origin} at once: this address can no longer be used to set a new password.`,
          },
        ],
      }
    case 'second_factor_on':
      return {
        subject: `Two-factor sign-in is on for ${appName}`,
        parts: [
          {
            paragraph: `Signing in to your ${appName} account now needs a second factor besides the password.`,
          },
          notMine(settings),
        ],
      }
    case 'second_factor_off':
      return {
        subject: `Two-factor sign-in is off for ${appName}`,
        parts: [
          {
            paragraph: `Signing in to your ${appName} account now needs the password alone.`,
          },
          notMine(settings),
        ],
      }
    case 'second_factor_code':
      return {
        subject: `Your ${appName} code`,
        parts: [
          {
            paragraph: `Hello ${letter.username}, two-factor sign-in of your ${appName} account is about to be switched on or off. Enter this code where you asked for it:`,
          },
          { code: letter.code },
          {
            paragraph: `It works once, within ${lifetime(settings.twoFactorCodeTtlSeconds)}, and nowhere else.`,
          },
          notMine(settings),
        ],
      }
    case 'backup_code_used':
      return {
        subject: `A backup code was used for ${appName}`,
        parts: [
          {
            paragraph: `A backup code was used for your ${appName} account in place of the authenticator app. It cannot be used again; setting the app up anew makes ten new ones.`,
          },
          notMine(settings),
        ],
      }
    case 'account_key_set':
      return {
        subject: `An account key was set for ${appName}`,
        parts: [
          {
            paragraph: `Your ${appName} account has a new account key. Whoever knows it can set a new password.`,
          },
          notMine(settings),
        ],
      }
    case 'account_deleted':
      return {
        subject: `Your ${appName} account was deleted`,
        parts: [
          {
            paragraph: `Your ${appName} account and everything in it was deleted. This cannot be undone, and this was the last mail about it.`,
          },
        ],
      }
  }
}

function escapeHtml(text: string): string {
  const entities: { [char: string]: string } = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  }
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char)
}

function partHtml(part: Part): string {
  if ('paragraph' in part) return `<p>${escapeHtml(part.paragraph)}</p>`
  const [code, size] = 'code' in part ? [part.code, '24px'] : [part.smallCode, '14px']
  const style = `font:600 ${size} ui-monospace,Menlo,Consolas,monospace;letter-spacing:.05em;margin:24px 0`
  return `<p style="${style}">${escapeHtml(code)}</p>`
}

function partText(part: Part): string {
  if ('paragraph' in part) return part.paragraph
  return 'code' in part ? part.code : part.smallCode
}

/** The mail as text and HTML. It says the same in both, and loads nothing from anywhere. */
export function composeMail(settings: Settings, letter: Letter): ComposedMail {
  const { subject, parts } = draft(settings, letter)
  const body = 'font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:2em auto;padding:0 1em'
  return {
    subject,
    text: `${parts.map(partText).join('\n\n')}\n`,
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(subject)}</title><body style="${body}">${parts.map(partHtml).join('')}</body></html>`,
  }
}
