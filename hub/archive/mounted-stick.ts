import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Where the kernel and udev say what is mounted where. */
export interface MountSources {
  /** `/proc/self/mountinfo` (proc(5)). */
  mounts: string
  /** `/run/udev/data`: also where a service sees no devices. */
  udev: string
  /** `/dev/disk/by-label`. */
  labels: string
}

const SYSTEM: MountSources = {
  mounts: '/proc/self/mountinfo',
  udev: '/run/udev/data',
  labels: '/dev/disk/by-label',
}

interface Mount {
  /** `8:1`. */
  device: string
  at: string
  source: string
}

/** Where the file system with this label is mounted; `null`: it is not, or there is none. */
export function mountOfLabel(label: string, sources: MountSources = SYSTEM): string | null {
  const link = deviceOf(label, sources)
  const found = mountsIn(sources.mounts).find(
    ({ device, source }) => labelOf(device, sources) === label || (link !== null && basename(source) === link),
  )
  return found?.at ?? null
}

/** Whether a file lies on what is mounted there, and not in the folder below it. */
export function liesOn(file: string, mount: string): boolean {
  return (
    statSync(file).dev === statSync(mount).dev &&
    (mount === '/' || statSync(mount).dev !== statSync(join(mount, '..')).dev)
  )
}

/** Which of these paths something is mounted on: they can be neither renamed nor replaced. None where that cannot be looked up. */
export function mountedOn(paths: readonly string[], { mounts }: Pick<MountSources, 'mounts'> = SYSTEM): string[] {
  if (!existsSync(mounts)) return []
  const taken = new Set(mountsIn(mounts).map(({ at }) => at))
  return paths.filter((path) => existsSync(path) && taken.has(realpathSync(path)))
}

function mountsIn(file: string): Mount[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [before = '', behind = ''] = line.split(' - ')
      const [, , device, , at] = before.split(' ')
      const [, source] = behind.split(' ')
      if (device === undefined || at === undefined || source === undefined) return []
      return [{ device, at: plain(at), source: plain(source) }]
    })
}

/** Blanks and the like are written there as three octal digits. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/** As udev knows it of a block device. */
function labelOf(device: string, { udev }: MountSources): string | null {
  const file = join(udev, `b${device}`)
  if (!existsSync(file)) return null
  const [, encoded] = /^E:ID_FS_LABEL_ENC=(.*)$/m.exec(readFileSync(file, 'utf8')) ?? []
  return encoded === undefined ? null : unescaped(encoded)
}

function deviceOf(label: string, { labels }: MountSources): string | null {
  const link = join(labels, escaped(label))
  return existsSync(link) ? basename(realpathSync(link)) : null
}

/** What udev writes for what a name may not have: `\x20` for a blank. */
function unescaped(text: string): string {
  const bytes = text.replace(/\\x([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function escaped(label: string): string {
  return label.replace(/[^\p{L}\p{N}#+\-.:=@_]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''),
  )
}
