import { Client } from 'pg'
import { LaresError } from '../shared/errors.ts'
import { tlsTrouble } from '../shared/tls-trouble.ts'

/** The address of central as its parts, with what the environment says where the address does not. */
export interface CentralAddress {
  /** As pg reads it: every stray character is encoded. */
  text: string
  user: string
  /** A name, an IP address without brackets, or the folder of a socket. */
  host: string
  port: number
  database: string
  /** The address itself holds a password, wherever it stands. */
  holdsPassword: boolean
  /** A file with the certificate of the server's authority, on this machine. */
  rootCertificate: string | null
}

/** What a line for others takes over: how to speak TLS, and never a file of this machine. */
const TAKEN_OVER = ['ssl', 'sslmode', 'sslnegotiation', 'uselibpqcompat']

const SCHEME = /^postgres(?:ql)?:\/\//

/** Reads an address of central in any form that pg knows. Throws `bad_config`, and never tells what may be a password. */
export function readCentralAddress(url: string): CentralAddress {
  if (!SCHEME.test(url)) throw notAnAddress('is not one of Postgres')
  // pg encodes stray characters too, but then takes some for encoded twice.
  const text = url
    .trim()
    .replace(/%(?![0-9a-f]{2})/gi, '%25')
    .replace(/\s/g, '%20')
  const authority = /^[^/?#]*/.exec(text.replace(SCHEME, ''))?.[0] ?? ''
  if (authority.slice(authority.lastIndexOf('@') + 1).includes(',')) throw severalHosts()
  const parsed = parsedAddress(text)
  const { pathname, hash, searchParams } = parsed
  const strayed = hash !== '' || pathname.includes('@') || [...searchParams.keys()].some((name) => name.includes('@'))
  if (strayed) throw notAnAddress('has a /, ? or # in its password that is not percent-encoded')
  const client = clientFor(text)
  if (client.host.includes(',')) throw severalHosts()
  return {
    text,
    user: client.user ?? '',
    host: client.host,
    port: client.port,
    database: client.database ?? '',
    holdsPassword: parsed.password !== '' || searchParams.has('password'),
    rootCertificate: searchParams.get('sslrootcert'),
  }
}

/**
 * Makes lines by which other logins reach the same database. Throws `bad_config` where none can be made that says exactly
 * what it should: ask before a login is made, whose password nobody would know.
 */
export function linesFrom(url: string): (role: string, password: string) => string {
  const address = readCentralAddress(url)
  const { searchParams } = parsedAddress(address.text)
  const taken = TAKEN_OVER.filter((name) => searchParams.has(name)).map(
    (name) => [name, searchParams.get(name) ?? ''] as [string, string],
  )
  const query = taken.length === 0 ? '' : `?${new URLSearchParams(taken)}`
  const host = address.host.includes(':') ? `[${address.host}]` : encodeURIComponent(address.host)
  const place = `${host}:${address.port}/${encodeURIComponent(address.database)}${query}`
  const line = (role: string, password: string) =>
    `postgres://${encodeURIComponent(role)}:${encodeURIComponent(password)}@${place}`
  checkLine(line('role', 'pass-word_1'), address)
  return line
}

function checkLine(line: string, { host, port, database }: CentralAddress): void {
  const read = clientFor(line)
  const wanted = [host, port, database, 'role', 'pass-word_1']
  if (wanted.every((part, place) => part === [read.host, read.port, read.database, read.user, read.password][place]))
    return
  throw new LaresError('bad_config', 'no line for others can be made of the address of central', {
    hint: 'Write it as postgres://USER@HOST:PORT/DATABASE with one host and a database of plain letters.',
  })
}

/** As pg does it: an empty host after a user is no URL, and is one with a name in its place. */
function parsedAddress(text: string): URL {
  for (const form of [text, text.replace('@/', '@localhost/')]) if (URL.canParse(form)) return new URL(form)
  throw notAnAddress('cannot be read: is everything in it percent-encoded that must be?')
}

function clientFor(text: string): Client {
  try {
    return new Client({ connectionString: text })
  } catch (cause) {
    const trouble = tlsTrouble(cause)
    if (trouble)
      throw new LaresError('bad_config', `central cannot be reached: ${trouble.cause}`, { cause, hint: trouble.remedy })
    throw notAnAddress('cannot be read')
  }
}

function notAnAddress(what: string): LaresError {
  return new LaresError('bad_config', `the address of central ${what}`, {
    hint: 'Write it as postgres://user:password@host:5432/database in LARES_CENTRAL; in a password / is %2F, ? is %3F, # is %23, @ is %40, % is %25.',
  })
}

function severalHosts(): LaresError {
  return new LaresError('bad_config', 'the address of central names several hosts', {
    hint: 'Name one: the primary, or a name that always leads to it.',
  })
}
