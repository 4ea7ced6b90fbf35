import { html } from 'hono/html'
import * as z from 'zod/mini'
import { disownEmail } from '../core/email-confirmation'
import { body } from './body'
import { answerPage, type Page } from './page'
import { answerRefusal, pageBoundary } from './page-failures'
import { button, field, problem } from './page-parts'
import { createRoutes } from './routing'
import { shield } from './shield'

/**
 * The page named in confirmation mails, for people whose address somebody else used. The code is
 * typed in and posted, so that no mail scanner deletes an account by following a link.
 */

export const disownPage = createRoutes()
disownPage.onError(pageBoundary)

function formPage(refused: string | null): Page {
  return {
    title: 'This was not me',
    content: html`<h1>This was not me</h1>
<p>Enter the code from the end of the mail. An account that was made with your address is deleted; a change to your address is dropped.</p>
${problem(refused)}
<form method="post" action="/disown-email">
${field({
  label: 'Code',
  name: 'code',
  class: 'code',
  autocomplete: 'off',
  autocapitalize: 'none',
  spellcheck: 'false',
  maxlength: 128,
})}
${button('It was not me', 'danger')}
</form>`,
  }
}

const donePage: Page = {
  title: 'Thank you',
  content: html`<h1>Done</h1><p>Thank you. Your address is no longer used.</p>`,
}

disownPage.get('/disown-email', (c) =>
  answerPage(c, c.req.query('done') === '1' ? donePage : formPage(null)),
)

const DisownBody = z.object({ code: z.string() })

disownPage.post('/disown-email', shield, body(DisownBody), async (c) => {
  try {
    await disownEmail(c.var.core, c.req.valid('json').code)
  } catch (error) {
    return answerRefusal(c, error, formPage)
  }
  return c.redirect('/disown-email?done=1', 303)
})
