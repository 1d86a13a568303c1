import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { csvRows } from './csv-rows.ts'
import { jsonRows } from './json-rows.ts'
import type { ListRow } from './list-row.ts'

/** Beyond this it is no list of devices of a house, and no memory of a Pi. */
const MOST_BYTES = 256 * 1024 * 1024
const CHUNK_BYTES = 65_536

export interface ListFile {
  name: string
  /** How it was read, for people: `CSV`, `JSON, UTF-16`. */
  form: string
  rows: Iterable<ListRow>
}

/** Opens a list of devices: JSON or CSV, by what stands in it and not by its name. Throws what keeps it from being read. */
export function openList(path: string): ListFile {
  const bytes = readBytes(path)
  const encoding = encodingOf(bytes)
  const start = new TextDecoder(encoding).decode(bytes.subarray(0, CHUNK_BYTES)).trimStart()
  const name = basename(path)
  if (start === '')
    throw new LaresError('bad_params', `${name} is empty`, { hint: 'Name the file that holds the list.' })
  const isJson = /^[[{]/.test(start)
  const chunks = textOf(bytes, encoding)
  return {
    name,
    form: [
      isJson ? 'JSON' : 'CSV',
      ...(encoding === 'utf-8' ? [] : [encoding.replace('utf', 'UTF').replace('w', 'W')]),
    ].join(', '),
    rows: isJson ? jsonRows(chunks) : csvRows(chunks),
  }
}

function readBytes(path: string): Buffer {
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES)
      throw new LaresError('too_large', `${basename(path)} is larger than ${MOST_BYTES / 1024 / 1024} MB`, {
        hint: 'Part it in several files and import one after the other.',
      })
    const bytes = readFileSync(path)
    if (!isWorkbook(bytes)) return bytes
  } catch (error) {
    throw systemTrouble(error, path)
  }
  throw new LaresError('bad_params', `${basename(path)} is a workbook of a spreadsheet`, {
    hint: 'Save the sheet as CSV there, and import that.',
  })
}

/** A zip archive, as .xlsx and .ods are, or an old .xls. */
function isWorkbook(bytes: Buffer): boolean {
  return (
    bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')) || bytes.subarray(0, 2).equals(Buffer.from([0xd0, 0xcf]))
  )
}

/** By its first bytes; without them UTF-8 where it is that, else what spreadsheets on Windows write. */
function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252'
}

/** The text piece by piece, so that no file is in memory twice. The mark at its beginning is no part of it. */
function* textOf(bytes: Buffer, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding)
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    yield decoder.decode(bytes.subarray(at, at + CHUNK_BYTES), { stream: true })
  yield decoder.decode()
}
