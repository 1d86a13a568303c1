/** Parts of a document that a program writes, between `<!-- generated: name -->` and `<!-- end: name -->`. */
const MARKED = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end: \1 -->/g

/** The names of the marked sections of a document, in order. */
export function sectionNames(document: string): string[] {
  return [...document.matchAll(MARKED)].map((match) => match[1] ?? '')
}

/** The document with its marked sections written anew. Throws for a section that nobody can write. */
export function fillSections(document: string, sections: ReadonlyMap<string, () => string>): string {
  return document.replace(MARKED, (_whole, name: string) => {
    const write = sections.get(name)
    if (!write)
      throw new Error(`the document has a section "${name}", and there are ${[...sections.keys()].join(', ')}`)
    return `<!-- generated: ${name} -->\n${write()}\n<!-- end: ${name} -->`
  })
}
