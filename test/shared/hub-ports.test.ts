import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubPorts, readHubPorts, writeHubPorts } from '../../shared/hub-ports.ts'

const ports: HubPorts = {
  pid: 1,
  tls: 2,
  plain: 3,
  http: 4,
  https: 5,
  host: '127.0.0.1',
  socket: '/s',
  base: 'house/one',
  pin: 'p',
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ports-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('where a hub listens', () => {
  it('is read as it was written, and the file is for the group at most', () => {
    expect(readHubPorts(folder)).toBeNull()
    writeHubPorts(folder, { ...ports, base: 'before' })
    writeHubPorts(folder, ports)
    expect(readHubPorts(folder)).toEqual(ports)
    expect(readdirSync(folder)).toEqual(['hub.ports.json'])
    expect(statSync(join(folder, 'hub.ports.json')).mode & 0o027).toBe(0)
  })

  it('is understood from an older hub, which named no base', () => {
    const { base: _base, ...older } = ports
    writeFileSync(join(folder, 'hub.ports.json'), JSON.stringify({ ready: true, ...older }))
    expect(readHubPorts(folder)).toEqual({ ...older, base: 'lares' })
  })

  it.each(['', '{"pid":1', '{}', 'null'])('is refused with a remedy when the file says %j', (text) => {
    writeFileSync(join(folder, 'hub.ports.json'), text)
    expect(() => readHubPorts(folder)).toThrow(expect.objectContaining({ code: 'bad_config' }))
  })
})
