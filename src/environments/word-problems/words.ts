// The words of word problems: who acts, and what they do. Their order is part of files: it never changes.

/** The first is who is asked about. */
export const people = ['Ann', 'Ben', 'Cleo'] as const

/** Verbs that add and take away, in pairs: the first of a pair makes more, the second less. */
export const verbPairs = [
  ['finds', 'loses'],
  ['buys', 'sells'],
  ['gains', 'drops'],
  ['receives', 'gives'],
  ['picks', 'eats'],
  ['borrows', 'lends'],
  ['earns', 'spends'],
  ['collects', 'breaks'],
  ['catches', 'releases'],
  ['draws', 'discards'],
] as const

/** Verbs that make twice as many. */
export const doublingVerbs = ['doubles', 'copies', 'clones', 'mirrors'] as const

export type Person = (typeof people)[number]
export type Verb = (typeof verbPairs)[number][number] | (typeof doublingVerbs)[number]

/** All of them: pairs first. */
export const verbs: readonly Verb[] = [...verbPairs.flat(), ...doublingVerbs]

export function isDoubling(verb: Verb): boolean {
  return (doublingVerbs as readonly Verb[]).includes(verb)
}
