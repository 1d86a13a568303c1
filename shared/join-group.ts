import { accountName } from './running-user.ts'

/** How the account that runs this gets what a group may. One without a name stands in no list of a group's members. */
export function howToJoinGroup(group: string, account = accountName()): string {
  if (account !== null)
    return `Add its account to the group: sudo usermod -aG ${group} ${account}, then start the agent again.`
  return (
    'Its account has no name, so no group can list it. Give the process the group as it is started: a container takes ' +
    `--group-add with the number that this says on the host: getent group ${group}.`
  )
}
