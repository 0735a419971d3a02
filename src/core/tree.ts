// The search tree: a structure of arrays, integer ids, candidates apart from nodes. It knows nothing of models, logs or algorithms.
// Over 300 lines with its documentation: it is the data structure that every searcher reads.
import type { NodeId } from './common.ts'
import type { Step } from './environment.ts'
import type { NodeView } from './node-view.ts'
import type { Candidate } from './proposer.ts'

/** What is proven of a node, from the side to move there. */
export type Proof = 'open' | 'win' | 'loss' | 'draw'
