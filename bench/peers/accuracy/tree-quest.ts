// TreeQuest's AB-MCTS-A on a task of writing: its program chooses which text to go on from, and texts are made and judged here, by the proposer and
// the rules of our own arms and within the same number of tokens.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { BanyanError } from '../../../src/core/errors.ts'
import type { Evaluator } from '../../../src/core/evaluator.ts'
import type { Proposer } from '../../../src/core/proposer.ts'
import type { WritingTask } from '../../../src/environments/writing/task.ts'
import { type WritingAction, type WritingState, writing } from '../../../src/environments/writing.ts'
import { fakeContext } from '../../../src/testing/fake-context.ts'
import { fakeNode } from '../../../src/testing/fake-node.ts'
import { peers } from '../python.ts'

export interface SearchParts {
  readonly proposer: Proposer<WritingState, WritingAction>
  readonly evaluator: Evaluator<WritingState, WritingAction>
  /** Of generated tokens. */
  readonly budget: number
}

export interface PeerAnswer {
  readonly answer: string | undefined
  readonly tokens: number
  /** What the search itself took. */
  readonly own: number
}

/** TreeQuest in a process of its own, started once for all tasks. */
export class TreeQuest {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor() {
    const program = fileURLToPath(new URL('tree-quest.py', import.meta.url))
    this.#process = spawn(peers.python, ['-W', 'ignore', program], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** One search, to the first text that passes or the end of the budget. The answer is its best text. */
  async search(task: WritingTask, { proposer, evaluator, budget }: SearchParts, seed: number): Promise<PeerAnswer> {
    const environment = writing()
    const context = fakeContext({ seed, grant: { tokens: budget } })
    const states: WritingState[] = []
    let best: { readonly state: WritingState; readonly value: number } | undefined
    this.#say({ start: seed })
    for (;;) {
      const message = await this.#hear()
      if (message.seconds !== undefined) {
        const answer = best === undefined ? undefined : environment.answer(best.state)
        return { answer, tokens: context.used.tokens ?? 0, own: message.seconds }
      }
      const from = message.from == null ? environment.initial(task) : states[message.from]!
      const made = best?.value === 1 || context.remaining('tokens') <= 0 ? undefined : await next(from)
      if (made === undefined) {
        this.#say({ stop: true })
        continue
      }
      if (best === undefined || made.value > best.value) best = made
      this.#say({ id: states.push(made.state) - 1, score: made.value })
    }

    /** A new text from another one, and its value; undefined when it cannot be paid any more. */
    async function next(from: WritingState): Promise<{ state: WritingState; value: number } | undefined> {
      try {
        const [proposed] = await proposer.propose([{ node: fakeNode(from), siblings: [], count: 1 }], context)
        const action = proposed?.candidates[0]?.action
        const state = action === undefined ? from : environment.step(from, action).state
        const [judged] = await evaluator.evaluate([[fakeNode(state, { terminal: state.finished })]], context)
        return { state, value: judged?.[0]?.value ?? 0 }
      } catch (error) {
        if (BanyanError.isInstance(error) && error.code === 'E_BUDGET_STARVED') return undefined
        throw error
      }
    }
  }

  close(): void {
    this.#process.stdin.end()
  }

  #say(message: object): void {
    this.#process.stdin.write(`${JSON.stringify(message)}\n`)
  }

  async #hear(): Promise<{ readonly from?: number | null; readonly seconds?: number }> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error('TreeQuest ended before its search did')
    return JSON.parse(value)
  }
}
