import { html } from 'hono/html'
import type { Html } from './page'
import { attributes } from './page-parts'

/** Fields beside the plain ones of page-parts.ts. */

interface Given {
  readonly label: string
  readonly name: string
  readonly value: string
  readonly hint?: string
  readonly readonly?: boolean
}

const hintOf = ({ name, hint }: Given) =>
  hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`

/** A text with lines. The first line break after the tag is not part of it, so one is put there. */
export function area(given: Given & { readonly maxlength: number }): Html {
  const { label, name, value, maxlength, readonly, hint } = given
  const own = { id: name, name, maxlength, readonly, 'aria-describedby': hint && `${name}-hint` }
  return html`<div class="field"><label for="${name}">${label}</label><textarea rows="4"${attributes(own)}>
${value}</textarea>${hintOf(given)}</div>`
}

export interface Option {
  readonly value: string
  readonly label: string
}

/** One of some, or none. What was chosen elsewhere and is not among them stays as it is. */
export function choice(given: Given & { readonly options: readonly Option[] }): Html {
  const { label, name, value, options, readonly } = given
  const isKnown = value === '' || options.some((option) => option.value === value)
  const all = [
    { value: '', label: 'Not said' },
    ...(isKnown ? [] : [{ value, label: value }]),
    ...options,
  ]
  const items = all.map(
    (option) =>
      html`<option${attributes({ value: option.value, selected: option.value === value })}>${option.label}</option>`,
  )
  return html`<div class="field"><label for="${name}">${label}</label><select${attributes({ id: name, name, disabled: readonly })}>${items}</select>${hintOf(given)}</div>`
}
