import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../hub/features/commands.ts'

const root = join(import.meta.dirname, '../..')

function documents(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: folder !== '', encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, folder, name))
}

const DOCUMENTS = [...documents(''), ...documents('docs')]

/** The anchors of a document as GitHub makes them from its headings. */
function anchorsOf(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)
  const slugs = Array.from(headings, ([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  return new Set(slugs)
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '')
}

describe('the documents', () => {
  it('link only to what exists', () => {
    const broken = DOCUMENTS.flatMap((file) => {
      const text = readFileSync(file, 'utf8')
      const links = withoutCode(text).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)
      return Array.from(links, ([whole, path = '', anchor]) => {
        const target = path === '' ? file : join(dirname(file), path)
        if (!existsSync(target)) return `${relative(root, file)}: ${whole}`
        const found = anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).has(anchor)
        return found ? [] : `${relative(root, file)}: ${whole}`
      }).flat()
    })
    expect(broken).toEqual([])
  })

  it('name only files of this repository that exist', () => {
    const folders = '(?:shared|hub|edge|cli|scripts|test|drizzle|docs)'
    const commands = new Set(COMMANDS.map(({ area, verb }) => `${area}/${verb}`))
    const path = new RegExp(`\`(${folders}/[A-Za-z0-9_./-]+)\``, 'g')
    const missing = DOCUMENTS.flatMap((file) =>
      Array.from(withoutCode(readFileSync(file, 'utf8')).matchAll(path), ([, name = '']) => name)
        .filter((name) => !commands.has(name) && !existsSync(join(root, name)))
        .map((name) => `${relative(root, file)}: ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('have no line numbers, which would be wrong after the next change', () => {
    const numbered = DOCUMENTS.filter((file) => /\.(?:ts|sh|toml):\d+/.test(readFileSync(file, 'utf8')))
    expect(numbered.map((file) => relative(root, file))).toEqual([])
  })
})
