import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { isSystemTrouble, systemTrouble } from '../../shared/system-trouble.ts'
import { ProgressLine, type ProgressOutlet } from '../../shared/terminal/progress-line.ts'
import { pageRequest, type TrustedPlace } from './ask-page.ts'
import { NewFile } from './new-file.ts'
import { pageRefusal } from './page-session.ts'
import { pageTrouble } from './page-trouble.ts'

/** What a command that hands out bytes answers. */
export interface LinkedFile {
  path: string
  name: string
}

export interface FetchParts {
  place: TrustedPlace
  /** Of the login that asked; absent: the address that asked is known. */
  cookie?: string | undefined
  /** The address at which the command was asked: with a token the file is for whoever comes from there as well. */
  at?: string | undefined
  clock: Clock
  outlet?: ProgressOutlet
}

/** A path of a hub that leads to bytes, and nowhere else. */
const LINK = /^\/files\/[A-Za-z0-9_-]{1,200}$/
const REFUSAL_BYTES = 64 * 1024
/** Nothing came for so long. */
const SILENT_MS = 60_000

/** Fetches what a command handed out, and writes it where `file` says. Returns where it is, and how many bytes. Leaves nothing half. */
export async function fetchFile(
  { path, name }: LinkedFile,
  file: string | undefined,
  { place, cookie, at, clock, outlet = process.stderr }: FetchParts,
): Promise<{ file: string; bytes: number }> {
  if (!LINK.test(path)) throw new LaresError('internal', 'the hub names a link that leads to no file of it')
  const into = file === '-' ? null : NewFile.open(file ?? NewFile.nameOf(name))
  const line = new ProgressLine('fetching', outlet)
  try {
    const response = await answerTo(place, path, { cookie, at, clock })
    const total = Number(response.headers['content-length'] ?? 0)
    let bytes = 0
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        // Beside a file that is shown on the same terminal a bar would stand in it.
        if (into || process.stdout.isTTY !== true) line.show(bytes, total)
        done(null, chunk)
      },
    })
    response.setTimeout(SILENT_MS, () => response.destroy(new Error(`nothing came for ${SILENT_MS / 1_000} s`)))
    if (into) await pipeline(response, counted, into.stream())
    else await pipeline(response, counted, process.stdout, { end: false })
    into?.keep()
    return { file: into?.path ?? '-', bytes }
  } catch (error) {
    throw isSystemTrouble(error) && into ? systemTrouble(error, into.path) : brokenOff(error)
  } finally {
    line.end()
    into?.discard()
  }
}

function brokenOff(error: unknown): unknown {
  const { code } = error as { code?: string }
  if (code !== 'ERR_STREAM_PREMATURE_CLOSE' && code !== 'ECONNRESET' && code !== 'ABORT_ERR') return error
  return new LaresError('unreachable', 'the file broke off, and nothing of it is kept', {
    cause: error,
    hint: 'Call it again: each link is good once.',
  })
}

function answerTo(
  place: TrustedPlace,
  path: string,
  { cookie, at, clock }: Pick<FetchParts, 'cookie' | 'at' | 'clock'>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = pageRequest(place, {
      ...(cookie === undefined ? {} : { cookie }),
      ...(at === undefined ? {} : { at }),
    })
    const sent = request({ ...options, path })
    const fail = (error: unknown) => {
      cancel()
      sent.destroy()
      reject(pageTrouble(place, error))
    }
    const cancel = clock.after(SILENT_MS, () => fail(new Error(`no answer in ${SILENT_MS / 1_000} s`)))
    sent.on('error', fail)
    sent.on('response', (response) => {
      cancel()
      if (response.statusCode === 200) resolve(response)
      else void refusal(place, response).then(fail, fail)
    })
    sent.end()
  })
}

async function refusal(place: TrustedPlace, response: IncomingMessage): Promise<LaresError> {
  let body = ''
  for await (const chunk of response as AsyncIterable<Buffer>) {
    body += chunk.toString()
    if (body.length > REFUSAL_BYTES) break
  }
  return pageRefusal(place, { status: response.statusCode ?? 0, body })
}
