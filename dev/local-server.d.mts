export interface LocalServer {
  readonly origin: string
  readonly state: string
  stop(): Promise<void>
}

export function startLocalServer(options?: {
  readonly harness?: boolean
  readonly vars?: { readonly [name: string]: string }
}): Promise<LocalServer>
