import { describe, expect, it } from 'vitest'
import { unreachable } from '../../cli/unreachable.ts'

const of = (code: string) =>
  unreachable('/house/hub.sock', Object.assign(new Error(`connect ${code} /house/hub.sock`), { code }))

describe('a hub that does not answer', () => {
  it('is told from one whose socket this user may not open', () => {
    const refused = of('EACCES')
    expect(refused).toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^the user \S+ may not open \/house\/hub\.sock$/),
    })
    expect(refused.hint).toMatch(/sudo.*group lares/)
    expect(of('ECONNREFUSED').hint).not.toContain('group')
  })

  it('may be one that starts, and its socket is named once', () => {
    expect(of('ENOENT').message).toBe('no hub answers at /house/hub.sock: there is no such socket')
    expect(of('ENOENT').hint).toContain('just been started answers within seconds')
    expect(unreachable('/house/hub.sock').message).toBe('no hub answers at /house/hub.sock: the connection was closed')
  })
})
