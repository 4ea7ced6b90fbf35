// Which API is shown stands in the address, so that a link to it can be passed on.

const apis = await (await fetch('apis.json')).json()
const asked = new URLSearchParams(location.search).get('api')
const shown = apis.find(({ name }) => name === asked) ?? apis[0]

const nav = document.querySelector('nav')
for (const { name } of apis) {
  const link = document.createElement('a')
  link.href = `?api=${name}`
  link.textContent = name
  if (name === shown.name) link.setAttribute('aria-current', 'page')
  nav.append(link)
}
document.title = `${shown.title}, API reference`

window.SwaggerUIBundle({
  url: `/${shown.name}/openapi.json`,
  dom_id: '#reference',
  deepLinking: true,
  displayOperationId: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  // Its badge would ask a server of somebody else.
  validatorUrl: null,
})
