import { html } from 'hono/html'
import type { Html } from './page'

/** The pieces that pages are made of. What they look like is in assets/page.css. */

type Attributes = { readonly [name: string]: string | number | boolean | null | undefined }

/** Attributes of an element; one that is false, null or undefined is left out. Names are ours, values anybody's. */
export function attributes(given: Attributes): readonly Html[] {
  return Object.entries(given)
    .filter(([, value]) => value !== undefined && value !== null && value !== false)
    .map(([name, value]) => (value === true ? html` ${name}` : html` ${name}="${value}"`))
}

export interface Field extends Attributes {
  readonly label: string
  readonly name: string
  readonly hint?: string | null
  readonly error?: string | null
}

/** A labelled input. What is not named here becomes an attribute; everything is required unless it says no. */
export function field(given: Field): Html {
  const { label, name, hint, error, ...own } = given
  const described = [hint ? `${name}-hint` : '', error ? `${name}-error` : ''].join(' ').trim()
  const all = {
    id: name,
    name,
    type: 'text',
    required: true,
    'aria-describedby': described || null,
    'aria-invalid': error ? 'true' : null,
    ...own,
  }
  return html`<div class="field"><label for="${all.id}">${label}</label><input${attributes(all)}>
${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : ''}
${error ? html`<p class="error" id="${name}-error">${error}</p>` : ''}</div>`
}

/** Where somebody chooses a password. No greatest length: browsers would cut what is pasted. */
export function newPassword(label: string, lengthMin: number): Html {
  return field({
    label,
    name: 'password',
    type: 'password',
    autocomplete: 'new-password',
    minlength: lengthMin,
    hint: `At least ${lengthMin} characters. A few words in a row are good.`,
  })
}

/** Where a code is typed or pasted as it was mailed or shown; no program corrects it. */
export function codeField(given: Pick<Field, 'label'> & Partial<Field>): Html {
  return field({
    name: 'code',
    class: 'code',
    autocapitalize: 'none',
    spellcheck: 'false',
    maxlength: 128,
    autocomplete: 'one-time-code',
    ...given,
  })
}

/** A value that travels with a form; none where there is nothing to carry. */
export function hidden(name: string, value: string | null): Html | '' {
  return value === null ? '' : html`<input type="hidden" name="${name}" value="${value}">`
}

export type ButtonKind = 'primary' | 'danger' | 'link' | 'plain'

/** The button that sends a form. */
export function button(label: string, kind: ButtonKind = 'primary'): Html {
  return html`<button class="button ${kind}">${label}</button>`
}

/** What went wrong, read out as soon as the page is there. */
export function problem(text: string | null): Html | '' {
  return text === null ? '' : html`<div class="problem" role="alert"><p>${text}</p></div>`
}

/** What has just been done. */
export function flash(text: string | null): Html | '' {
  return text === null ? '' : html`<div class="flash" role="status"><p>${text}</p></div>`
}

/** What a person should know here. */
export function notice(text: string | null): Html | '' {
  return text === null ? '' : html`<div class="notice"><p>${text}</p></div>`
}
