// The proposers of puzzles whose moves are listed: all moves alike, all with a model's priors, or one of them.
import type { Environment } from '../../core/environment.ts'
import type { Proposer } from '../../core/proposer.ts'
import { type ChoicePrompt, chosen } from '../../environments/moves/chosen.ts'
import { likeliest, sampled } from '../../environments/moves/drawn.ts'
import { uniform } from '../../environments/moves/uniform.ts'
import type { SetupParts } from '../setup.ts'
import { neededModel } from './needed-model.ts'

/** Proposers by name; `prompt` is what a model reads of a state. */
export function numberProposers<State, Task>(
  environment: Environment<State, string, Task, string>,
  prompt: (state: State) => ChoicePrompt | undefined,
): Record<'uniform' | 'model' | 'likeliest' | 'sampled' | 'random', (parts: SetupParts) => Proposer<State, string>> {
  const modelled = (parts: SetupParts) => chosen(environment, { model: neededModel('the proposer model', parts), prompt })
  return {
    uniform: () => uniform(environment),
    /** All moves, with the model's priors. */
    model: modelled,
    /** The model's likeliest move. */
    likeliest: (parts) => likeliest(modelled(parts)),
    /** One move, drawn by the model's priors. */
    sampled: (parts) => sampled(modelled(parts)),
    /** One move, all alike likely. */
    random: () => sampled(uniform(environment)),
  }
}
