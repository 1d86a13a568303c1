import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { variable } from '../../shared/environment.ts'
import { asError } from '../../shared/errors.ts'
import type { HubConfig } from '../config.ts'

/** Where central is, or why nobody can tell. Both `null`: this house has none. */
export interface CentralSetting {
  url: string | null
  /** What is wrong with what was said, naming the place and never what stands there: it may be a password. */
  fault: string | null
}

/**
 * Where central is: from the settings, from a file, from the environment. A house works without central, so what cannot be
 * understood is told and throws nothing.
 */
export function centralSetting({ central, centralFault }: HubConfig, folder: string): CentralSetting {
  if (centralFault !== undefined) return { url: null, fault: centralFault }
  if (central.url !== undefined) return understood(central.url, '[central] url')
  const file = central.url_file ?? join(folder, 'central.url')
  if (central.url_file !== undefined || existsSync(file)) {
    try {
      return understood(readFileSync(file, 'utf8'), file)
    } catch (error) {
      return { url: null, fault: `${file} cannot be read: ${asError(error).message}` }
    }
  }
  const url = variable('LARES_CENTRAL_URL')
  return url === undefined ? { url: null, fault: null } : understood(url, 'LARES_CENTRAL_URL')
}

function understood(text: string, from: string): CentralSetting {
  const url = addressIn(text.trim())
  if (url === null) return { url: null, fault: `${from} holds no postgres:// address` }
  // Two forms that only Postgres' own clients know have no host between the slashes.
  if (!URL.canParse(url.replace(/^(postgres(?:ql)?:\/\/[^/?#]*@)\//, '$1localhost/')))
    return { url: null, fault: `${from} holds an address that cannot be read; is its password percent-encoded?` }
  return { url, fault: null }
}

/** The bare line, in quotes or not, or the lines of a settings file around it. */
function addressIn(text: string): string | null {
  const bare = /^(["']?)(postgres(?:ql)?:\/\/\S+)\1$/.exec(text)?.[2]
  if (bare !== undefined) return bare
  try {
    const toml = parse(text) as { url?: unknown; central?: { url?: unknown } }
    const url = toml.central?.url ?? toml.url
    return typeof url === 'string' && /^postgres(?:ql)?:\/\//.test(url) ? url : null
  } catch {
    return null
  }
}
