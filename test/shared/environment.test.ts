import { describe, expect, it } from 'vitest'
import { runCentral } from '../../central/main.ts'
import { socketOf } from '../../cli/which-hub.ts'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { defaultDataFolder } from '../../edge/data-folder.ts'
import { runtimeFolder } from '../../edge/status/status-file.ts'
import { readHubConfig } from '../../hub/config.ts'
import { centralSetting } from '../../hub/core/central-setting.ts'
import { inherited, variable } from '../../shared/environment.ts'

async function centralSays(env: NodeJS.ProcessEnv): Promise<string> {
  const said: string[] = []
  await runCentral(['list-sites'], { env, err: (text) => said.push(text) })
  return said.join('')
}

function within<T>(more: Record<string, string>, run: () => T): T {
  const before = Object.keys(more).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, more)
  try {
    return run()
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}

describe.each(['', ' '])('an environment variable of "%s"', (empty) => {
  it('is one that is not set', () => {
    expect(variable('LARES_X', { LARES_X: empty })).toBeUndefined()
    expect(variable('LARES_X', {})).toBeUndefined()
    expect(variable('LARES_X', { LARES_X: ' a ' })).toBe(' a ')
  })

  it('is none to central, the hub, its clients and the agent', async () => {
    expect(await centralSays({ LARES_CENTRAL: empty })).toContain('the address of central is not known')
    within({ LARES_CENTRAL_URL: empty, LARES_DATA: empty }, () => {
      expect(centralSetting(readHubConfig(undefined), '/nowhere')).toEqual({ url: null, fault: null })
      expect(socketOf({}).socket).toMatch(/\/lares-data\/hub\.sock$/)
    })
    const env = { STATE_DIRECTORY: empty, XDG_STATE_HOME: empty, RUNTIME_DIRECTORY: empty, HOME: '/home/x' }
    expect(defaultDataFolder(env)).toMatch(/\/\.local\/state\/lares\/edge$/)
    expect(runtimeFolder(env, '/data')).toBe('/data')
    expect(loadConfig({ env: { LARES_EDGE_AGENT_NAME: empty, LARES_EDGE_NO_SUCH: empty } }).faults).toEqual([])
  })

  it('goes to other programs as it is', () => {
    within({ LARES_X: empty }, () => expect(inherited({ A: 'b' })).toMatchObject({ LARES_X: empty, A: 'b' }))
  })
})
