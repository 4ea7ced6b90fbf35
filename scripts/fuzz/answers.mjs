import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'

// Holds answers against a document.

/** Gives a function that says what is wrong with an answer, or null. */
export function judgeOf(document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: true })
  formats.default(ajv)
  ajv.addSchema(document, 'document')
  const pointer = (...path) =>
    path
      .map((key) => key.replaceAll('~', '~0').replaceAll('/', '~1'))
      .map(encodeURIComponent)
      .join('/')
  const validate = (path, body) => {
    const check = ajv.getSchema(`document#/${path}`)
    return check(body)
      ? null
      : `${ajv.errorsText(check.errors)}: ${JSON.stringify(body).slice(0, 300)}`
  }

  function content({ type, text }, accepted, path) {
    if (accepted === undefined)
      return text === '' ? null : `a body where none is documented: ${text}`
    const isKnown = type in accepted || '*/*' in accepted
    if (!isKnown) return `content type ${type || 'none'}, not ${Object.keys(accepted).join(' or ')}`
    if (type !== 'application/json' || !accepted[type]?.schema) return null
    return validate(`${path}/content/${pointer(type)}/schema`, JSON.parse(text))
  }

  return function judge({ path, method, spec }, request, answer) {
    const { status, headers } = answer
    const responses = `paths/${pointer(path, method, 'responses')}`
    if (status >= 500) return `status ${status}: ${answer.text.slice(0, 300)}`
    if (!request.isKnown) {
      if (status !== 405) return `status ${status} for a method that nobody offers`
      if (!headers.get('Allow')) return '405 without Allow'
      if (request.method === 'HEAD') return null
      // Refused in the shape in which any other failure of the same path is told.
      return content(answer, spec.responses[500].content, `${responses}/500`)
    }
    const documented = spec.responses[status]
    if (!documented)
      return `status ${status}, which is not documented: ${answer.text.slice(0, 300)}`
    if (status === 429 && !headers.get('Retry-After')) return '429 without Retry-After'
    return content(answer, documented.content, `${responses}/${status}`)
  }
}
