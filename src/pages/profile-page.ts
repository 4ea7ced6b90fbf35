import type { Context } from 'hono'
import { html } from 'hono/html'
import { changeAccount, oneself } from '../core/account-changes'
import type { Account } from '../core/accounts'
import { pictureBytesMax, removePicture, setPicture } from '../core/pictures'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import { askerOf, identify } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { readFile } from '../http/multipart'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { area, choice } from '../http/page-fields'
import { button, field, problem } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { caller, session } from './callers'
import { answerAccount, avatar } from './layout'
import { countries, languages } from './regions'
import { PrivacyForm, ProfileForm, toChanges } from './requests'

/** What others see of somebody: names, words about them, the picture, and who may look closer. */

const path = '/account/profile'

export const profilePage = createRoutes()

profilePage.get(path, session, (c) => answerProfile(c))

profilePage.post(path, shield, caller, body(ProfileForm), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const isOpen = (name: string) => core.settings.editableFields.includes(name)
  if (!Object.keys(sent).every(isOpen)) await identify(c)
  try {
    const changes = toChanges(sent, (name) => isEditable(c, name))
    await changeAccount(core, askerOf(c), changes, oneself, clientOf(c, 'web'))
  } catch (error) {
    return answerProfile(c, { profile: explain(c, error), typed: sent })
  }
  return goBack(c, path, 'saved')
})

profilePage.post(`${path}/privacy`, caller, body(PrivacyForm), async (c) => {
  const isPrivate = c.req.valid('json').isPrivate !== undefined
  await changeAccount(c.var.core, c.var.caller, { isPrivate }, oneself, clientOf(c, 'web'))
  return goBack(c, path, isPrivate ? 'private' : 'public')
})

profilePage.post(`${path}/picture`, shield, session, async (c) => {
  const { core, viewer } = c.var
  try {
    await setPicture(core, viewer, await readFile(c, ['picture'], pictureBytesMax))
  } catch (error) {
    return answerProfile(c, { picture: explain(c, error) })
  }
  return goBack(c, path, 'picture')
})

profilePage.post(`${path}/picture/remove`, session, async (c) => {
  await removePicture(c.var.core, c.var.viewer)
  return goBack(c, path, 'no-picture')
})

const done = {
  saved: 'Your profile is saved.',
  private: 'Your account is private now.',
  public: 'Your account is public now.',
  picture: 'That is your picture now.',
  'no-picture': 'Your picture is gone.',
}

/** Whether the setting lets people change a field of their own; who they are matters where it does not. */
function isEditable(c: Context<AppEnv>, name: string): boolean {
  const { core, viewer } = c.var
  return core.settings.editableFields.includes(name) || viewer.account.role === 'admin'
}

interface Shown {
  readonly profile?: Refused
  readonly picture?: Refused
  /** What was typed into a form that was refused. */
  readonly typed?: ProfileForm
}

async function answerProfile(c: Context<AppEnv>, shown: Shown = {}) {
  const { account } = await identify(c)
  const refused = shown.profile ?? shown.picture
  const content = html`${await pictureSection(c, account, shown.picture)}
<section><h2>About you</h2>
${problem(shown.profile?.text ?? null)}
${profileForm(c, shown.typed ?? valuesOf(account))}</section>
${privacySection(account)}`
  return answerAccount(c, { section: path, title: 'Profile', content, done, refused })
}

function valuesOf({ username, firstName, lastName, profile }: Account): ProfileForm {
  return {
    username,
    firstName,
    lastName,
    pronouns: profile.pronouns ?? '',
    bio: profile.bio ?? '',
    organization: profile.organization ?? '',
    customLink: profile.customLink ?? '',
    country: profile.country ?? '',
    preferredLanguage: profile.preferredLanguage ?? '',
  }
}

function profileForm(c: Context<AppEnv>, values: ProfileForm): Html {
  const isFixed = (name: string) => !isEditable(c, name)
  const line = (name: keyof ProfileForm, label: string, more: { [name: string]: string } = {}) =>
    field({
      label,
      name,
      value: values[name],
      required: name === 'username',
      readonly: isFixed(name),
      ...more,
    })
  const chosen = (name: 'country' | 'preferredLanguage') => ({
    name,
    value: values[name],
    readonly: isFixed(name),
  })
  return html`<form method="post" action="${path}">
${line('firstName', 'First name', { autocomplete: 'given-name', maxlength: '150' })}
${line('lastName', 'Last name', { autocomplete: 'family-name', maxlength: '150' })}
${line('username', 'Username', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', maxlength: '100' })}
${line('pronouns', 'Pronouns', { maxlength: '50' })}
${area({ label: 'Bio', name: 'bio', value: values.bio, maxlength: 2000, readonly: isFixed('bio') })}
${line('organization', 'Organization', { autocomplete: 'organization', maxlength: '150' })}
${line('customLink', 'Custom link', { type: 'url', autocomplete: 'url', maxlength: '256', placeholder: 'https://' })}
${choice({ label: 'Country', options: countries(), ...chosen('country') })}
${choice({ label: 'Preferred language', options: languages(), ...chosen('preferredLanguage') })}
<p class="actions">${button('Save')}</p></form>`
}

async function pictureSection(
  c: Context<AppEnv>,
  account: Account,
  refused: Refused | undefined,
): Promise<Html> {
  const removal =
    account.pictureKey === null
      ? ''
      : buttonForm(`${path}/picture/remove`, 'Remove picture', { kind: 'link' })
  return html`<section><h2>Picture</h2>
${problem(refused?.text ?? null)}
<div class="person">${await avatar(c, account, 'large')}<div>
<form method="post" action="${path}/picture" enctype="multipart/form-data">
${field({ label: 'New picture', name: 'picture', type: 'file', accept: 'image/png', hint: 'A PNG of up to 1 MB.' })}
<p class="actions">${button('Upload', 'plain')}</p></form>${removal}</div></div></section>`
}

function privacySection({ isPrivate }: Account): Html {
  return html`<section><h2>Who may follow you</h2>
<form method="post" action="${path}/privacy">
<label class="check"><input type="checkbox" name="isPrivate"${isPrivate ? html` checked` : ''}> Private account: I decide who follows me</label>
<p class="hint">In a private account, only approved followers see whom you follow and who follows you. Going public approves everybody who is waiting.</p>
<p class="actions">${button('Save', 'plain')}</p></form></section>`
}
