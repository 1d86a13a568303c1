import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { machine, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface EpollModule {
  Epoll: {
    new (
      heard: (error: Error | null, fd: number, events: number) => void,
    ): { add(fd: number, events: number): void; remove(fd: number): void; close(): void }
    EPOLLIN: number
  }
}

const load = createRequire(import.meta.url)

describe('an emulated worker of Vitest', () => {
  // Were it not, every test beside this one would pass on this machine's own processor.
  it('is a Node of arm64, and so is what it starts by its own name', () => {
    expect([process.arch, machine()]).toEqual(['arm64', 'aarch64'])
    expect(execFileSync(process.execPath, ['-p', 'process.arch'], { encoding: 'utf8' })).toBe('arm64\n')
  })

  it('has the epoll of onoff, which tells when a file can be read', async () => {
    const { Epoll } = load('epoll') as EpollModule
    const folder = mkdtempSync(join(tmpdir(), 'lares-epoll-'))
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    const fd = openSync(pipe, 'r+')
    const told = Promise.withResolvers<[fd: number, events: number]>()
    const epoll = new Epoll((error, ...event) => (error ? told.reject(error) : told.resolve(event)))
    try {
      epoll.add(fd, Epoll.EPOLLIN)
      writeSync(fd, '1')
      expect(await told.promise).toEqual([fd, Epoll.EPOLLIN])
    } finally {
      epoll.remove(fd)
      epoll.close()
      closeSync(fd)
      rmSync(folder, { recursive: true })
    }
  })
})
