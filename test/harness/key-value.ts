import type { Intercept } from './intercept'

type Entry = KVNamespaceGetWithMetadataResult<ArrayBuffer, unknown>
type ReadOptions = string | { type?: string } | undefined

const nothing: Entry = { value: null, metadata: null, cacheStatus: null }

/** A KV that counts and fails as told, and remembers what every key held before its last change. */
export function wrapKeyValue(real: KVNamespace, intercept: Intercept): KVNamespace {
  // Kept in memory: a key that has not changed since the start reads as it is, stale or not.
  const previous = new Map<string, Entry>()

  async function change(key: string, perform: () => Promise<void>): Promise<void> {
    const before = await real.getWithMetadata(key, 'arrayBuffer')
    await perform()
    const after = await real.getWithMetadata(key, 'arrayBuffer')
    if (!isSame(before, after)) previous.set(key, before)
  }

  function read(op: 'get' | 'getWithMetadata', keys: string | string[], options?: ReadOptions) {
    const type = (typeof options === 'string' ? options : options?.type) ?? 'text'
    const render = (entry: Entry) => {
      const value = valueAs(entry.value, type)
      return op === 'get' ? value : { ...entry, value }
    }
    const realOne = (key: string): Promise<unknown> => Reflect.apply(real[op], real, [key, options])
    const staleOne = async (key: string) => {
      const before = previous.get(key)
      return before ? render(before) : realOne(key)
    }
    return intercept<unknown>({
      binding: 'KV',
      op,
      text: words(keys),
      perform: () => Reflect.apply(real[op], real, [keys, options]),
      miss: () =>
        Array.isArray(keys) ? new Map(keys.map((key) => [key, render(nothing)])) : render(nothing),
      stale: async () =>
        Array.isArray(keys)
          ? new Map(await Promise.all(keys.map(async (key) => [key, await staleOne(key)] as const)))
          : staleOne(keys),
    })
  }

  const get = (keys: string | string[], options?: ReadOptions) => read('get', keys, options)
  const getWithMetadata = (keys: string | string[], options?: ReadOptions) =>
    read('getWithMetadata', keys, options)

  return {
    get: get as KVNamespace['get'],
    getWithMetadata: getWithMetadata as KVNamespace['getWithMetadata'],
    put: (key, value, options) =>
      intercept({
        binding: 'KV',
        op: 'put',
        text: key,
        perform: () => change(key, () => real.put(key, value, options)),
      }),
    delete: (key) =>
      intercept({
        binding: 'KV',
        op: 'delete',
        text: key,
        perform: () => change(key, () => real.delete(key)),
      }),
    list: <Metadata>(options?: KVNamespaceListOptions) =>
      intercept<KVNamespaceListResult<Metadata>>({
        binding: 'KV',
        op: 'list',
        text: options?.prefix ?? '',
        perform: () => real.list<Metadata>(options),
        miss: () => ({ keys: [], list_complete: true, cacheStatus: null }),
      }),
  }
}

function words(keys: string | string[]): string {
  return Array.isArray(keys) ? keys.join(' ') : keys
}

function valueAs(value: ArrayBuffer | null, type: string): unknown {
  if (value === null) return null
  if (type === 'arrayBuffer') return value.slice(0)
  if (type === 'stream') return new Response(value.slice(0)).body
  const text = new TextDecoder().decode(value)
  return type === 'json' ? JSON.parse(text) : text
}

// A write that leaves a key as it was is no change, and must not wipe out what was there before.
function isSame(one: Entry, other: Entry): boolean {
  if (one.value === null || other.value === null) return one.value === other.value
  const [left, right] = [new Uint8Array(one.value), new Uint8Array(other.value)]
  return (
    left.length === right.length &&
    left.every((byte, index) => byte === right[index]) &&
    JSON.stringify(one.metadata) === JSON.stringify(other.metadata)
  )
}
