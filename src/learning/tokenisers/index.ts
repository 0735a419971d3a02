// The public names of tokenisers.
export { type BytePair, type BytePairConfig, bytePair } from './byte-pair.ts'
export { type CharactersOptions, characters } from './characters.ts'
export { charactersOf, endToken, wordsOf } from './of-texts.ts'
export type { Tokeniser } from './tokeniser.ts'
export { loadTokeniser, saveTokeniser } from './tokeniser-file.ts'
export { words } from './words.ts'
