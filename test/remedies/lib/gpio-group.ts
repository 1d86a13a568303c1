import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { runningUser } from '../../../shared/running-user.ts'
import type { FakeTree } from '../../edge/health/fake-tree.ts'

/** Is there when the account of the agent is in the group of the pins. */
export const groupFile = (tree: FakeTree) => join(tree.root, 'in-group')

export const isInGroup = (tree: FakeTree) => existsSync(groupFile(tree))

/** Takes the account into the group by the very command that was printed; nothing else of it runs here. */
export async function takeIntoGroup(tree: FakeTree, remedy: string): Promise<undefined> {
  const [, command = ''] = /(sudo usermod .*?), then start the agent again\.$/.exec(remedy) ?? expect.fail(remedy)
  tree.program('sudo', `[ "$*" = "usermod -aG gpio ${runningUser()}" ] && touch ${groupFile(tree)}`)
  await tree.machine.run(command.split(' '), { timeoutMs: 5_000 })
}
