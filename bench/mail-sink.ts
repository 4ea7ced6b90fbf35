import { WorkerEntrypoint } from 'cloudflare:workers'

/** Stands where mail is sent: local simulations of it write files, which is not what is measured. */
export class MailSink extends WorkerEntrypoint {
  async send(): Promise<void> {}
}

export default { fetch: () => new Response(null, { status: 404 }) }
