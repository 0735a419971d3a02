// English inflection: from a dictionary form to all of its forms. It knows spelling rules and the table of irregular words, no lexicon,
// and no derivation: `dancer` is no form of `dance`.
import { compoundNouns, irregularAdjectives, irregularNouns, irregularVerbs, verbBeginnings } from './irregular.ts'

/** Part of speech. Absent anywhere: every one that the word may be. */
export type PartOfSpeech = 'noun' | 'verb' | 'adjective' | 'adverb'

/**
 * All inflected forms of a word in lower case, itself among them.
 *
 * Of several words (`ice cream`) the last is inflected. The word is read as a dictionary form: `wolf` gives `wolves`, `wolves` gives no `wolf`.
 *
 * @example forms('catch', 'verb') // Set { 'catch', 'catches', 'catching', 'caught' }
 */
export function forms(word: string, part?: PartOfSpeech): ReadonlySet<string> {
  const base = word
    .normalize('NFC')
    .toLowerCase()
    .trim()
    .replace(/[_\s]+/g, ' ')
  const space = base.lastIndexOf(' ')
  const [before, last] = space < 0 ? ['', base] : [base.slice(0, space + 1), base.slice(space + 1)]
  const found = new Set<string>([base])
  if (!/^[a-z][a-z'’-]+$/.test(last)) return found
  const add = (values: readonly string[]) => {
    for (const value of values) found.add(before + value)
  }
  if (part === 'noun' || (part === undefined && !neverNouns.has(last))) add(plurals(last))
  if (part === 'verb' || (part === undefined && !neverVerbs.has(last))) add(verbForms(last))
  if (part === 'adjective' || part === 'adverb' || (part === undefined && (gradable.has(last) || irregularAdjectives.has(last)))) {
    add(degrees(last))
  }
  return found
}

/** Whether a word is surely a verb: it has an irregular past. For words without a part of speech. */
export function looksLikeVerb(word: string): boolean {
  return irregularVerbs.has(word.toLowerCase())
}

function plurals(noun: string): readonly string[] {
  const listed = irregularNouns.get(noun)
  if (listed !== undefined) return listed
  const head = compoundNouns.find((ending) => noun.length > ending.length && noun.endsWith(ending))
  if (head !== undefined) {
    const stem = noun.slice(0, -head.length)
    const regular = head === 'man' || head === 'woman' ? [] : [withS(noun)]
    return [...(irregularNouns.get(head) ?? [withS(head)]).map((plural) => stem + plural), ...regular]
  }
  if (/[^aeiou]o$/.test(noun)) return [`${noun}s`, `${noun}es`]
  return [withS(noun)]
}

function verbForms(verb: string): readonly string[] {
  if (verb === 'be') return ['am', 'is', 'are', 'was', 'were', 'been', 'being']
  if (verb === 'have') return ['has', 'had', 'having']
  const third = /[^aeiou]o$/.test(verb) ? `${verb}es` : withS(verb)
  const past = irregularPast(verb)
  if (past !== undefined) return [third, ...ending(verb, 'ing'), ...past]
  // Word lists made by machine take the d of `sled` for an ending.
  if (/(^|b|g)sle$/.test(verb)) return verbForms(`${verb}d`).concat(`${verb}d`)
  return [third, ...ending(verb, 'ing'), ...ending(verb, 'ed')]
}

function irregularPast(verb: string): readonly string[] | undefined {
  const listed = irregularVerbs.get(verb)
  if (listed !== undefined) return listed
  for (const beginning of verbBeginnings) {
    const rest = verb.slice(beginning.length)
    if (!verb.startsWith(beginning) || rest.length < 3 || regularCompounds.has(verb)) continue
    const past = irregularVerbs.get(rest)
    if (past !== undefined) return past.map((form) => beginning + form)
  }
  return undefined
}

function degrees(adjective: string): readonly string[] {
  return irregularAdjectives.get(adjective) ?? [...ending(adjective, 'er'), ...ending(adjective, 'est')]
}

function withS(word: string): string {
  if (/[^aeiou]y$/.test(word) || /quy$/.test(word)) return `${word.slice(0, -1)}ies`
  if (/[^aeiouz][aeiou]z$/.test(word)) return `${word}zes`
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}

/** Adds -ing, -ed, -er or -est by the spelling rules; two answers where both spellings are in use. */
function ending(word: string, suffix: 'ing' | 'ed' | 'er' | 'est'): readonly string[] {
  const own = suffix === 'ing' ? suffix : suffix.slice(1)
  if (suffix === 'ing') {
    if (/[^aeiou]ie$|^[a-z]ie$/.test(word)) return [`${word.slice(0, -2)}ying`]
    if (keepsE.has(word))
      return word === 'age' || word === 'eye' || word === 'binge' ? [`${word}ing`, `${word.slice(0, -1)}ing`] : [`${word}ing`]
    if (/[^eoy]e$/.test(word)) return [`${word.slice(0, -1)}ing`]
  } else {
    if (word.endsWith('e')) return [`${word}${own}`]
    if (/[^aeiou]y$/.test(word))
      return [`${word.slice(0, -1)}i${suffix}`, ...(word === 'dry' || word === 'shy' || word === 'sly' ? [`${word}${suffix}`] : [])]
  }
  if (/[aeiou]c$/.test(word) && suffix !== 'er' && suffix !== 'est') return [`${word}k${suffix}`, `${word}${suffix}`]
  const plain = `${word}${suffix}`
  const doubled = `${word}${word.at(-1)}${suffix}`
  if (!/(^|[^aeiou]|qu)[aeiouy][^aeiouwxy]$/.test(word) && !/[ui][ae]l$/.test(word)) return [plain]
  const syllables = word.replace(/qu/g, 'q').match(/[aeiouy]+/g)?.length ?? 1
  if (syllables > 1 || ['bus', 'gas', 'fuel', 'dial', 'duel'].includes(word)) return [plain, doubled]
  return [doubled]
}

/** These keep their e before -ing. */
const keepsE: ReadonlySet<string> = new Set(['singe', 'swinge', 'tinge', 'binge', 'whinge', 'age', 'eye', 'dye', 'hie'])

/** Look like a compound of an irregular verb, and are none. */
const regularCompounds: ReadonlySet<string> = new Set([
  'belie',
  'overlie',
  'delight',
  'decost',
  'inlet',
  'relay',
  'unlay',
  'delay',
  'betide',
  'reward',
  'underlie',
  'enlighten',
  'beset',
  'backlight',
])

/** Without a part of speech these are read as no verbs, because the false form would be another word: `fee` and `feed`. */
const neverVerbs: ReadonlySet<string> = new Set([
  'fee',
  'wee',
  'bee',
  'even',
  'morn',
  'cloth',
  'the',
  'be-',
  'good',
  'new',
  'old',
  'red',
  'child',
  'kin',
  'ten',
  'son',
  'ham',
])

/** Without a part of speech these are read as no nouns: `new` and `news`. */
const neverNouns: ReadonlySet<string> = new Set([
  'new',
  'good',
  'big',
  'sad',
  'hot',
  'wet',
  'happy',
  'his',
  'her',
  'this',
  'that',
  'the',
  'very',
  'hi',
  'a',
  'an',
  'of',
])

/** Adjectives and adverbs that take -er and -est; other words without a part of speech take neither (`corn`, `corner`). */
const gradable: ReadonlySet<string> = new Set(
  `able angry big bitter bland bold brave brief bright broad brown busy calm cheap chilly clean clear clever close cloudy cold cool crazy cruel curly cute damp dark dear
deep dense dim dirty dry dull dumb dusty early easy faint fair fancy fast fat few fierce filthy fine firm fit flat fresh friendly full funny gentle
grand grave gray great greedy green grey grim guilty hairy handy happy hard harsh healthy heavy high hot huge humble hungry icy juicy keen kind large lazy
light likely lively lonely long loose loud lovely low lucky mad mean merry messy mild moist muddy narrow nasty near neat new nice noisy odd oily pale plain
polite poor pretty proud pure quick quiet rainy rare raw red rich ripe risky rough round rude sad safe salty sandy scary shallow sharp shiny short shy silly simple
sincere skinny sleepy slim slimy slow small smart smelly smooth soft soon sore sour spicy steep sticky stiff straight strange strict strong sturdy subtle sunny sweet swift
tall tan tasty thick thin thirsty tidy tight tiny tough true ugly vague vast warm wavy weak wealthy weird wet white wide wild windy wise worthy yellow young`.split(
    /\s+/,
  ),
)
