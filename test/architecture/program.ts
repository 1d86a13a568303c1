import { readSources, type Source } from '../source-tree.ts'

const PROGRAM = ['shared', 'speech', 'edge', 'hub', 'central', 'cli', 'drizzle', 'scripts', 'web']

/** Every file that is installed, and the same with the tests. */
export const program = readSources(PROGRAM.map((folder) => `${folder}/**/*.{ts,tsx}`))
export const everything = [...program, ...readSources(['test/**/*.ts', '*.ts'])]

export function inFolder(folder: string): Source[] {
  return program.filter(({ path }) => path.startsWith(`${folder}/`))
}

export function source(path: string): Source {
  const found = everything.find((file) => file.path === path)
  if (!found) throw new Error(`there is no file ${path}`)
  return found
}
