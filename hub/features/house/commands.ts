import { createHouse, listHouses, showHouse, updateHouse } from './house-commands.ts'
import { addPerson, listPeople, removePerson } from './people-commands.ts'
import { showPerson, updatePerson } from './person-commands.ts'
import { createRoom, listRooms, removeRoom, showRoom, updateRoom } from './room-commands.ts'

export const COMMANDS = [
  listHouses,
  showHouse,
  createHouse,
  updateHouse,
  listRooms,
  showRoom,
  createRoom,
  updateRoom,
  removeRoom,
  listPeople,
  showPerson,
  addPerson,
  updatePerson,
  removePerson,
] as const
