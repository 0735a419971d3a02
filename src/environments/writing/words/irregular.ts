// The irregular inflections of English: verbs, nouns, comparatives. A table, with no rules; `forms.ts` reads it.
// Long because English is: a line for each group of words that behave alike.

/** Past and past participle by base form, as `base past participle`; `/` between equally good forms. The -s and -ing forms are regular. */
const verbTable = `
abide abode/abided abided|arise arose arisen|awake awoke/awaked awoken/awaked|bear bore borne/born|beat beat beaten/beat
become became become|befall befell befallen|beget begot begotten|begin began begun|behold beheld beheld|bend bent bent
beset beset beset|bestride bestrode bestridden|bet bet/betted bet/betted|bid bid/bade bid/bidden|bind bound bound|bite bit bitten
bleed bled bled|blow blew blown|break broke broken|breed bred bred|bring brought brought|build built built|burn burned/burnt burned/burnt
burst burst burst|bust busted/bust busted/bust|buy bought bought|cast cast cast|catch caught caught|choose chose chosen
cleave cleaved/cleft/clove cleaved/cleft/cloven|cling clung clung|clothe clothed/clad clothed/clad|come came come|cost cost/costed cost/costed
creep crept/creeped crept/creeped|cut cut cut|deal dealt dealt|dig dug dug|dive dived/dove dived|do did done|draw drew drawn
dream dreamed/dreamt dreamed/dreamt|drink drank drunk|drive drove driven|dwell dwelt/dwelled dwelt/dwelled|eat ate eaten|fall fell fallen
feed fed fed|feel felt felt|fight fought fought|find found found|fit fitted/fit fitted/fit|flee fled fled|fling flung flung|fly flew flown
forbid forbade/forbad forbidden|forecast forecast/forecasted forecast/forecasted|forego forewent foregone|foresee foresaw foreseen
foretell foretold foretold|forget forgot forgotten|forgive forgave forgiven|forgo forwent forgone|forsake forsook forsaken|freeze froze frozen
get got got/gotten|gild gilded/gilt gilded/gilt|give gave given|go went gone|grind ground ground|grow grew grown|hang hung/hanged hung/hanged
have had had|hear heard heard|heave heaved/hove heaved/hove|hew hewed hewn/hewed|hide hid hidden|hit hit hit|hold held held|hurt hurt hurt
inset inset inset|input input/inputted input/inputted|keep kept kept|kneel knelt/kneeled knelt/kneeled|knit knitted/knit knitted/knit|know knew known
lay laid laid|lead led led|lean leaned/leant leaned/leant|leap leaped/leapt leaped/leapt|learn learned/learnt learned/learnt|leave left left
lend lent lent|let let let|lie lay/lied lain/lied|light lit/lighted lit/lighted|lose lost lost|make made made|mean meant meant|meet met met
mistake mistook mistaken|mow mowed mown/mowed|pay paid paid|plead pleaded/pled pleaded/pled|prove proved proven/proved|put put put
quit quit/quitted quit/quitted|read read read|rend rent rent|rid rid/ridded rid/ridded|ride rode ridden|ring rang rung|rise rose risen|run ran run
saw sawed sawn/sawed|say said said|see saw seen|seek sought sought|sell sold sold|send sent sent|set set set|sew sewed sewn/sewed
shake shook shaken|shave shaved shaved/shaven|shear sheared/shore shorn/sheared|shed shed shed|shine shone/shined shone/shined
shit shit/shat shit/shat|shoe shod/shoed shod/shoed/shodden|shoot shot shot|show showed shown/showed|shrink shrank/shrunk shrunk/shrunken
shut shut shut|sing sang sung|sink sank/sunk sunk/sunken|sit sat sat|slay slew/slayed slain/slayed|sleep slept slept|slide slid slid/slidden
sling slung slung|slink slunk/slinked slunk/slinked|slit slit/slitted slit/slitted|smell smelled/smelt smelled/smelt|smite smote smitten
sneak sneaked/snuck sneaked/snuck|sow sowed sown/sowed|speak spoke spoken|speed sped/speeded sped/speeded|spell spelled/spelt spelled/spelt
spend spent spent|spill spilled/spilt spilled/spilt|spin spun/span spun|spit spat/spit spat/spit|split split split|spoil spoiled/spoilt spoiled/spoilt
spread spread spread|spring sprang/sprung sprung|stand stood stood|steal stole stolen|stick stuck stuck|sting stung stung|stink stank/stunk stunk
strew strewed strewn/strewed|stride strode stridden|strike struck struck/stricken|string strung strung|strip stripped/stript stripped/stript
strive strove/strived striven/strived|swear swore sworn|sweat sweated/sweat sweated/sweat|sweep swept swept|swell swelled swollen/swelled
swim swam swum|swing swung swung|take took taken|teach taught taught|tear tore torn|tell told told|think thought thought
thrive thrived/throve thrived/thriven|throw threw thrown|thrust thrust thrust|tread trod/treaded trodden/trod|wake woke/waked woken/waked
wear wore worn|weave wove/weaved woven/weaved|wed wed/wedded wed/wedded|weep wept wept|wet wet/wetted wet/wetted|win won won|wind wound/winded wound/winded
withdraw withdrew withdrawn|withhold withheld withheld|withstand withstood withstood|wring wrung wrung|write wrote written
broadcast broadcast/broadcasted broadcast/broadcasted|typecast typecast typecast|telecast telecast telecast|sunburn sunburned/sunburnt sunburned/sunburnt
babysit babysat babysat|housesit housesat housesat|breastfeed breastfed breastfed|spoonfeed spoonfed spoonfed|browbeat browbeat browbeaten
handwrite handwrote handwritten|ghostwrite ghostwrote ghostwritten|typewrite typewrote typewritten|skydive skydived/skydove skydived
sightsee sightsaw sightseen|joyride joyrode joyridden|sleepwalk sleepwalked sleepwalked|waylay waylaid waylaid|partake partook partaken
beware bewared bewared|be was/were been`

/** Plurals by singular, as `singular plural`; `/` between equally good forms. */
const nounTable = `
man men|woman women|child children|person people/persons|foot feet|tooth teeth|goose geese|mouse mice|louse lice|ox oxen|die dice|penny pennies/pence
brother brothers/brethren|leaf leaves|loaf loaves|calf calves|half halves|wolf wolves|knife knives|life lives|wife wives|shelf shelves|elf elves
self selves|thief thieves|sheaf sheaves|scarf scarves/scarfs|hoof hooves/hoofs|wharf wharves/wharfs|dwarf dwarves/dwarfs|roof roofs/rooves
staff staffs/staves|handkerchief handkerchiefs/handkerchieves|turf turfs/turves|beef beefs/beeves|still-life still-lifes
sheep sheep|deer deer|fish fish/fishes|moose moose|elk elk/elks|bison bison|salmon salmon/salmons|trout trout/trouts|shrimp shrimp/shrimps
squid squid/squids|cod cod|swine swine|aircraft aircraft|spacecraft spacecraft|hovercraft hovercraft|watercraft watercraft|series series
species species|means means|offspring offspring/offsprings|crossroads crossroads|headquarters headquarters|barracks barracks|gallows gallows
jeans jeans|pants pants|scissors scissors|glasses glasses|trousers trousers|shorts shorts|clothes clothes|graffiti graffiti|debris debris
alumnus alumni|cactus cacti/cactuses|fungus fungi/funguses|nucleus nuclei|radius radii/radiuses|stimulus stimuli|syllabus syllabi/syllabuses
focus focuses/foci|octopus octopuses/octopi|hippopotamus hippopotamuses/hippopotami|terminus termini/terminuses|bacillus bacilli|locus loci
analysis analyses|axis axes|basis bases|crisis crises|diagnosis diagnoses|hypothesis hypotheses|oasis oases|parenthesis parentheses
synopsis synopses|thesis theses|emphasis emphases|neurosis neuroses|metamorphosis metamorphoses|ellipsis ellipses
bacterium bacteria|curriculum curricula/curriculums|datum data|medium media/mediums|memorandum memoranda/memorandums|stratum strata
aquarium aquariums/aquaria|stadium stadiums/stadia|gymnasium gymnasiums/gymnasia|podium podiums/podia|symposium symposia/symposiums
criterion criteria|phenomenon phenomena|automaton automata/automatons|appendix appendices/appendixes|index indexes/indices
matrix matrices/matrixes|vertex vertices/vertexes|vortex vortices/vortexes|antenna antennas/antennae|formula formulas/formulae
larva larvae/larvas|alga algae|vertebra vertebrae|nebula nebulae/nebulas|bureau bureaus/bureaux|plateau plateaus/plateaux
tableau tableaux/tableaus|gateau gateaux|chateau chateaux/chateaus|beau beaux/beaus|quiz quizzes|whiz whizzes|gas gases/gasses|bus buses/busses
passerby passersby|passer-by passers-by|runner-up runners-up|mother-in-law mothers-in-law|father-in-law fathers-in-law
brother-in-law brothers-in-law|sister-in-law sisters-in-law|son-in-law sons-in-law|daughter-in-law daughters-in-law
human humans|german germans|roman romans|shaman shamans|talisman talismans|ottoman ottomans|mongoose mongooses|cafe cafes|safe safes|giraffe giraffes
clothe clothes|axe axes|ax axes|lens lenses|iris irises/irides|canvas canvases|cloth cloths|people people/peoples|stomach stomachs|monarch monarchs|epoch epochs|patriarch patriarchs|matriarch matriarchs|tech techs|loch lochs
czech czechs|money money/moneys/monies`

/** Comparative and superlative by adjective, as `base comparative superlative`. */
const adjectiveTable = `
good better best|well better best|bad worse worst|ill worse worst|far farther/further farthest/furthest|little littler/less littlest/least
old older/elder oldest/eldest|many more most|much more most|late later/latter latest/last`

/** Past forms of irregular verbs: base → every past and participle. */
export const irregularVerbs: ReadonlyMap<string, readonly string[]> = read(verbTable)
/** Plurals of irregular nouns: singular → plurals. */
export const irregularNouns: ReadonlyMap<string, readonly string[]> = read(nounTable)
/** Degrees of irregular adjectives and adverbs. */
export const irregularAdjectives: ReadonlyMap<string, readonly string[]> = read(adjectiveTable)

/** Beginnings that leave a verb's inflection as it is: overthrow → overthrew, rebuild → rebuilt. */
export const verbBeginnings: readonly string[] = [
  ...[
    'counter',
    'under',
    'inter',
    'over',
    'fore',
    'mis',
    'out',
    'off',
    'pre',
    'un',
    're',
    'up',
    'in',
    'de',
    'be',
    'with',
    'down',
    'cross',
    'back',
  ],
  ...[
    'free',
    'hand',
    'side',
    'bottle',
    'force',
    'spoon',
    'proof',
    'copy',
    'type',
    'hamstr',
    'bow',
    'snow',
    'wind',
    'kite',
    'test',
    'speed',
    'lip',
  ],
]

/** Nouns whose compounds inflect alike: bookshelf → bookshelves, policeman → policemen. */
export const compoundNouns: readonly string[] = [
  ...[
    'woman',
    'man',
    'child',
    'person',
    'foot',
    'tooth',
    'goose',
    'mouse',
    'leaf',
    'loaf',
    'calf',
    'wolf',
    'knife',
    'wife',
    'shelf',
    'self',
  ],
  ...['thief', 'scarf', 'hoof', 'roof', 'fish', 'sheep', 'deer', 'craft', 'life', 'half'],
]

function read(table: string): ReadonlyMap<string, readonly string[]> {
  const entries = table
    .trim()
    .split(/[|\n]/)
    .map((line) => line.trim().split(' '))
  return new Map(entries.map(([base = '', ...others]) => [base, [...new Set(others.flatMap((other) => other.split('/')))]] as const))
}
