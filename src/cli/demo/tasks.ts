// The tasks of the demo, written for it: sentences with given words, plain and with a rule beside, and puzzles of the game of 24.
// The puzzles were drawn at random (numbers from 1 to 16) among those where 0.6 to 2 % of random chains of moves end at 24.
import type { Json } from '../../core/common.ts'
import { Random } from '../../core/random.ts'

export interface DemoTask {
  readonly environment: 'writing' | 'game24'
  readonly task: Json
}

/** A sentence with these words. */
export const plainSentences: readonly string[] = [
  'baker bread oven smell',
  'girl kite wind beach',
  'farmer cow milk bucket',
  'nurse patient smile room',
  'boat river bridge pass',
  'teacher letter read class',
  'cat roof moon sleep',
  'boy apple tree climb',
  'painter wall brush blue',
  'train station wait rain',
  'grandmother soup spoon stir',
  'sailor island storm find',
  'child snow glove lose',
  'gardener rose water morning',
  'bird nest branch build',
  'singer song crowd stage',
  'doctor road night drive',
  'horse fence field jump',
  'father story bed tell',
  'market fish ice sell',
  'carpenter table wood make',
  'student library book borrow',
  'bee flower honey garden',
  'fox forest rabbit follow',
  'clock tower bell hear',
  'family picnic park blanket',
  'waiter coffee cup bring',
  'hiker mountain map rest',
  'neighbor ladder window clean',
  'tailor coat button sew',
]

/** A sentence with these words and one rule more. */
export const ruledSentences: readonly { readonly words: string; readonly rule: { readonly [field: string]: Json } }[] = [
  { words: 'dog gate mailman bark', rule: { commas: false } },
  { words: 'lamp desk paper write', rule: { commas: false } },
  { words: 'wolf valley winter hunt', rule: { words: { atMost: 14 } } },
  { words: 'queen castle garden walk', rule: { words: { atMost: 14 } } },
  { words: 'mechanic car engine repair', rule: { avoid: ['fix'] } },
  { words: 'uncle guitar porch play', rule: { commas: false } },
  { words: 'pilot cloud plane fly', rule: { avoid: ['sky'] } },
  { words: 'sister dress mirror wear', rule: { words: { atMost: 15 } } },
  { words: 'shepherd sheep hill dog', rule: { commas: false } },
  { words: 'potter clay bowl shape', rule: { words: { atMost: 14 } } },
  { words: 'duck pond bread feed', rule: { avoid: ['water'] } },
  { words: 'fisherman net harbor dawn', rule: { commas: false } },
  { words: 'boy drum street march', rule: { words: { atMost: 14 } } },
  { words: 'cook pepper pan fry', rule: { commas: false } },
  { words: 'owl barn mouse catch', rule: { words: { atMost: 15 } } },
  { words: 'woman umbrella bus hold', rule: { avoid: ['rain'] } },
  { words: 'lion grass sun lie', rule: { commas: false } },
  { words: 'judge chess player watch', rule: { words: { atMost: 15 } } },
  { words: 'squirrel nut autumn hide', rule: { commas: false } },
  { words: 'miner gold cave dig', rule: { avoid: ['deep'] } },
  { words: 'monkey banana cage throw', rule: { commas: false } },
  { words: 'artist candle portrait draw', rule: { words: { atMost: 15 } } },
  { words: 'grandfather bench pigeon sit', rule: { avoid: ['old'] } },
  { words: 'ship captain star steer', rule: { commas: false } },
  { words: 'friend cake candle birthday', rule: { words: { atMost: 15 } } },
  { words: 'fire camp tent night', rule: { commas: false } },
  { words: 'librarian shelf dust sneeze', rule: { avoid: ['book'] } },
  { words: 'turtle sand egg bury', rule: { words: { atMost: 15 } } },
  { words: 'runner finish medal cheer', rule: { commas: false } },
  { words: 'mayor bridge ribbon cut', rule: { words: { atMost: 15 } } },
]

/** Four numbers that make 24. */
export const puzzles: readonly (readonly number[])[] = [
  [1, 4, 7, 8],
  [3, 7, 8, 8],
  [1, 3, 6, 7],
  [4, 10, 14, 16],
  [6, 8, 8, 10],
  [4, 5, 10, 14],
  [7, 7, 9, 16],
  [1, 3, 3, 4],
  [1, 2, 10, 15],
  [1, 8, 12, 15],
  [1, 3, 10, 16],
  [2, 3, 5, 6],
  [1, 4, 8, 13],
  [2, 4, 11, 11],
  [6, 10, 12, 16],
  [4, 9, 14, 15],
  [6, 11, 14, 15],
  [3, 4, 5, 5],
  [2, 3, 11, 12],
  [6, 8, 11, 15],
  [1, 3, 13, 13],
  [8, 9, 11, 14],
  [1, 1, 11, 14],
  [1, 3, 5, 15],
  [5, 6, 6, 15],
  [2, 3, 3, 15],
  [1, 7, 7, 11],
  [2, 2, 9, 11],
  [2, 4, 10, 16],
  [3, 4, 9, 14],
  [8, 8, 9, 16],
  [11, 12, 13, 13],
  [1, 2, 9, 16],
  [9, 11, 12, 16],
  [7, 9, 11, 15],
  [2, 4, 9, 13],
  [1, 5, 9, 9],
  [2, 6, 7, 16],
  [1, 2, 6, 15],
  [7, 12, 14, 15],
]

/**
 * The three tasks of a seed: a plain sentence, one with a rule beside, a puzzle; without a model three puzzles.
 * @example
 * drawTasks(1).map(({ environment }) => environment) // ['writing', 'writing', 'game24']
 */
export function drawTasks(seed: number, { writing = true }: { readonly writing?: boolean } = {}): readonly DemoTask[] {
  const random = new Random(seed, 'demo tasks')
  const plain = plainSentences[random.below(plainSentences.length)]!
  const ruled = ruledSentences[random.below(ruledSentences.length)]!
  const drawn = random.shuffled(puzzles).map((numbers): DemoTask => ({ environment: 'game24', task: { numbers } }))
  if (!writing) return drawn.slice(0, 3)
  return [
    { environment: 'writing', task: sentence(plain, {}) },
    { environment: 'writing', task: sentence(ruled.words, ruled.rule) },
    drawn[0]!,
  ]
}

function sentence(words: string, rule: { readonly [field: string]: Json }): Json {
  return { include: words.split(' '), sentences: 1, ...rule }
}
