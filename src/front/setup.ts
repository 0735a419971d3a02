// The contract of a setup: which parts go with an environment when a user names it and nothing else.
// One file per environment in `setups/`. It knows no grader and no reference answer.
import type { z } from 'zod'
import type { Json } from '../core/common.ts'
import type { Environment } from '../core/environment.ts'
import type { Evaluator } from '../core/evaluator.ts'
import type { Proposer } from '../core/proposer.ts'
import type { Tools } from '../environments/tools/tool.ts'
import type { Model } from '../models/model.ts'

/** What a user has chosen. */
export interface SetupParts {
  /** Absent: parts that need one throw `E_SETUP_MODEL`. */
  readonly model?: Model
  /** Tools for environments that call some. Absent: parts that need them throw `E_SETUP_TOOLS`. */
  readonly tools?: Tools
}

/** A ready choice of parts for an environment. */
export interface Setup<State, Action, Task, Answer> {
  /** The environment's name. */
  readonly name: string
  /** One line for lists. */
  readonly summary: string
  /** Checks a task, and fills its defaults; errors name the field, the value and what is wanted. */
  readonly task: z.ZodType<Task>
  /** A small task that can be tried at once. */
  readonly example: Task
  /** Makes a task of a bare prompt, where that makes sense. */
  promptTask?(prompt: string): Task
  environment(task: Task, parts?: SetupParts): Environment<State, Action, Task, Answer>
  /** Proposers by name; the first is the default. `model` asks the model, `uniform` lists the moves. A setup may have more (`whole`: a whole answer at once). */
  readonly proposers: Readonly<Record<string, (parts: SetupParts) => Proposer<State, Action>>>
  /** Evaluators by name; the first is the default. */
  readonly evaluators: Readonly<Record<string, (parts: SetupParts) => Evaluator<State, Action>>>
  /** Settings that suit a searcher in this environment, by the searcher's name; users' own come on top. */
  readonly searchers: Readonly<Record<string, Readonly<Record<string, Json>>>>
  /** The searcher when none is named. */
  readonly searcher: string
  /** The answer as a person reads it. */
  show(answer: Answer): string
}

/** Gives a setup its checked type. */
export function setup<State, Action, Task, Answer>(value: Setup<State, Action, Task, Answer>): Setup<State, Action, Task, Answer> {
  return value
}
