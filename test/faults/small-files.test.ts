import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import {
  readDeviceIdentity,
  readPendingJoin,
  writeDeviceIdentity,
  writePendingJoin,
} from '../../edge/link/device-identity.ts'
import { loadCertificate } from '../../hub/listen/certificate.ts'
import { noteCheckDue, noteDamage, suspicionOf } from '../../hub/store/check-mark.ts'
import { Ballast } from '../../shared/ballast.ts'
import { LaresError } from '../../shared/errors.ts'
import { readHubPorts, writeHubPorts } from '../../shared/hub-ports.ts'
import { silentLog } from '../../shared/log.ts'
import { lockFolder } from '../../shared/sqlite/lock.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'
import { type SmallDisk, smallDisk, smallDiskTrouble } from './lib/small-disk.ts'

const trouble = smallDiskTrouble('small files on a full or read-only disk')

/** A file that a start depends on: how it is written, and what a reader finds. `version` tells one text from the next. */
interface SmallFile {
  write(folder: string, version: number): unknown
  read(folder: string): unknown
}

const secret = 's'.repeat(43)
const FILES: [name: string, file: SmallFile][] = [
  [
    'identity.json',
    {
      write: (folder, version) =>
        writeDeviceIdentity(folder, {
          device: 'kitchen-x7k2m9',
          secret,
          addresses: ['127.0.0.1:1'],
          pin: secret,
          base: 'lares',
          name: 'K'.repeat(9_000),
          joined_at: version,
        }),
      read: (folder) => readDeviceIdentity(folder)?.joined_at,
    },
  ],
  [
    'joining.json',
    {
      write: (folder, version) => writePendingJoin(folder, { invitation: `${'i'.repeat(9_000)}${version}`, secret }),
      read: (folder) => Number(readPendingJoin(folder)?.invitation.at(-1)),
    },
  ],
  [
    'hub.ports.json',
    {
      write: (folder, version) =>
        writeHubPorts(folder, {
          ...{ pid: version, tls: 1, plain: 2, http: 3, host: 'h'.repeat(9_000), socket: 's', base: 'lares', pin: 'p' },
        }),
      read: (folder) => readHubPorts(folder)?.pid,
    },
  ],
]

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0).reverse()) close()
})

function disk(): SmallDisk {
  const made = smallDisk(4)
  if (typeof made === 'string') throw new Error(made)
  closing.push(() => made.remove())
  return made
}

/** What a person would be told; `null` when the write went well. */
async function told(write: () => unknown): Promise<LaresError | null> {
  try {
    await write()
    return null
  } catch (error) {
    return error instanceof LaresError ? error : systemTrouble(error)
  }
}

const CASES = FILES.flatMap(([name, file]) =>
  (
    [
      ['full', 'disk_full'],
      ['nearly full', 'disk_full'],
      ['read-only', 'no_permission'],
    ] as const
  ).map(([state, code]) => ({ name, file, state, code })),
)

describe.skipIf(trouble !== null)('a file that a start depends on', () => {
  it.each(CASES)('$name keeps its last whole text on a $state disk, and what is wrong is named', async (one) => {
    const { file, state, code } = one
    const made = disk()
    await file.write(made.folder, 1)
    if (state === 'read-only') made.remount('ro')
    // Room for the name and the first page of the text.
    else made.fill(state === 'full' ? 0 : 4_096)
    const before = readdirSync(made.folder)
    const error = await told(() => file.write(made.folder, 2))
    expect({ code: error?.code, hint: error?.hint }).toEqual({ code, hint: expect.any(String) })
    expect(file.read(made.folder)).toBe(1)
    expect(readdirSync(made.folder)).toEqual(before)
    if (state === 'read-only') made.remount('rw')
    else made.makeRoom()
    expect(await told(() => file.write(made.folder, 2))).toBeNull()
    expect(file.read(made.folder)).toBe(2)
  })

  it.each([
    ['full', 'disk_full'],
    ['read-only', 'no_permission'],
  ])(
    'the certificate that cannot be made on a %s disk leaves nothing behind that a start would take',
    async (state, code) => {
      const made = disk()
      if (state === 'full') made.fill()
      else made.remount('ro')
      expect((await told(() => loadCertificate(made.folder, {})))?.code).toBe(code)
      for (const name of ['tls.key', 'tls.crt']) expect(existsSync(join(made.folder, name))).toBe(false)
      if (state === 'full') made.makeRoom()
      else made.remount('rw')
      const { cert } = await loadCertificate(made.folder, {})
      expect(readFileSync(join(made.folder, 'tls.crt'))).toEqual(cert)
    },
  )

  it('the mark of a damaged database needs no room', () => {
    const made = disk()
    const file = join(made.folder, 'hub.db')
    noteCheckDue(file)
    made.fill()
    noteDamage(file, 'database disk image is malformed')
    expect(suspicionOf(file)).toBe('damage')
  })

  it('the lock needs no room', () => {
    const made = disk()
    made.fill()
    const unlock = lockFolder(join(made.folder, 'lock.db'))
    expect(() => lockFolder(join(made.folder, 'lock.db'))).toThrow(/held by another/)
    unlock()
  })

  it('the kept room that does not fit leaves no part of itself', async () => {
    const made = disk()
    const ballast = new Ballast({ folder: made.folder, bytes: 8 * 1024 * 1024, log: silentLog })
    await ballast.restore(1e12)
    expect(readdirSync(made.folder)).toEqual([])
  })
})
