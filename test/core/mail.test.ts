import { describe, expect, test } from 'vitest'
import { composeMail, type Letter } from '../../src/core/mail'
import { testCore } from '../support/core'

const { settings } = testCore({ APP_NAME: 'A <b>& "Place"' })
const code = 'abcde-fghij-kmnpq-rstuv-wxyz2-34567'
const disownCode = 'zzzzz-fghij-kmnpq-rstuv-wxyz2-34567'
const username = 'ada'

const letters: Letter[] = [
  { kind: 'confirm_email', username, code, disownCode },
  { kind: 'confirm_new_email', username, code, disownCode },
  { kind: 'reset_password', code },
  { kind: 'sign_in_code', username, code: '123456' },
  { kind: 'password_changed' },
  { kind: 'email_changed' },
  { kind: 'second_factor_on' },
  { kind: 'second_factor_off' },
  { kind: 'account_deleted' },
]

describe.each(letters.map((letter) => [letter.kind, letter] as const))('%s', (_, letter) => {
  const mail = composeMail(settings, letter)

  test('says the same as text and as HTML, each code alone on its line', () => {
    const codes = [
      ...('code' in letter ? [letter.code] : []),
      ...('disownCode' in letter ? [letter.disownCode] : []),
    ]
    const lines = mail.text.split('\n')
    for (const each of codes) {
      expect(lines.filter((line) => line === each)).toHaveLength(1)
      expect(mail.html).toContain(`>${each}</p>`)
    }
    expect(lines.filter((line) => /^(\d{6}|\w{5}(-\w{5}){5})$/.test(line))).toEqual(codes)
  })

  test('loads nothing, links to nothing and cannot be broken out of', () => {
    expect(mail.html).not.toMatch(/<(a|img|script|link|iframe|form)\b|\b(src|href)=|url\(/i)
    expect(mail.html).not.toContain('<b>')
    expect(mail.html).toContain('A &lt;b&gt;&amp; &quot;Place&quot;')
    expect(mail.subject).not.toMatch(/[\r\n]/)
  })

  test('names no origin but the configured one, and no code in an address', () => {
    const urls = mail.text.match(/https?:\/\/\S+/g) ?? []
    for (const url of urls) expect(url.startsWith('https://atrium.test')).toBe(true)
    expect(urls.join(' ')).not.toContain('abcde')
  })
})

test('mails with a code say how long it lives', () => {
  const lives = {
    confirm_email: '24 hours',
    reset_password: '30 minutes',
    sign_in_code: '10 minutes',
  }
  for (const [kind, lifetime] of Object.entries(lives)) {
    const letter = letters.find((each) => each.kind === kind)
    if (letter) expect(composeMail(settings, letter).text).toContain(lifetime)
  }
})
