// The setups by the names of their environments. A new environment is added here.
import { unknownName } from '../../core/names.ts'
import type { Setup } from '../setup.ts'
import { connectFourSetup } from './connect-four.ts'
import { countdownSetup } from './countdown.ts'
import { game24Setup } from './game24.ts'
import { reasoningSetup } from './reasoning.ts'
import { ticTacToeSetup } from './tic-tac-toe.ts'
import { toolsSetup } from './tools.ts'
import { writingSetup } from './writing.ts'

/** A setup whose types are its own business: tasks come in as JSON and are checked by its schema. */
// biome-ignore lint/suspicious/noExplicitAny: the catalogue holds setups of different types
export type AnySetup = Setup<any, any, any, any>

const setups: readonly AnySetup[] = [
  writingSetup,
  reasoningSetup,
  game24Setup,
  countdownSetup,
  ticTacToeSetup,
  connectFourSetup,
  toolsSetup,
]

export const setupNames: readonly string[] = setups.map(({ name }) => name)

/** @throws `E_ENVIRONMENT_UNKNOWN`, with the nearest name. */
export function setupNamed(name: string): AnySetup {
  const found = setups.find((one) => one.name === name)
  if (found === undefined) throw unknownName('E_ENVIRONMENT_UNKNOWN', 'environment', name, setupNames)
  return found
}
