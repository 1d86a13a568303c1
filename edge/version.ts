import { readFileSync } from 'node:fs'

interface PackageFile {
  version: string
}

/** The version of this installation, as package.json says. */
export function agentVersion(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as PackageFile).version
}
