// The tasks of the demo, written for it: sentences with given words, plain and with a rule beside, and puzzles of the game of 24.
// The puzzles were drawn at random (numbers from 1 to 16) among those where 1 to 3 % of random chains of moves end at 24.
import type { Json } from '../../core/common.ts'
import { Random } from '../../core/random.ts'

export interface DemoTask {
  readonly environment: 'writing' | 'game24'
  readonly task: Json
}

/** A sentence with these words. */
export const plainSentences: readonly string[] = [
  'baker bread oven smell street morning',
  'girl kite wind beach lose tree',
  'farmer cow milk bucket kick barn',
  'nurse patient smile room window open',
  'boat river bridge pass wave child',
  'teacher letter read class laugh chair',
  'cat roof moon sleep ladder neighbor',
  'boy apple tree climb basket grandfather',
  'painter wall brush blue fall bucket',
  'train station wait rain suitcase woman',
  'grandmother soup spoon stir song kitchen',
  'sailor island storm find goat ship',
  'child snow glove lose dog fence',
  'gardener rose water morning hat bee',
  'bird nest branch build string cat',
  'singer song crowd stage flower throw',
  'doctor road night drive village bridge',
  'horse fence field jump thunder farmer',
  'father story bed tell lamp bear',
  'market fish ice sell brother knife',
  'carpenter table wood make daughter winter',
  'student library book borrow bus forget',
  'bee flower honey garden jar boy',
  'fox forest rabbit follow snow river',
  'clock tower bell hear sheep village',
  'family picnic park blanket ants bread',
  'waiter coffee cup bring piano player',
  'hiker mountain map rest cloud lake',
  'neighbor ladder window clean parrot watch',
  'tailor coat button sew king gold',
]

/** A sentence with these words and one rule more. */
export const ruledSentences: readonly { readonly words: string; readonly rule: { readonly [field: string]: Json } }[] = [
  { words: 'dog gate mailman bark hat', rule: { commas: false } },
  { words: 'lamp desk paper write midnight', rule: { commas: false } },
  { words: 'wolf valley winter hunt deer', rule: { words: { atMost: 14 } } },
  { words: 'queen castle garden walk peacock', rule: { words: { atMost: 14 } } },
  { words: 'mechanic car engine repair radio', rule: { avoid: ['fix'] } },
  { words: 'uncle guitar porch play rooster', rule: { commas: false } },
  { words: 'pilot cloud plane fly sunrise', rule: { avoid: ['sky'] } },
  { words: 'sister dress mirror wear party', rule: { words: { atMost: 15 } } },
  { words: 'shepherd sheep hill dog whistle', rule: { commas: false } },
  { words: 'potter clay bowl shape apron', rule: { words: { atMost: 14 } } },
  { words: 'duck pond bread feed toddler', rule: { avoid: ['water'] } },
  { words: 'fisherman net harbor dawn pull', rule: { commas: false } },
  { words: 'boy drum street march parade', rule: { words: { atMost: 14 } } },
  { words: 'cook pepper pan fry sneeze', rule: { commas: false } },
  { words: 'owl barn mouse catch lantern', rule: { words: { atMost: 15 } } },
  { words: 'woman umbrella bus hold newspaper', rule: { avoid: ['rain'] } },
  { words: 'lion grass sun lie zebra', rule: { commas: false } },
  { words: 'judge chess player watch clock', rule: { words: { atMost: 15 } } },
  { words: 'squirrel nut autumn hide boot', rule: { commas: false } },
  { words: 'miner gold cave dig candle', rule: { avoid: ['deep'] } },
  { words: 'monkey banana cage throw visitor', rule: { commas: false } },
  { words: 'artist candle portrait draw grandfather', rule: { words: { atMost: 15 } } },
  { words: 'grandfather bench pigeon sit pipe', rule: { avoid: ['old'] } },
  { words: 'ship captain star steer fog', rule: { commas: false } },
  { words: 'friend cake candle birthday bake', rule: { words: { atMost: 15 } } },
  { words: 'fire camp tent night guitar', rule: { commas: false } },
  { words: 'librarian shelf dust sneeze cat', rule: { avoid: ['book'] } },
  { words: 'turtle sand egg bury moon', rule: { words: { atMost: 15 } } },
  { words: 'runner finish medal cheer mother', rule: { commas: false } },
  { words: 'mayor bridge ribbon cut scissors', rule: { words: { atMost: 15 } } },
]

/** Four numbers that make 24. */
export const puzzles: readonly (readonly number[])[] = [
  [6, 8, 8, 10],
  [5, 5, 10, 14],
  [2, 4, 6, 12],
  [1, 3, 3, 4],
  [1, 2, 10, 15],
  [1, 3, 10, 16],
  [1, 4, 8, 13],
  [1, 3, 6, 12],
  [5, 5, 9, 15],
  [6, 10, 12, 16],
  [6, 11, 14, 15],
  [6, 8, 11, 15],
  [1, 3, 13, 13],
  [8, 9, 11, 14],
  [1, 1, 11, 14],
  [1, 3, 5, 15],
  [1, 7, 7, 11],
  [3, 3, 3, 12],
  [2, 5, 15, 16],
  [1, 2, 9, 16],
  [3, 5, 10, 16],
  [9, 9, 11, 13],
  [2, 4, 9, 13],
  [1, 5, 9, 9],
  [1, 2, 6, 15],
  [2, 9, 12, 16],
  [1, 2, 4, 12],
  [2, 3, 5, 14],
  [6, 6, 8, 12],
  [2, 2, 6, 12],
  [1, 2, 11, 12],
  [4, 6, 6, 16],
  [1, 7, 14, 16],
  [1, 2, 9, 14],
  [2, 3, 4, 12],
  [1, 2, 5, 8],
  [1, 5, 12, 16],
  [1, 4, 9, 10],
  [3, 4, 7, 10],
  [2, 5, 8, 9],
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
