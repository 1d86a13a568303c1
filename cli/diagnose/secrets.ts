import { readFileSync } from 'node:fs'

/** Texts of these files that must not leave the machine: whole lines, values of JSON, and passwords in addresses. */
export function secretsIn(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      return [] // What this user cannot read cannot get into the bundle.
    }
    const lines = text.split('\n').map((line) => line.trim())
    const passwords = [...text.matchAll(/:\/\/[^\s:@/]*:([^\s@]+)@/g)].flatMap(([, password = '']) => [
      password,
      decoded(password),
    ])
    const values = [...text.matchAll(/"(?:secret|password|token|code)"\s*:\s*"([^"]+)"/g)].map(
      ([, value = '']) => value,
    )
    return [...passwords, ...values, ...lines.filter((line) => /^[\w+/=-]{24,}$/.test(line))]
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
