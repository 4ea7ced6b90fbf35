export interface MailboxMessage {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly sentAt: string
}

const refreshSeconds = 3

/** The mailbox as a page without scripts: a list, the selected message (else the newest), a refresh. */
export function renderMailboxPage(messages: readonly MailboxMessage[], id: string | null): string {
  const selected = messages.find((message) => message.id === id) ?? messages[0]
  const count = messages.length === 1 ? '1 message' : `${messages.length} messages`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${refreshSeconds}">
<title>Mailbox (${messages.length})</title>
<style>${style}</style>
</head>
<body>
<header><h1>Mailbox</h1><p>${count}, newest first. This page refreshes itself.
<a href="/dev/mailbox.json">As JSON</a></p></header>
<main>
<nav aria-label="Messages">${renderList(messages, selected)}</nav>
${selected ? renderMessage(selected) : '<article class="empty">No mail yet.</article>'}
</main>
</body>
</html>
`
}

function renderList(
  messages: readonly MailboxMessage[],
  selected: MailboxMessage | undefined,
): string {
  const items = messages.map((message) => {
    const current = message === selected ? ' aria-current="true"' : ''
    return `<li><a href="/dev/mailbox?id=${message.id}"${current}>
<strong>${escapeHtml(message.subject) || '(no subject)'}</strong>
<span>${escapeHtml(message.to)}</span>
<time datetime="${message.sentAt}">${readableTime(message.sentAt)}</time></a></li>`
  })
  return `<ol>${items.join('\n')}</ol>`
}

// The frame is sandboxed with nothing allowed: a mail shows, and can do nothing to this origin.
function renderMessage(message: MailboxMessage): string {
  return `<article>
<h2>${escapeHtml(message.subject) || '(no subject)'}</h2>
<p>to ${escapeHtml(message.to)}, ${readableTime(message.sentAt)}</p>
<h3>HTML</h3>
<iframe sandbox title="The message as HTML" srcdoc="${escapeHtml(message.html)}"></iframe>
<h3>Text</h3>
<pre>${escapeHtml(message.text)}</pre>
</article>`
}

function readableTime(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

const style = `
:root { --line: #d5d8dd; --quiet: #5c6470; --chosen: #e8effc }
@media (prefers-color-scheme: dark) { :root { --line: #3a3f47; --quiet: #a0a8b4; --chosen: #26344f } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 76rem; padding: 1rem }
h1, h2, h3 { line-height: 1.25; margin: 0 } h3 { color: var(--quiet); font-size: 0.9rem; margin-top: 1rem }
header p, article p { color: var(--quiet); margin: 0.25rem 0 1rem }
main { display: grid; gap: 1.5rem; grid-template-columns: minmax(14rem, 22rem) minmax(0, 1fr) }
@media (max-width: 44rem) { main { grid-template-columns: minmax(0, 1fr) } }
ol { border: 1px solid var(--line); border-width: 1px 0 0; list-style: none; margin: 0; padding: 0 }
li a { border-bottom: 1px solid var(--line); color: inherit; display: grid; padding: 0.5rem; text-decoration: none }
li a:hover, li a[aria-current] { background: var(--chosen) }
li span, li time { color: var(--quiet); font-size: 0.875rem; overflow-wrap: anywhere }
iframe { background: #fff; border: 1px solid var(--line); color-scheme: light; height: 26rem; width: 100% }
pre { border: 1px solid var(--line); margin: 0; overflow-wrap: anywhere; padding: 0.75rem; white-space: pre-wrap }
`
