import type { Intercept } from './intercept'

interface Snapshot {
  readonly object: R2Object
  readonly bytes: ArrayBuffer
}

/** An R2 that counts and fails as told, and remembers what every key held before its last change. */
export function wrapObjects(real: R2Bucket, intercept: Intercept): R2Bucket {
  // Kept in memory: a key that has not changed since the start reads as it is, stale or not.
  // Multipart uploads are passed on as they are, and no change in this sense.
  const previous = new Map<string, Snapshot | null>()

  async function change<Result>(
    keys: readonly string[],
    perform: () => Promise<Result>,
  ): Promise<Result> {
    const before = await Promise.all(keys.map(async (key) => [key, await snapshot(key)] as const))
    const result = await perform()
    for (const [key, then] of before) {
      if (!isSame(then?.object ?? null, await real.head(key))) previous.set(key, then)
    }
    return result
  }

  async function snapshot(key: string): Promise<Snapshot | null> {
    const object = await real.get(key)
    return object && { object, bytes: await object.arrayBuffer() }
  }

  function get(key: string, options?: R2GetOptions) {
    const perform = () => real.get(key, options)
    return intercept<R2Object | null>({
      binding: 'R2',
      op: 'get',
      text: key,
      perform,
      miss: () => null,
      // Conditions and ranges are not looked at here: the whole former object comes back.
      stale: async () => {
        const then = previous.get(key)
        return then === undefined ? perform() : then && objectBody(then)
      },
    })
  }

  function put(...args: Parameters<R2Bucket['put']>) {
    const [key] = args
    return intercept<R2Object | null>({
      binding: 'R2',
      op: 'put',
      text: key,
      perform: () => change([key], () => real.put(...args)),
    })
  }

  return {
    get: get as R2Bucket['get'],
    put: put as R2Bucket['put'],
    head(key) {
      const perform = () => real.head(key)
      return intercept<R2Object | null>({
        binding: 'R2',
        op: 'head',
        text: key,
        perform,
        miss: () => null,
        stale: async () => {
          const then = previous.get(key)
          return then === undefined ? perform() : then && describeObject(then.object)
        },
      })
    },
    delete(keys) {
      const list = [keys].flat()
      return intercept({
        binding: 'R2',
        op: 'delete',
        text: list.join(' '),
        perform: () => change(list, () => real.delete(keys)),
      })
    },
    list: (options) =>
      intercept<R2Objects>({
        binding: 'R2',
        op: 'list',
        text: options?.prefix ?? '',
        perform: () => real.list(options),
        miss: () => ({ objects: [], delimitedPrefixes: [], truncated: false }),
      }),
    createMultipartUpload: (key, options) =>
      intercept({
        binding: 'R2',
        op: 'createMultipartUpload',
        text: key,
        perform: () => real.createMultipartUpload(key, options),
      }),
    resumeMultipartUpload: (key, uploadId) => real.resumeMultipartUpload(key, uploadId),
  }
}

function isSame(one: R2Object | null, other: R2Object | null): boolean {
  if (one === null || other === null) return one === other
  return (
    one.etag === other.etag &&
    JSON.stringify([one.httpMetadata, one.customMetadata]) ===
      JSON.stringify([other.httpMetadata, other.customMetadata])
  )
}

// The runtime's objects keep their fields as getters, which no spread would copy.
function describeObject(object: R2Object) {
  const { key, version, size, etag, httpEtag, checksums, uploaded, storageClass } = object
  const { httpMetadata, customMetadata } = object
  return {
    ...{ key, version, size, etag, httpEtag, checksums, uploaded, storageClass },
    ...(httpMetadata && { httpMetadata }),
    ...(customMetadata && { customMetadata }),
    writeHttpMetadata: (headers: Headers) => object.writeHttpMetadata(headers),
  }
}

function objectBody({ object, bytes }: Snapshot): R2ObjectBody {
  const response = new Response(bytes.slice(0))
  return {
    ...describeObject(object),
    get body() {
      return response.body ?? new ReadableStream()
    },
    get bodyUsed() {
      return response.bodyUsed
    },
    arrayBuffer: () => response.arrayBuffer(),
    bytes: () => response.bytes(),
    text: () => response.text(),
    json: <T>() => response.json<T>(),
    blob: () => response.blob(),
  }
}
