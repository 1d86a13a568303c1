import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

/** The first line of a child's standard output as JSON. Rejects with what it wrote to standard error when it ends before. */
export function firstLine<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + String(chunk)).slice(-4_000)
    })
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`${child.spawnargs.slice(1, 3).join(' ')} ended with ${code ?? signal}\n${complaint}`)),
    )
    if (!child.stdout) throw new Error('the child has no standard output')
    createInterface(child.stdout).once('line', (line) => resolve(JSON.parse(line) as T))
  })
}
