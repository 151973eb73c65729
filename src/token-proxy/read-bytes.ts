/**
 * Reads a stream to its end; `undefined` if it holds more than `maxBytes`, whatever its length was said
 * to be. What is not wanted any more, because of the limit or the signal, is cancelled.
 */
export async function readBytes(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (!stream) return new Uint8Array()
  const reader = stream.getReader()
  // A stream that cannot be cancelled is no reason to wait for it, nor to fail.
  const cancel = (): void => void reader.cancel().catch(() => {})
  signal.addEventListener('abort', cancel)
  try {
    const chunks: Uint8Array[] = []
    let size = 0
    for (;;) {
      const { done, value } = await reader.read()
      // A cancelled stream ends as if it were complete.
      if (signal.aborted) throw new Error('Nobody waits for the rest.')
      if (done) return concatenate(chunks, size)
      size += value.byteLength
      // What is no bytes makes the size NaN, and is more than can be taken, too.
      if (!(size <= maxBytes)) {
        cancel()
        return undefined
      }
      chunks.push(value)
    }
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

function concatenate(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
