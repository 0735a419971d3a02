// Twenty short texts of many kinds, written for the comparison of two engines: stories, letters, code, tables, other languages, chats.

export const texts: readonly { readonly kind: string; readonly text: string }[] = [
  {
    kind: 'story',
    text: 'The old lighthouse had not been lit for thirty years, and yet, on the evening of the first storm, a yellow beam swept over the harbour. Mara put down her net and counted: one, two, three, four. Somebody was up there, and somebody knew the old signal. She took her coat from the nail, woke her brother, and told him to bring the lamp.',
  },
  {
    kind: 'explanation',
    text: 'Water boils when the pressure of its vapour equals the pressure of the air above it. On a high mountain the air presses less, so water boils at a lower temperature, and potatoes take longer to cook. A lid that closes tightly does the opposite: the pressure inside rises, the water becomes hotter than one hundred degrees, and the meal is ready sooner.',
  },
  {
    kind: 'recipe',
    text: 'Pancakes for four\n\nIngredients:\n- 250 g flour\n- 3 eggs\n- 500 ml milk\n- a pinch of salt\n- butter for the pan\n\nMix flour and salt in a large bowl. Add the eggs and half of the milk, and stir until the batter is smooth. Add the rest of the milk and let it stand for 20 minutes. Heat a little butter in a pan and bake thin pancakes on both sides.',
  },
  {
    kind: 'letter',
    text: 'Dear Mrs. Holloway,\n\nthank you for your letter of 14 March. We are sorry that the chair you received was damaged. A new one will be sent to you next week at no cost; please keep the old one until our driver comes to collect it.\n\nYours sincerely,\nThomas Pike\nCustomer Service',
  },
  {
    kind: 'dialogue',
    text: '"Are you sure this is the right train?" she asked.\n"Quite sure," he said, without looking up from his newspaper.\n"It\'s only that we\'ve been going north for an hour, and the sea is in the south."\nHe folded the paper, looked out of the window, and sighed. "Then I\'m afraid we\'ll have to get off at the next station."',
  },
  {
    kind: 'news',
    text: 'The town council voted on Tuesday to close the main street to cars on weekends from the first of May. Shop owners had been divided over the plan: some fear that customers will stay away, others hope for more visitors on foot. "We will try it for six months and then look at the numbers," the mayor said after the meeting.',
  },
  {
    kind: 'typescript',
    text: 'export function median(values: readonly number[]): number {\n  if (values.length === 0) throw new RangeError("no values")\n  const sorted = [...values].sort((a, b) => a - b)\n  const middle = Math.floor(sorted.length / 2)\n  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2\n}\n',
  },
  {
    kind: 'python',
    text: 'def count_words(path):\n    """Return a dictionary from each word to how often it occurs."""\n    counts = {}\n    with open(path, encoding="utf-8") as lines:\n        for line in lines:\n            for word in line.lower().split():\n                counts[word] = counts.get(word, 0) + 1\n    return counts\n\n\nif __name__ == "__main__":\n    print(count_words("notes.txt"))\n',
  },
  {
    kind: 'json',
    text: '{\n  "name": "weather-station",\n  "version": "2.1.0",\n  "sensors": [\n    { "id": 1, "type": "temperature", "unit": "C", "value": 21.5 },\n    { "id": 2, "type": "humidity", "unit": "%", "value": 48 },\n    { "id": 3, "type": "pressure", "unit": "hPa", "value": 1013.2 }\n  ],\n  "active": true\n}\n',
  },
  {
    kind: 'poem',
    text: 'The leaves come down without a sound,\nthe garden turns to red and gold,\nand all the summer that we found\nis folded up against the cold.\n\nBut underneath the frozen clay\nthe bulbs are dreaming, row by row,\nof some white morning, far away,\nwhen green will break into the snow.',
  },
  {
    kind: 'arithmetic',
    text: 'A farmer has 48 apples. She gives 15 to her neighbour and sells half of the rest at the market. How many are left?\n\n48 - 15 = 33. Half of 33 is 16.5, so she cannot sell exactly half. If she sells 16 apples, 33 - 16 = 17 are left. Answer: 17.',
  },
  {
    kind: 'table',
    text: '| City   | Country | Population | Founded |\n|--------|---------|-----------:|--------:|\n| Lyon   | France  |    522,000 |   43 BC |\n| Porto  | Portugal|    232,000 |     275 |\n| Bergen | Norway  |    286,000 |    1070 |\n| Graz   | Austria |    292,000 |    1128 |\n',
  },
  {
    kind: 'history',
    text: 'Before the invention of the printing press, books were copied by hand, and a single Bible could take a scribe more than a year. Around 1450 Johannes Gutenberg began to print with movable metal type in Mainz. Within fifty years there were presses in more than two hundred towns of Europe, and the price of a book had fallen to a fraction of what it had been.',
  },
  {
    kind: 'terms of use',
    text: 'Section 4. Liability. The provider is liable without limitation for damage caused by intent or gross negligence. In cases of slight negligence the provider is liable only for the breach of an essential duty, and the amount is limited to the damage that was foreseeable when the contract was made. The above does not apply to injury to life, body or health.',
  },
  {
    kind: 'french',
    text: "Le petit café au coin de la rue ouvre à sept heures. Chaque matin, Madame Leroy prépare les croissants pendant que son mari sort les chaises. Les premiers clients arrivent toujours avant l'heure, et personne ne leur dit d'attendre dehors.",
  },
  {
    kind: 'german',
    text: 'Am Morgen lag Nebel über dem Fluss, und die Fähre fuhr erst gegen neun Uhr. Wir warteten in der kleinen Hütte, tranken heißen Tee und hörten dem Fährmann zu, der von früheren Wintern erzählte, in denen man zu Fuß über das Eis gehen konnte.',
  },
  {
    kind: 'chat',
    text: '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nWrite one sentence with the words boat, river and bridge.<|im_end|>\n<|im_start|>assistant\nThe small boat drifted down the river and passed under the old stone bridge.<|im_end|>\n',
  },
  {
    kind: 'steps',
    text: 'How to change a bicycle tyre:\n1. Turn the bicycle upside down and open the brake.\n2. Loosen the nuts of the axle and take the wheel out.\n3. Let out the rest of the air, and lift the tyre over the rim with two levers.\n4. Put in the new tube, a little inflated, and press the tyre back with your thumbs.\n5. Inflate it, and check that the tube is not caught anywhere.',
  },
  {
    kind: 'signs and symbols',
    text: 'Prices (incl. 19 % VAT): coffee €2.80 · tea €2.50 · cake €3.90 — "happy hour" 4–6 p.m.: −20 %! Wi-Fi: guest_42 / pass: x7#Qz… ½ portion on request; thanks & see you soon :-) ☕',
  },
  {
    kind: 'science',
    text: 'Bees see ultraviolet light, which people cannot. Many flowers that look plain to us carry bright patterns in the ultraviolet, like signs that show the way to the nectar. In one experiment, researchers covered these patterns with a filter, and the bees needed almost twice as long to find the food.',
  },
]
