import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT } from '../../source-tree.ts'

const COPIED = ['central', 'cli', 'docs', 'drizzle', 'edge', 'hub', 'scripts', 'shared', 'speech', 'lares', 'README.md']
const SETTINGS = ['package.json']
const LINKED = ['node_modules', '.node']

/** A copy of the program that a test may change, with what is installed beside it. */
export class HouseCopy {
  readonly folder = mkdtempSync(join(tmpdir(), 'lares-copy-'))

  constructor() {
    for (const name of [...COPIED, ...SETTINGS]) cpSync(join(ROOT, name), join(this.folder, name), { recursive: true })
    const settings = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { include: string[] }
    this.write('tsconfig.json', JSON.stringify({ ...settings, include: ['hub', 'shared', 'drizzle/**/*.ts'] }))
    for (const name of LINKED) symlinkSync(join(ROOT, name), join(this.folder, name))
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  /** Every file of it with its text. */
  files(): Map<string, string> {
    const patterns = COPIED.map((name) => (/\.|^lares$/.test(name) ? name : `${name}/**/*.*`))
    const paths = patterns.flatMap((pattern) => globSync(pattern, { cwd: this.folder }))
    return new Map(paths.sort().map((path) => [path, this.read(path)]))
  }

  /** Runs a program in it. Throws with what it printed unless it ends well. */
  run(program: string, ...words: string[]): string {
    const { status, stdout, stderr } = spawnSync(program, words, { cwd: this.folder, encoding: 'utf8' })
    if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`)
    return stdout
  }

  /** What is wrong with the types of the hub, or nothing. Throws with it. */
  check(): string {
    return this.run(join(ROOT, 'node_modules/.bin/tsc'), '--noEmit', '--project', join(this.folder, 'tsconfig.json'))
  }
}

/** How a registry differs: lines that came, or `null` when more happened to it than that. */
export function addedLines(before: string, after: string): string[] | null {
  const left = before.split('\n')
  const added = after.split('\n').filter((line) => {
    if (line !== left[0]) return true
    left.shift()
    return false
  })
  return left.length === 0 ? added : null
}
