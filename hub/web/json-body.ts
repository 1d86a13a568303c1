import type { IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { describeIssues } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'

/** More than anybody types. */
const BODY_BYTES = 16 * 1024

/** Throws `too_large`, `bad_json` and `bad_params`. Nothing of the body is in what is thrown. */
export async function readJson<S extends z.ZodType>(request: IncomingMessage, schema: S): Promise<z.infer<S>> {
  if (!/^application\/json(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new LaresError('bad_json', 'the request is no JSON', { hint: 'Send it with Content-Type: application/json.' })
  const parsed = schema.safeParse(parse(await readBody(request)))
  if (parsed.success) return parsed.data
  throw new LaresError('bad_params', describeIssues(parsed.error, 'the request'), {
    hint: 'docs/web.md, "For programs", says what is sent here.',
  })
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > BODY_BYTES)
      throw new LaresError('too_large', `the request has more than ${BODY_BYTES} bytes`, { hint: 'Send less.' })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new LaresError('bad_json', 'the request is no JSON')
  }
}
