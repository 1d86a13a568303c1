import type { Machine } from './machine.ts'

export interface Mount {
  point: string
  /** `major:minor`, the only name that is the same in every file of /proc (`/dev/root` is not). */
  device: string
  readOnly: boolean
}

/** The mount that holds an absolute path: the last one with the longest matching mount point. */
export async function mountOf(machine: Machine, path: string): Promise<Mount | null> {
  let best: Mount | null = null
  for (const line of (await machine.readText('/proc/self/mountinfo')).split('\n')) {
    const mount = parseMount(line)
    if (mount && isWithin(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  }
  return best
}

/** One line of mountinfo: id, parent, device, root, point, options, tags …, `-`, type, source, options of the system. */
function parseMount(line: string): Mount | null {
  const [before, after] = line.split(' - ')
  const [, , device, , point, options] = before?.split(' ') ?? []
  const systemOptions = after?.split(' ')[2]
  if (device === undefined || point === undefined || options === undefined || systemOptions === undefined) return null
  const readOnly = [...options.split(','), ...systemOptions.split(',')].includes('ro')
  return { point: unescapeOctal(point), device, readOnly }
}

function isWithin(path: string, point: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`)
}

/** The kernel writes a space in a path as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
