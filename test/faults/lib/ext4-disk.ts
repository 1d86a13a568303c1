import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written any more. */
const SHUTDOWN =
  'import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587D, struct.pack("I", 2))'

/** An ext4 on a loop device of its own, as that of a Raspberry Pi's card. */
export interface Ext4Disk {
  /** Empty at first; without symbolic links. */
  folder: string
  /**
   * Ends it as a power cut does: what the kernel still holds in memory never gets to the device, and every write and sync
   * fails from then on.
   */
  cut(): Promise<void>
  /** Brings it back after a cut: the journal is replayed. No program may have a file of it open. */
  mountAgain(): void
  /** Flushes of the device so far. */
  flushes(): number
  remove(): void
}

const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' }).trim()

/** Makes one of that size, or says why it cannot. */
export function ext4Disk(megabytes: number): Ext4Disk | string {
  if (process.getuid?.() !== 0) return 'only root can mount an ext4'
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lares-ext4-')))
  const folder = join(scratch, 'disk')
  const image = join(scratch, 'image')
  const undo = [() => rmSync(scratch, { recursive: true, force: true })]
  const remove = () => {
    for (const step of undo.splice(0).reverse()) step()
  }
  try {
    mkdirSync(folder)
    writeFileSync(image, '')
    truncateSync(image, megabytes * 1024 * 1024)
    run('mkfs.ext4', '-q', '-F', '-b', '4096', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image)
    run('python3', '-c', 'import fcntl')
    const device = run('losetup', '--find', '--show', image)
    undo.push(() => void run('losetup', '--detach', device))
    const mount = () => void run('mount', '-t', 'ext4', '-o', 'noatime', device, folder)
    mount()
    undo.push(() => void run('umount', '--lazy', folder))
    return {
      folder,
      cut: async () => void (await promisify(execFile)('python3', ['-c', SHUTDOWN, folder])),
      mountAgain() {
        run('umount', folder)
        mount()
      },
      flushes: () =>
        Number(
          readFileSync(`/sys/block/${basename(device)}/stat`, 'utf8')
            .trim()
            .split(/\s+/)[15],
        ),
      remove,
    }
  } catch (error) {
    remove()
    return `no ext4 can be mounted here: ${String(error).split('\n')[0]}`
  }
}

/** Why tests of a real file system are skipped, said once, or `null` where one can be made and its power be cut. */
export async function ext4Trouble(what: string): Promise<string | null> {
  const probe = ext4Disk(16)
  let trouble = typeof probe === 'string' ? probe : null
  if (typeof probe !== 'string') {
    await probe.cut().catch((error) => {
      trouble = `its power cannot be cut: ${String(error).split('\n')[0]}`
    })
    probe.remove()
  }
  if (trouble !== null) console.warn(`tests of ${what} are skipped: ${trouble}`)
  return trouble
}
