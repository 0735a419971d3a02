// A tree of steps as ToolBench's answer tree: up to three nodes a step, Thought, Action and Action Input, one below the other.
import type { PreferenceNode } from '../../data/rows.ts'
import { bestOf } from '../search-tree.ts'
import { finalAnswer, type Turn, turnOf } from './turns.ts'

/** A node as the format has it. */
export interface AnswerNode {
  readonly is_terminal: false
  readonly pruned: boolean
  readonly finished: boolean
  readonly depth: number
  readonly node_type: 'Thought' | 'Action' | 'Action Input'
  readonly description: string
  readonly Elo: number
  readonly observation?: string
  readonly observation_code?: number
  readonly child_count: number
  readonly expand_num: number
  readonly io_state?: Readonly<Record<string, never>>
  readonly children: readonly AnswerNode[]
}

/** The nodes from the root to an end that was found right, and the steps on the way. */
export interface AnswerPath {
  readonly nodes: readonly Omit<AnswerNode, 'children'>[]
  readonly turns: readonly Turn[]
  readonly value: number | undefined
  readonly visits: number
}

export interface AnswerTree {
  readonly root: AnswerNode
  /** How many nodes there are, with the root. */
  readonly size: number
  /** How many nodes the longest path has, with the root. */
  readonly length: number
  /** How many steps there are, how many the longest path has, and the most children of a step. */
  readonly queries: number
  readonly steps: number
  readonly width: number
  /** Right ends, in the order of the tree. */
  readonly answers: readonly AnswerPath[]
}

interface Above {
  readonly depth: number
  readonly steps: number
  readonly nodes: AnswerPath['nodes']
  readonly turns: readonly Turn[]
}

/**
 * The tree. Ends with a value from `threshold` on have finished, and so have ends without a value that give an answer; other ends are pruned. `expand_num` counts nodes in the tree's
 * own order, children by the order in which they were made.
 */
export function answerTree(tree: PreferenceNode, threshold: number): AnswerTree {
  const answers: AnswerPath[] = []
  let [size, length, queries, steps, width] = [0, 0, 0, 0, 0]
  const node = (parts: Pick<AnswerNode, 'node_type' | 'description'> & Partial<AnswerNode>, depth: number) => {
    length = Math.max(length, depth + 1)
    return {
      is_terminal: false,
      pruned: false,
      finished: false,
      depth,
      Elo: 1000,
      child_count: 0,
      expand_num: size++,
      ...(parts.node_type === 'Action Input' ? { io_state: {} } : {}),
      ...parts,
    } as const
  }
  const below = (parent: PreferenceNode, above: Above): AnswerNode[] => {
    width = Math.max(width, parent.children.length)
    steps = Math.max(steps, above.steps)
    return parent.children.map((child) => {
      queries++
      const ended = child.terminal && child.children.length === 0
      const finished = ended && (child.value === undefined ? finalAnswer(turnOf(child, true)) !== undefined : child.value >= threshold)
      const turn = turnOf(child, finished)
      const state = { finished, pruned: ended && !finished }
      const made = partsOf(turn).map((parts, at) => node({ ...state, ...parts }, above.depth + at + 1))
      // All but the last have the next one as their only child.
      const chain = made.map((one, at) => ({ ...one, child_count: at < made.length - 1 ? 1 : child.children.length }))
      const here = {
        nodes: [...above.nodes, ...chain],
        turns: [...above.turns, turn],
        depth: above.depth + made.length,
        steps: above.steps + 1,
      }
      if (finished) answers.push({ nodes: here.nodes, turns: here.turns, value: child.value, visits: child.visits })
      return chain.reduceRight<readonly AnswerNode[]>((children, one) => [{ ...one, children }], below(child, here))[0]!
    })
  }
  const start = node({ node_type: 'Action Input', description: '', child_count: tree.children.length }, 0)
  const root = { ...start, children: below(tree, { depth: 0, steps: 0, nodes: [], turns: [] }) }
  return { root, size, length, queries, steps, width, answers }
}

/** The best right end: the greatest value, then the most visits. */
export function bestAnswer({ answers }: AnswerTree): AnswerPath | undefined {
  return answers[bestOf(answers.map(({ value, visits }) => ({ visits, ...(value === undefined ? {} : { value }) })))]
}

type Parts = Pick<AnswerNode, 'node_type' | 'description'> & Partial<AnswerNode>

/** The nodes of one step; what came back stands with the last. Code 3 is that of a final answer. */
function partsOf({ thought, call, observation }: Turn): Parts[] {
  const parts: Parts[] = [
    ...(thought === undefined ? [] : [{ node_type: 'Thought', description: thought } as const]),
    ...(call === undefined
      ? []
      : ([
          { node_type: 'Action', description: call.name },
          { node_type: 'Action Input', description: call.input, ...(call.name === 'Finish' ? { observation_code: 3 } : {}) },
        ] as const)),
  ]
  return observation === undefined ? parts : parts.with(-1, { ...parts.at(-1)!, observation })
}
